// The candidate's own time, from the first question to its end.

import { clock, countDown } from "../timer.js";

/** @typedef {import("../page.js").Page} Page */

export class OwnTime {
  #over = new AbortController();
  #page;
  /** @type {(() => void) | null} */
  #stop = null;
  /** @type {string | null} */
  #until = null;
  #left = "";
  /** @type {Set<(leftS: number) => void>} */
  #warned = new Set();

  /** @param {Page} page */
  constructor(page) {
    this.#page = page;
    const signal = page.signal;
    // More time may be granted while it runs.
    page.watch((sitting) => void (signal.aborted || this.#follow(sitting.ends_at)));
    this.#follow(page.sitting.ends_at);
    signal.addEventListener("abort", () => this.close(), { once: true });
  }

  /** Aborts when the time is over, or the step is taken off the page. */
  get signal() {
    return this.#over.signal;
  }

  /** Show on the screen what is left. */
  show() {
    for (const place of document.querySelectorAll('[data-slot="own-time"]')) place.textContent = this.#left;
  }

  /**
   * Be told when little is left: at 30 and at 10 seconds.
   * @param {(leftS: number) => void} listener
   * @returns {() => void} ends it
   */
  warned(listener) {
    this.#warned.add(listener);
    return () => void this.#warned.delete(listener);
  }

  close() {
    this.#stop?.();
    this.#over.abort();
  }

  /** @param {string | null} until */
  #follow(until) {
    if (until === this.#until || until === null || this.#over.signal.aborted) return;
    this.#until = until;
    this.#stop?.();
    this.#stop = countDown(Date.parse(until), () => this.#page.now(), {
      tick: (left) => {
        this.#left = this.#page.text("answering.own_time", { time: clock(left) });
        this.show();
      },
      warn: (left) => this.#warned.forEach((listener) => listener(left)),
      end: () => this.#over.abort(),
    });
  }
}
