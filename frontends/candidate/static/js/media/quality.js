// How much recording the network carries: a level is chosen before a take, and kept through it.

/** @typedef {"high" | "medium" | "low" | "audio"} Level */

/**
 * What a level records, and the bits per second it makes together.
 * @typedef {{width: number, height: number, frameRate: number, video: number, audio: number}} Settings
 */

/** @type {Record<Level, Settings>} */
export const SETTINGS = {
  high: { width: 640, height: 480, frameRate: 20, video: 560_000, audio: 48_000 },
  medium: { width: 640, height: 480, frameRate: 15, video: 260_000, audio: 40_000 },
  low: { width: 320, height: 240, frameRate: 12, video: 120_000, audio: 32_000 },
  audio: { width: 0, height: 0, frameRate: 0, video: 0, audio: 32_000 },
};

/** @type {Level[]} From the most to the least. */
const LEVELS = ["high", "medium", "low", "audio"];

/** A rate must carry a level this many times: measured rates fall, and a backlog needs room to shrink. */
const MARGIN = 1.5;

/** Parts that took this long to arrive say that the network does not carry the level. */
const LAGGING_MS = 6_000;

/**
 * The best level that a measured upload rate carries; without a measurement the middle one.
 * Pictures matter to the interview, so "audio" is chosen only where even the low level cannot be carried.
 * @param {number | null} kbps measured kilobits per second
 * @param {{audioOnly: boolean}} wanted
 * @returns {Level}
 */
export function chooseLevel(kbps, wanted) {
  if (wanted.audioOnly) return "audio";
  if (kbps === null) return "medium";
  return LEVELS.find((level) => kbps * 1000 >= MARGIN * bitsPerSecond(level)) ?? "audio";
}

/**
 * The level for the next take, from how long the last parts took to be acknowledged.
 * Never down to sound alone: a candidate chose to be seen, and slow parts still arrive, only later.
 * @param {Level} level
 * @param {number[]} delaysMs of the latest parts, from being recorded to being acknowledged
 * @returns {Level}
 */
export function nextLevel(level, delaysMs) {
  if (delaysMs.length < 3 || median(delaysMs) < LAGGING_MS) return level;
  return level === "high" ? "medium" : level === "medium" ? "low" : level;
}

/** @param {Level} level */
export function bitsPerSecond(level) {
  return SETTINGS[level].video + SETTINGS[level].audio;
}

/** @param {number[]} values at least one; the lower middle of an even number of them */
export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN;
}

/** @param {unknown} value @returns {value is Level} */
export function isLevel(value) {
  return LEVELS.includes(/** @type {Level} */ (value));
}
