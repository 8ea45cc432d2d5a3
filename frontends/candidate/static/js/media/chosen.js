// The recording's level that the device check chose: it outlives a reload.

import { isLevel } from "./quality.js";

const KEY = "parley.level";

/** @typedef {import("./quality.js").Level} Level */

/** @type {Level | null} */
let chosen = null;

/** @returns {Level} */
export function chosenLevel() {
  chosen ??= remembered() ?? "medium";
  return chosen;
}

/** @param {Level} level */
export function chooseForTakes(level) {
  chosen = level;
  try {
    sessionStorage.setItem(KEY, level);
  } catch {
    // Storage may be off: then a reload goes on with the middle level.
  }
}

/** @returns {Level | null} */
function remembered() {
  try {
    const level = sessionStorage.getItem(KEY);
    return isLevel(level) ? level : null;
  } catch {
    return null;
  }
}
