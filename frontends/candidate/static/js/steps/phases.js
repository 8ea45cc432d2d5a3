// What a screen shows at a time, and the end of it.

/**
 * Show the parts of the screen that belong to a phase.
 * @param {HTMLElement} screen
 * @param {string} name
 */
export function phase(screen, name) {
  screen.dataset["phase"] = name;
  for (const part of screen.querySelectorAll("[data-phases]")) {
    if (part instanceof HTMLElement) part.hidden = !part.dataset["phases"]?.split(" ").includes(name);
  }
}

/** @param {AbortSignal} signal @returns {Promise<void>} when it has aborted */
export function aborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
