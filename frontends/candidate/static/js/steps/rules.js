// A practice question that never leaves the device, then the rules.

import { button, fill, one, pressed, say, slot } from "../dom.js";
import { CameraProblem, openCamera } from "../media/camera.js";
import { chosenLevel, formatFor } from "../media/chosen.js";
import { shown } from "../media/loudness.js";
import { TakeRecorder } from "../media/recorder.js";
import { watchStream } from "../media/watch.js";
import { clock, countDown } from "../timer.js";
import { phase } from "./phases.js";

/** @typedef {import("../page.js").Page} Page */

/** How long a practice may be, ms. */
const PRACTICE_MS = 60_000;

/** @param {Page} page @returns {Promise<void>} when the candidate wants the first question */
export async function show(page) {
  const granted = page.sitting.accommodation?.state === "granted" ? page.sitting.accommodation : null;
  if (!granted?.text_answers) await practise(page);
  if (page.signal.aborted) return;
  await tellRules(page, granted);
}

/** @param {Page} page @param {import("../sitting.js").Accommodation | null} granted */
async function tellRules(page, granted) {
  const screen = page.screen("rules");
  const { interview } = page.sitting;
  const factor = 1 + (granted?.extra_time_percent ?? 0) / 100;
  const time = page.text("span.minutes", { count: Math.floor(interview.minutes_per_candidate * factor) });
  fill(screen, {
    questions: page.text("rules.questions", { count: interview.questions }),
    time: page.text("rules.time", { time }),
    reading: page.text(granted?.text_answers ? "rules.writing" : "rules.reading", {
      count: interview.reading_s,
    }),
    takes: page.text(interview.takes_allowed > 1 ? "rules.takes" : "rules.takes.single", {
      count: interview.takes_allowed - 1,
    }),
  });
  const extra = slot(screen, "extra");
  extra.hidden = !granted?.extra_time_percent;
  fill(screen, { extra: page.text("rules.extra", { percent: granted?.extra_time_percent ?? 0 }) });
  for (const row of screen.querySelectorAll("[data-for]")) {
    const needs = row instanceof HTMLElement && row.dataset["for"];
    if (row instanceof HTMLElement)
      row.hidden =
        needs === "voice" ? Boolean(granted?.text_answers) : Boolean(granted?.text_answers || granted?.audio_only);
  }
  await pressed(screen, ["begin"], page.signal);
}

/** @param {Page} page */
async function practise(page) {
  const screen = page.screen("practice");
  const alert = slot(screen, "alert");
  phase(screen, "ready");
  for (;;) {
    const choice = await pressed(screen, ["record", "again", "done", "skip"], page.signal);
    if (choice === "done" || choice === "skip") return;
    say(alert, "");
    try {
      await practiseOnce(page, screen);
    } catch (error) {
      const reason = error instanceof CameraProblem ? error.reason : "failed";
      say(alert, page.text(`devices.problem.${reason}`));
      phase(screen, "ready");
    }
  }
}

/** @param {Page} page @param {HTMLElement} screen */
async function practiseOnce(page, screen) {
  const level = chosenLevel();
  const format = formatFor(level);
  if (!format) throw new CameraProblem("unsupported");
  const stream = await openCamera(level);
  // What is recorded goes nowhere: it is played back from memory, and forgotten.
  const recorder = new TakeRecorder(stream, format, level, async () => {});
  const preview = one(screen, "video.preview", HTMLVideoElement);
  const meter = one(screen, "meter", HTMLMeterElement);
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  recorder.start();
  phase(screen, "recording");
  preview.hidden = level === "audio";
  preview.srcObject = stream;
  void preview.play().catch(() => undefined);
  button(screen, "stop").addEventListener("click", stop, { once: true, signal: stopped.signal });
  button(screen, "stop").focus();
  page.signal.addEventListener("abort", stop, { once: true });
  void recorder.over.then(stop);
  const untick = countDown(page.now() + PRACTICE_MS, () => page.now(), {
    tick: (left) => fill(screen, { timer: clock(left) }),
    end: stop,
  });
  const unwatch = watchStream(
    stream,
    () => {},
    (peak) => (meter.value = shown(peak)),
  );
  await new Promise((resolve) => stopped.signal.addEventListener("abort", resolve, { once: true }));
  untick();
  unwatch();
  preview.srcObject = null;
  await recorder.stop();
  if (page.signal.aborted) return;
  if (recorder.blob.size === 0) throw new CameraProblem("unsupported");
  playBack(screen, recorder.blob, level !== "audio");
  phase(screen, "recorded");
  button(screen, "done").focus();
}

/** @param {HTMLElement} screen @param {Blob} blob @param {boolean} hasPicture */
function playBack(screen, blob, hasPicture) {
  const player = one(screen, hasPicture ? "video.playback" : "audio.playback", HTMLMediaElement);
  URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(blob);
  player.hidden = false;
}
