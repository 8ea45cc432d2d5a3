// The takes that this page knows, and how far each is.

/** @typedef {import("./store.js").KeptTake} KeptTake */

/**
 * How far a take is. sending: also while it is being recorded. saved: the server acknowledged it as a whole.
 * gone: it counts no more (a newer take, too late, empty). stopped: this page can send nothing more.
 * @typedef {"sending" | "saved" | "gone" | "stopped"} Fate
 */

/**
 * A take on its way. pending: its chunks that are not acknowledged, by number, with when each was recorded
 * (performance.now(), NaN where an earlier page load recorded it). writing: until its chunks are kept.
 * @typedef {{kept: KeptTake, pending: Map<number, number>, fate: Fate, finishing: boolean, writing: Promise<void>}} Sent
 */

export class Takes {
  /** @type {Map<string, Sent>} */
  #takes = new Map();

  /** @param {KeptTake} kept @returns {Sent} */
  add(kept) {
    /** @type {Sent} */
    const take = { kept, pending: new Map(), fate: "sending", finishing: false, writing: Promise.resolve() };
    this.#takes.set(kept.take_id, take);
    return take;
  }

  /** @param {string} take_id */
  find(take_id) {
    return this.#takes.get(take_id);
  }

  /** @param {string} take_id @returns {Sent} */
  get(take_id) {
    const take = this.#takes.get(take_id);
    if (!take) throw new Error(`no take ${take_id} was begun here`);
    return take;
  }

  /** @returns {Sent[]} those on their way, also while they are recorded */
  sending() {
    return [...this.#takes.values()].filter((take) => take.fate === "sending");
  }

  /** How many chunks are not acknowledged. */
  parts() {
    return this.sending().reduce((sum, take) => sum + take.pending.size, 0);
  }

  /** How many have ended, and are not acknowledged yet. */
  unfinished() {
    return this.sending().filter((take) => take.kept.state === "ended").length;
  }

  /** How many the server acknowledged. */
  saved() {
    return [...this.#takes.values()].filter((take) => take.fate === "saved").length;
  }

  /** Whether a question has a take that was recorded to its end. @param {number} question_number */
  isAnswered(question_number) {
    return [...this.#takes.values()].some(
      ({ kept, fate }) =>
        kept.question_number === question_number &&
        (fate === "saved" || (fate === "sending" && kept.state === "ended")),
    );
  }
}
