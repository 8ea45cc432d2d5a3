// What happens to camera and microphone while they are used: unplugged, muted, interrupted by a call, silent.

import { Loudness, Silence } from "./loudness.js";

const LOOK_MS = 250;

/**
 * lost: a device is gone for good. muted: it gives nothing for now (a switch, a call on a phone). silent: the microphone
 * is open and nothing comes from it. back: it gives again.
 * @typedef {(what: "lost" | "muted" | "silent" | "back", kind: "audio" | "video") => void} Told
 */

/**
 * @param {MediaStream} stream
 * @param {Told} told
 * @param {(peak: number) => void} [level] the microphone's peak, four times a second
 * @returns {() => void} stops it
 */
export function watchStream(stream, told, level) {
  const ended = new AbortController();
  for (const track of stream.getTracks()) {
    const kind = track.kind === "video" ? "video" : "audio";
    const options = { signal: ended.signal };
    track.addEventListener("ended", () => told("lost", kind), options);
    track.addEventListener("mute", () => told("muted", kind), options);
    track.addEventListener("unmute", () => told("back", kind), options);
    if (track.readyState === "ended") told("lost", kind);
    else if (track.muted) told("muted", kind);
  }
  const loudness = new Loudness(stream);
  const silence = new Silence();
  const timer = setInterval(() => {
    const peak = loudness.peak();
    if (peak !== null) level?.(peak);
    const change = silence.feed(peak, performance.now());
    if (change) told(change === "silent" ? "silent" : "back", "audio");
  }, LOOK_MS);
  return () => {
    ended.abort();
    clearInterval(timer);
    loudness.close();
  };
}
