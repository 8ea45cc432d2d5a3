// One line of the device check: an icon, and words that say the same.

import { one } from "../dom.js";

/** @typedef {import("../texts.js").Params} Params */

const ICONS = { busy: "…", good: "✓", warn: "!", bad: "✕" };

/**
 * @param {import("../page.js").Page} page
 * @param {HTMLElement} screen
 * @param {string} name of the line's data-check
 */
export function checkLine(page, screen, name) {
  const line = one(screen, `[data-check="${name}"]`, HTMLElement);

  /** @param {keyof typeof ICONS} state @param {string} key @param {Params} [params] */
  function set(state, key, params) {
    const words = page.text(key, params);
    line.dataset["state"] = state;
    one(line, ".check-icon", HTMLElement).textContent = ICONS[state];
    const place = one(line, ".check-words", HTMLElement);
    if (place.textContent === words) return;
    place.textContent = words;
    if (state !== "busy") page.announce(words);
  }

  return {
    /** @param {string} key @param {Params} [params] */
    busy: (key, params) => set("busy", key, params),
    /** @param {string} key @param {Params} [params] */
    good: (key, params) => set("good", key, params),
    /** @param {string} key @param {Params} [params] */
    warn: (key, params) => set("warn", key, params),
    /** @param {string} key @param {Params} [params] */
    bad: (key, params) => set("bad", key, params),
  };
}
