// One question that is answered aloud: read, record, look at it, use it or record again.

import { button, fill, one, pressed, say, slot } from "../dom.js";
import { clock, countDown } from "../timer.js";
import { askQuestion, playVoice } from "./answering_question.js";
import { recordTake } from "./answering_take.js";
import { aborted, phase } from "./phases.js";
import { showUploads } from "./upload_line.js";

/**
 * @typedef {import("./answering.js").Scene} Scene
 * @typedef {import("./answering_take.js").Taken} Taken
 */

/**
 * @param {Scene} scene
 * @param {number} number
 * @returns {Promise<void>} when the candidate goes on, or their time is over
 */
export async function answerAloud(scene, number) {
  const screen = scene.page.screen("answering");
  const answer = await askQuestion(scene, number, screen);
  if (!answer) return;
  const ended = new AbortController();
  scene.time.signal.addEventListener("abort", () => ended.abort(), { once: true });
  showUploads(scene, screen, ended.signal);
  scene.signals.during(number);
  try {
    let hasTake = await keepInterrupted(scene, number, screen);
    if (hasTake === null) hasTake = false;
    else if (hasTake) return;
    else await readingTime(scene, number, screen, ended.signal);
    while (!scene.time.signal.aborted) {
      const taken = await takeWithPatience(scene, number, screen, ended.signal);
      if (!taken) return;
      if ((await lookAt(scene, number, screen, taken, ended.signal)) === "use") return;
    }
  } finally {
    ended.abort();
    scene.signals.during(null);
  }
}

/**
 * What an earlier load of the page recorded: keep it, or record again.
 * @param {Scene} scene
 * @param {number} number
 * @param {HTMLElement} screen
 * @returns {Promise<boolean | null>} true: kept; null: recorded again at once; false: there was nothing
 */
async function keepInterrupted({ uploader, page, time }, number, screen) {
  const take = uploader.takesOf(number).find((known) => known.state === "interrupted");
  if (!take) return false;
  phase(screen, "interrupted");
  const words = page.text("answering.interrupted", { time: clock(take.seconds) });
  fill(screen, { interrupted: words });
  page.announce(words);
  const choice = await Promise.race([pressed(screen, ["keep", "restart"], time.signal), aborted(time.signal)]);
  if (choice !== "restart") {
    await uploader.end(take.take_id);
    return true;
  }
  await uploader.drop(take.take_id);
  return null;
}

/**
 * Reading time, which the candidate may end. Who comes back after it starts when they are ready.
 * @param {Scene} scene
 * @param {number} number
 * @param {HTMLElement} screen
 * @param {AbortSignal} signal
 */
async function readingTime({ page }, number, screen, signal) {
  const answer = page.sitting.answers[number - 1];
  phase(screen, "reading");
  const until = answer?.read_until ? Date.parse(answer.read_until) : 0;
  const started = pressed(screen, ["start"], signal);
  if (until <= page.now()) {
    fill(screen, { countdown: page.text("answering.ready") });
    await Promise.race([started, aborted(signal)]);
    return;
  }
  /** @type {Promise<void>} */
  const over = new Promise((resolve) => {
    const stop = countDown(until, () => page.now(), {
      tick: (left) => fill(screen, { countdown: page.text("answering.reading", { time: clock(left) }) }),
      warn: (left) => left === 10 && page.announce(page.text("answering.reading.soon", { count: left })),
      end: resolve,
    });
    void Promise.race([started, aborted(signal)]).then(() => (stop(), resolve()));
  });
  await over;
}

/**
 * Record a take; what keeps it from beginning is told, and tried again when the candidate wants.
 * @param {Scene} scene
 * @param {number} number
 * @param {HTMLElement} screen
 * @param {AbortSignal} signal
 * @returns {Promise<Taken | null>} null: there is no take to be had any more
 */
async function takeWithPatience(scene, number, screen, signal) {
  const alert = slot(screen, "alert");
  for (;;) {
    playVoice(screen, false);
    phase(screen, "starting");
    const taken = await recordTake(scene, number, screen);
    if (typeof taken === "object" || signal.aborted) return typeof taken === "object" ? taken : null;
    if (taken === "over") return null;
    say(alert, taken);
    phase(screen, "failed");
    await Promise.race([pressed(screen, ["retry"], signal), aborted(signal)]);
    if (signal.aborted) return null;
    say(alert, "");
  }
}

/**
 * Look at a take: use it, or record again where that is allowed.
 * @param {Scene} scene
 * @param {number} number
 * @param {HTMLElement} screen
 * @param {Taken} taken
 * @param {AbortSignal} signal
 * @returns {Promise<"use" | "again">}
 */
async function lookAt(scene, number, screen, taken, signal) {
  const { page, uploader } = scene;
  const isLast = number === page.sitting.interview.questions;
  const left = taken.takesLeft;
  phase(screen, "taken");
  fill(screen, {
    taken: page.text("answering.taken", { time: clock(taken.seconds) }),
    takes: left > 0 ? page.text("answering.takes_left", { count: left }) : "",
  });
  button(screen, "again").hidden = left === 0;
  button(screen, "use").textContent = page.text(
    left === 0 ? (isLast ? "answering.finish" : "answering.next") : isLast ? "answering.use_last" : "answering.use",
  );
  const url = URL.createObjectURL(taken.blob);
  const player = one(screen, taken.hasPicture ? "video.playback" : "audio.playback", HTMLMediaElement);
  player.src = url;
  player.hidden = false;
  button(screen, "use").focus();
  const heard = new AbortController();
  const stop = () => heard.abort();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const choice = await Promise.race([pressed(screen, ["use", "again"], heard.signal), aborted(signal)]);
    if (choice !== "again") return "use";
    // A newer take would have the server forget this one while it is on its way: it arrives first.
    button(screen, "again").disabled = true;
    fill(screen, { takes: page.text("answering.again_waits") });
    const used = pressed(screen, ["use"], heard.signal);
    const arrived = uploader.until(() => uploader.fate(taken.id) !== "sending", heard.signal).then(() => "again");
    return (await Promise.race([used, arrived])) === "again" && !signal.aborted ? "again" : "use";
  } finally {
    heard.abort();
    button(screen, "again").disabled = false;
    player.pause();
    player.removeAttribute("src");
    player.hidden = true;
    URL.revokeObjectURL(url);
  }
}
