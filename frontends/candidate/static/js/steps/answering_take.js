// One take of an answer: it begins at the server, is recorded until its deadline or the candidate stops, and is told ended.

import { Problem } from "../api.js";
import { button, fill, one, say, slot } from "../dom.js";
import { CameraProblem, openCamera } from "../media/camera.js";
import { chooseForTakes, chosenLevel, formatFor } from "../media/chosen.js";
import { shown } from "../media/loudness.js";
import { nextLevel } from "../media/quality.js";
import { TakeRecorder } from "../media/recorder.js";
import { watchStream } from "../media/watch.js";
import { clock, countDown } from "../timer.js";
import { phase } from "./phases.js";

/**
 * @typedef {import("./answering.js").Scene} Scene
 * @typedef {{id: string, blob: Blob, seconds: number, hasPicture: boolean, takesLeft: number}} Taken
 */

/**
 * @param {Scene} scene
 * @param {number} number
 * @param {HTMLElement} screen
 * @returns {Promise<Taken | string>} words why no take began, or "over" where none can any more
 */
export async function recordTake(scene, number, screen) {
  const { page, uploader } = scene;
  const level = nextLevel(scene.audioOnly ? "audio" : chosenLevel(), uploader.state().delaysMs);
  chooseForTakes(level);
  const format = formatFor(level);
  if (!format) return page.text("devices.browser.impossible");
  try {
    const stream = await openCamera(level);
    const take = await begin(scene, number, format.contentType);
    await uploader.begin({
      take_id: take.id,
      session_id: page.sitting.session_id,
      question_number: number,
      state: "recording",
      chunks: 0,
      seconds: 0,
    });
    const recorder = new TakeRecorder(stream, format, level, (bytes, seconds) => uploader.add(take.id, bytes, seconds));
    recorder.start();
    scene.signals.during(number, take.id);
    await untilStopped(scene, screen, stream, recorder, take.deadline_at);
    scene.signals.during(number);
    phase(screen, "ending");
    await recorder.stop();
    if (recorder.blob.size === 0) {
      await uploader.drop(take.id);
      if (level === "audio") return page.text("answering.nothing");
      chooseForTakes("audio");
      return page.text("answering.nothing.sound_alone");
    }
    await uploader.end(take.id);
    const before = page.sitting.answers[number - 1]?.takes_left ?? 1;
    return {
      id: take.id,
      blob: recorder.blob,
      seconds: recorder.seconds,
      hasPicture: level !== "audio",
      takesLeft: Math.max(0, before - (uploader.fate(take.id) === "gone" ? 0 : 1)),
    };
  } catch (error) {
    return explain(scene, error);
  }
}

/**
 * @param {Scene} scene
 * @param {number} number
 * @param {string} content_type
 * @returns {Promise<import("../sitting.js").Take>}
 */
async function begin({ page, time }, number, content_type) {
  const path = `${page.path}/answers/${number}/takes`;
  // takes_left counts what is stored by now.
  await page.refresh();
  return page.api.post(path, { content_type, device_id: page.device_id }, { patience: Infinity, signal: time.signal });
}

/**
 * Wait for the candidate, the deadline, the end of their time, or the loss of the microphone.
 * @param {Scene} scene
 * @param {HTMLElement} screen
 * @param {MediaStream} stream
 * @param {TakeRecorder} recorder
 * @param {string | null} deadline
 */
async function untilStopped(scene, screen, stream, recorder, deadline) {
  const { page, time, signals } = scene;
  const trouble = slot(screen, "trouble");
  const meter = one(screen, "meter", HTMLMeterElement);
  const preview = one(screen, "video.preview", HTMLVideoElement);
  /** @type {Map<string, string>} */
  const troubles = new Map();
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  phase(screen, "recording");
  preview.hidden = stream.getVideoTracks().length === 0;
  preview.srcObject = stream;
  void preview.play().catch(() => undefined);
  page.announce(page.text("answering.recording.began"));
  const options = { signal: stopped.signal, once: true };
  button(screen, "stop").addEventListener("click", stop, options);
  button(screen, "stop").focus();
  preview.closest(".take")?.scrollIntoView({ block: "nearest" });
  time.signal.addEventListener("abort", stop, options);
  // What is not handed over yet would be lost with the page.
  document.addEventListener("visibilitychange", () => document.hidden && recorder.flush(), { signal: stopped.signal });
  addEventListener("pagehide", () => recorder.flush(), { signal: stopped.signal });
  void recorder.over.then(stop);
  const unwatch = watchStream(
    stream,
    (what, kind) => {
      if (kind === "audio" && what === "lost") stop();
      if (what !== "silent") tell(signals, what, kind);
      if (what === "back") troubles.delete(kind);
      else troubles.set(kind, page.text(`answering.trouble.${kind}.${what}`));
      say(trouble, [...troubles.values()].join(" "));
    },
    (peak) => (meter.value = shown(peak)),
  );
  const untick = countDown(deadline ? Date.parse(deadline) : page.now() + 120_000, () => page.now(), {
    tick: (left) => fill(screen, { timer: clock(left) }),
    warn: (left) => page.announce(page.text("answering.left", { count: left })),
    end: stop,
  });
  if (!stopped.signal.aborted)
    await new Promise((resolve) => stopped.signal.addEventListener("abort", resolve, { once: true }));
  untick();
  unwatch();
  signals.end("microphone_muted");
  signals.end("camera_lost");
  preview.srcObject = null;
  say(trouble, "");
}

/** @param {import("../signals.js").Signals} signals @param {string} what @param {"audio" | "video"} kind */
function tell(signals, what, kind) {
  const signal = kind === "audio" ? "microphone_muted" : "camera_lost";
  what === "back" ? signals.end(signal) : signals.begin(signal);
}

/** @param {Scene} scene @param {unknown} error @returns {Promise<string>} */
async function explain({ page, time }, error) {
  if (time.signal.aborted) return "over";
  if (error instanceof CameraProblem) return page.text(`devices.problem.${error.reason}`);
  if (!(error instanceof Problem)) return page.text("answering.failed");
  if (error.status === 409) await page.refresh();
  return error.code === "no-takes-left" || error.code === "time-over" ? "over" : page.explain(error);
}
