// The recording's level and format that the device check chose: they outlive a reload.

import { formats } from "./formats.js";
import { isLevel } from "./quality.js";

const LEVEL = "parley.level";
const FORMAT = "parley.format";

/**
 * @typedef {import("./quality.js").Level} Level
 * @typedef {import("./formats.js").Format} Format
 */

/** @type {Map<string, string>} */
const chosen = new Map();

/** @returns {Level} */
export function chosenLevel() {
  const level = read(LEVEL);
  return isLevel(level) ? level : "medium";
}

/** @param {Level} level */
export function chooseForTakes(level) {
  keep(LEVEL, level);
}

/** A format that was seen to record. @param {Format} format */
export function chooseFormat(format) {
  keep(FORMAT, format.mimeType);
}

/**
 * What to record in at a level: what was seen to record, else the best that the browser says it can; null for nothing.
 * @param {Level} level
 * @returns {Format | null}
 */
export function formatFor(level) {
  const said = formats({ audioOnly: level === "audio" });
  const seen = read(FORMAT);
  return said.find(({ mimeType }) => mimeType === seen) ?? said[0] ?? null;
}

/** @param {string} name @returns {string | null} */
function read(name) {
  try {
    return chosen.get(name) ?? sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} value */
function keep(name, value) {
  chosen.set(name, value);
  try {
    sessionStorage.setItem(name, value);
  } catch {
    // Storage may be off: then a reload goes on with the middle level.
  }
}
