// The sentence that is read aloud, recorded and heard back.

import { formatFor } from "./chosen.js";

/**
 * @typedef {import("../page.js").Page} Page
 * @typedef {{text: string, expected: string, agreement: number, seconds: number, verdict: "good" | "silent" | "unclear"}} Heard
 */

const LONGEST_MS = 12_000;

/** @param {Page} page @returns {Promise<string>} the sentence to read */
export async function sentence(page) {
  return (await page.api.get(`${page.path}/device-check/sentence?language=${page.sitting.interview.language}`)).text;
}

/**
 * Record until told to stop, at most 12 s.
 * @param {MediaStream} stream
 * @param {AbortSignal} stop
 * @returns {Promise<Blob>} sound alone, where the browser can
 */
export async function recordSpeech(stream, stop) {
  const format = formatFor("audio");
  if (!format) throw new Error("this browser records no sound");
  const recorder = new MediaRecorder(new MediaStream(stream.getAudioTracks()), { mimeType: format.mimeType });
  /** @type {Blob[]} */
  const blobs = [];
  recorder.ondataavailable = ({ data }) => void blobs.push(data);
  const over = new Promise((resolve) => (recorder.onstop = resolve));
  const end = () => recorder.state !== "inactive" && recorder.stop();
  const timer = setTimeout(end, LONGEST_MS);
  stop.addEventListener("abort", end, { once: true });
  recorder.start();
  await over;
  clearTimeout(timer);
  return new Blob(blobs, { type: format.contentType });
}

/**
 * @param {Page} page
 * @param {Blob} speech
 * @returns {Promise<Heard>}
 */
export function heard(page, speech) {
  const path = `${page.path}/device-check/speech?language=${page.sitting.interview.language}`;
  return page.api.postBytes(path, speech.type, speech, { patience: 20_000 });
}
