// A text on its way to the server while it is written: one call at a time, the newest text last.

import { sleep } from "../backoff.js";

/** @typedef {"unsaved" | "saved" | "refused"} DraftState */

/** While somebody writes, it is stored this often, ms; more often once time is short. */
const EVERY_MS = 1_500;
const HURRIED_MS = 400;

export class Draft {
  #ports;
  #stored;
  /** @type {string | null} a text that the server does not take */
  #refused = null;
  /** @type {Promise<void> | null} */
  #storing = null;
  #hurried = new AbortController();

  /**
   * @param {object} ports
   * @param {() => string} ports.text as it is now; what it is at first is stored already
   * @param {(text: string) => Promise<void>} ports.store resolves when it is acknowledged, rejects when it is refused
   * @param {(state: DraftState, error?: unknown) => void} ports.told how it stands, where that may have changed
   * @param {AbortSignal} ports.signal ends it: nothing more is stored or told
   */
  constructor(ports) {
    this.#ports = ports;
    this.#stored = ports.text();
  }

  /** The text has changed. */
  changed() {
    this.#ports.told("unsaved");
    this.#begin();
  }

  /** Time is short: store what there is at once, and what comes sooner. */
  hurry() {
    this.#hurried.abort();
  }

  /** Have the last of it stored. @returns {Promise<boolean>} false: the server does not take it as it is */
  async close() {
    this.hurry();
    while (this.#storing || this.#isNew()) {
      this.#begin();
      await this.#storing;
    }
    return this.#ports.text() !== this.#refused;
  }

  #isNew() {
    const text = this.#ports.text();
    return text !== this.#stored && text !== this.#refused && !this.#ports.signal.aborted;
  }

  #begin() {
    this.#storing ??= this.#store().finally(() => {
      this.#storing = null;
      if (this.#isNew()) this.#begin();
    });
  }

  async #store() {
    const { text: read, store, told, signal } = this.#ports;
    if (this.#hurried.signal.aborted) await sleep(HURRIED_MS);
    else await sleep(EVERY_MS, this.#hurried.signal).catch(() => undefined);
    if (signal.aborted) return;
    const text = read();
    try {
      await store(text);
      this.#stored = text;
      this.#refused = null;
      if (text === read()) told("saved");
    } catch (error) {
      if (signal.aborted) return;
      this.#refused = text;
      told("refused", error);
    }
  }
}
