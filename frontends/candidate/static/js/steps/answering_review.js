// What was answered, and the submission: it waits until everything recorded has arrived.

import { Problem } from "../api.js";
import { sleep } from "../backoff.js";
import { busy, button, fill, make, pressed, say, slot } from "../dom.js";
import { isAnswered } from "./answering_state.js";
import { aborted } from "./phases.js";
import { showUploads } from "./upload_line.js";

/** @typedef {import("./answering.js").Scene} Scene */

/** What was noticed last has so long to be told, before the submission after which nothing is taken. */
const SIGNALS_MS = 2_000;

/**
 * @param {Scene} scene
 * @returns {Promise<number | null>} the question to answer again, or null when the session is submitted or over
 */
export async function review(scene) {
  const { page, time, uploader } = scene;
  for (const take of time.signal.aborted ? uploader.interrupted() : []) await uploader.end(take.take_id);
  const screen = page.screen("answering-review");
  const ended = new AbortController();
  const end = () => ended.abort();
  page.signal.addEventListener("abort", end, { once: true });
  showUploads(scene, screen, ended.signal);
  ended.signal.addEventListener(
    "abort",
    uploader.watch(() => list(scene, screen)),
    { once: true },
  );
  list(scene, screen);
  time.show();
  try {
    if (!time.signal.aborted) {
      const again = await untilSubmitted(scene, screen, time.signal);
      if (again !== undefined) return again;
    }
    if (page.signal.aborted) return null;
    await automatically(scene, screen);
    return null;
  } finally {
    end();
  }
}

/**
 * @param {Scene} scene
 * @param {HTMLElement} screen
 * @param {AbortSignal} signal
 * @returns {Promise<number | null | undefined>} undefined where the time was over before
 */
async function untilSubmitted(scene, screen, signal) {
  const { page } = scene;
  let abandon = false;
  /** @type {Promise<number>} */
  const again = new Promise((resolve) => {
    screen.addEventListener("click", ({ target }) => {
      const number = Number(target instanceof HTMLElement && target.dataset["number"]);
      if (number > 0) resolve(number);
    });
  });
  while (!signal.aborted) {
    const choice = await Promise.race([again, pressed(screen, ["submit"], signal), aborted(signal)]);
    if (typeof choice === "number") return choice;
    if (choice !== "submit") return undefined;
    try {
      await busy(button(screen, "submit"), () => submit(scene, abandon, signal));
      return signal.aborted ? undefined : null;
    } catch (error) {
      if (signal.aborted) return undefined;
      const isUnfinished = error instanceof Problem && error.code === "uploads-unfinished";
      abandon ||= isUnfinished;
      say(slot(screen, "alert"), isUnfinished ? page.text("answering.review.unfinished") : page.explain(error));
    }
  }
  return undefined;
}

/** The candidate's time is over: what is there is submitted. @param {Scene} scene @param {HTMLElement} screen */
async function automatically({ page, uploader, signals }, screen) {
  const words = page.text("answering.review.time_over");
  button(screen, "submit").hidden = true;
  slot(screen, "intro").hidden = true;
  say(slot(screen, "over"), words);
  page.announce(words);
  await uploader.until(() => isDone(uploader), page.signal);
  await Promise.race([signals.flush(), sleep(SIGNALS_MS)]);
  try {
    await page.api.post(
      `${page.path}/submit`,
      { abandon_unfinished: true },
      { patience: Infinity, signal: page.signal },
    );
  } catch (error) {
    if (page.signal.aborted) return;
    const nothing = error instanceof Problem && error.code === "nothing-recorded";
    say(slot(screen, "alert"), nothing ? page.text("answering.review.nothing") : page.explain(error));
    // Nothing more is to be done here: the screen stays until the server has ended the session.
    await page.refresh();
    await Promise.race([ended(page), aborted(page.signal)]);
  }
}

/** @param {import("../page.js").Page} page @returns {Promise<void>} when the session is past its questions */
function ended(page) {
  return new Promise((resolve) => {
    const look = () => void (page.sitting.stage === "answering" || resolve());
    page.watch(look);
    look();
  });
}

/**
 * @param {Scene} scene
 * @param {boolean} abandon_unfinished
 * @param {AbortSignal} signal
 */
async function submit({ page, uploader, signals }, abandon_unfinished, signal) {
  await uploader.until(() => isDone(uploader), signal);
  signal.throwIfAborted();
  const { stopped } = uploader.state();
  if (stopped) throw new Problem(409, stopped, stopped);
  await Promise.race([signals.flush(), sleep(SIGNALS_MS)]);
  await page.api.post(`${page.path}/submit`, { abandon_unfinished }, { patience: Infinity, signal });
}

/** @param {import("../upload/uploader.js").Uploader} uploader */
function isDone(uploader) {
  return uploader.state().parts === 0 && uploader.unfinished() === 0;
}

/** @param {Scene} scene @param {HTMLElement} screen */
function list(scene, screen) {
  const { page, uploader, time } = scene;
  const rows = page.sitting.answers.map((answer) => {
    const parts = uploader.takesOf(answer.number).reduce((sum, take) => sum + uploader.partsOf(take.take_id), 0);
    const answered = isAnswered(scene, answer.number) || Boolean(scene.written && answer.text);
    const onItsWay = uploader.takesOf(answer.number).some((take) => take.state === "ended");
    const key = !answered ? "none" : onItsWay ? "sending" : "saved";
    const row = make("li", "", `answer-${key}`);
    row.append(make("strong", page.text("answering.review.question", { number: answer.number })), " ");
    row.append(make("span", page.text(`answering.review.${key}`, { count: parts })));
    const mayAgain = answer.takes_left > 0 && !time.signal.aborted;
    if (!answered && mayAgain) row.append(again(page, answer.number));
    return row;
  });
  slot(screen, "answers").replaceChildren(...rows);
  fill(screen, {
    missing: rows.some((row) => row.className === "answer-none") ? page.text("answering.review.missing") : "",
  });
}

/** @param {import("../page.js").Page} page @param {number} number */
function again(page, number) {
  const element = make("button", page.text("answering.review.answer", { number }), "quiet-button");
  element.dataset["number"] = String(number);
  element.setAttribute("type", "button");
  return element;
}
