// The interview itself: the questions in their order, then the submission.

import { pressed, fill } from "../dom.js";
import { keepAwake } from "../media/awake.js";
import { closeCamera } from "../media/camera.js";
import { Signals } from "../signals.js";
import { askBeforeLeaving } from "../upload/leaving.js";
import { uploaderOf } from "../upload/session.js";
import { adoptTakes } from "./answering_adopt.js";
import { answerAloud } from "./answering_aloud.js";
import { answerInWriting } from "./answering_written.js";
import { OwnTime } from "./own_time.js";
import { aborted } from "./phases.js";
import { isAnswered } from "./answering_state.js";

/**
 * What the parts of this step share.
 * @typedef {object} Scene
 * @property {import("../page.js").Page} page
 * @property {import("../upload/uploader.js").Uploader} uploader
 * @property {Signals} signals
 * @property {OwnTime} time
 * @property {boolean} written answers are given in writing
 * @property {boolean} audioOnly
 */

/** @param {import("../page.js").Page} page @returns {Promise<void>} when the session is submitted */
export async function show(page) {
  const accommodation = page.sitting.accommodation;
  const granted = accommodation?.state === "granted" ? accommodation : null;
  page.engage(true);
  const signals = new Signals(page.api, page.path);
  signals.watch(page.signal);
  const time = new OwnTime(page);
  // Whatever takes this step off the page, the camera's light goes out with it.
  page.signal.addEventListener("abort", closeCamera, { once: true });
  const uploader = await uploaderOf(page);
  await adoptTakes(page, uploader);
  const ended = new AbortController();
  page.signal.addEventListener("abort", () => ended.abort(), { once: true });
  keepAwake(ended.signal);
  askBeforeLeaving(uploader, ended.signal);
  /** @type {Scene} */
  const scene = {
    page,
    uploader,
    signals,
    time,
    written: granted?.text_answers ?? false,
    audioOnly: granted?.audio_only ?? false,
  };
  await answerAll(scene);
  const { review } = await import("./answering_review.js");
  while (!page.signal.aborted) {
    const again = await review(scene);
    if (again === null) break;
    await answer(scene, again);
  }
  ended.abort();
  time.close();
  signals.close();
  closeCamera();
}

/** @param {Scene} scene */
async function answerAll(scene) {
  const { page, time } = scene;
  // Whoever comes from the rules has just said that they are ready. Whoever comes back says so first: nothing begins
  // by itself, and browsers play sound only to people who have touched the page.
  let isReady = page.sitting.answers.every((answer) => answer.asked_at === null);
  for (const { number } of page.sitting.answers) {
    if (time.signal.aborted || isAnswered(scene, number)) continue;
    if (!isReady && scene.uploader.takesOf(number).length === 0) await pause(scene, number);
    isReady = true;
    if (!time.signal.aborted) await answer(scene, number);
  }
}

/** @param {Scene} scene @param {number} number */
async function answer(scene, number) {
  await (scene.written ? answerInWriting(scene, number) : answerAloud(scene, number));
}

/** @param {Scene} scene @param {number} number */
async function pause({ page, time }, number) {
  const screen = page.screen("answering-pause");
  fill(screen, { where: page.text("answering.where", { number, count: page.sitting.interview.questions }) });
  time.show();
  await Promise.race([pressed(screen, ["go"], time.signal), aborted(time.signal)]);
}
