// Sends what is recorded: kept first, then sent, until each chunk is acknowledged and each take is finished.

import { Delivery } from "./delivery.js";
import { sha256 } from "./put.js";
import { Takes } from "./takes.js";
import { Watchers } from "./watchers.js";

/**
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").KeptTake} KeptTake
 * @typedef {import("./sending.js").Sender} Sender
 * @typedef {import("./takes.js").Fate} Fate
 */

/**
 * What a page may say. parts: chunks that are not acknowledged.
 * delaysMs: of the latest chunks, from being recorded to being acknowledged. stopped: the code of the refusal.
 * @typedef {{parts: number, delaysMs: number[], durable: boolean, stopped: string | null}} State
 */

export class Uploader {
  #takes = new Takes();
  #watchers = new Watchers();
  #store;
  #sender;
  #delivery;

  /**
   * @param {Store} store
   * @param {Sender} sender
   */
  constructor(store, sender) {
    this.#store = store;
    this.#sender = sender;
    this.#delivery = new Delivery(this.#takes, store, sender, () => this.#watchers.tell());
  }

  /**
   * Take up what an earlier page load left: its chunks are sent at once, and takes that had ended are finished.
   * @param {string} session_id
   * @returns {Promise<KeptTake[]>} those whose recording was interrupted: end or drop them
   */
  async resume(session_id) {
    const found = await this.#store.takes(session_id);
    for (const kept of found.filter(({ take_id }) => !this.#takes.find(take_id))) {
      if (kept.state === "recording") await this.#store.putTake(Object.assign(kept, { state: "interrupted" }));
      const take = this.#takes.add(kept);
      for (const number of await this.#store.numbers(kept.take_id)) this.#delivery.enqueue(take, number);
      void this.#delivery.finishIfComplete(take);
    }
    this.#watchers.tell();
    return this.interrupted();
  }

  /**
   * A take begins, or one of another device is taken over.
   * @param {KeptTake} kept
   */
  async begin(kept) {
    this.#takes.add(kept);
    await this.#store.putTake(kept);
  }

  /**
   * Keep a chunk, then send it. Chunks of a take are kept in the order of the calls.
   * @param {string} take_id
   * @param {ArrayBuffer} bytes
   * @param {number} seconds how long the recording is with this chunk
   * @returns {Promise<void>} resolved when the chunk is kept
   */
  add(take_id, bytes, seconds) {
    const take = this.#takes.get(take_id);
    const number = take.kept.chunks;
    // As it is with this chunk: should the page go away before the next one is kept, that one was never recorded.
    const kept = { ...Object.assign(take.kept, { chunks: number + 1, seconds }) };
    take.pending.set(number, performance.now());
    this.#watchers.tell();
    take.writing = take.writing.then(async () => {
      const chunk = { take_id, number, sha256: await sha256(bytes), bytes };
      await this.#store.putChunk(kept, chunk);
      this.#delivery.enqueue(take, number);
    });
    return take.writing;
  }

  /**
   * A take has all its chunks, or its interrupted recording is to count: finish it when they are acknowledged.
   * @param {string} take_id
   */
  async end(take_id) {
    const take = this.#takes.get(take_id);
    await take.writing;
    take.kept.state = "ended";
    await this.#store.putTake({ ...take.kept });
    await this.#delivery.finishIfComplete(take);
  }

  /** Forget a take that shall not count. @param {string} take_id */
  async drop(take_id) {
    const take = this.#takes.find(take_id);
    if (take) await this.#delivery.close(take, "gone");
  }

  /** @returns {State} */
  state() {
    const { delaysMs, stopped } = this.#delivery;
    return { parts: this.#takes.parts(), delaysMs: [...delaysMs], durable: this.#store.durable, stopped };
  }

  /** @returns {KeptTake[]} those whose recording was broken off */
  interrupted() {
    return this.#open().filter((kept) => kept.state === "interrupted");
  }

  /** Whether anything that was recorded, or is being, is not acknowledged yet. */
  isWaiting() {
    return this.#open().length > 0;
  }

  /** A question's takes that are still on their way. @param {number} question_number @returns {KeptTake[]} */
  takesOf(question_number) {
    return this.#open().filter((kept) => kept.question_number === question_number);
  }

  #open() {
    return this.#takes.sending().map((take) => take.kept);
  }

  /** Whether a question has a take that was recorded to its end. @param {number} question_number */
  isAnswered(question_number) {
    return this.#takes.isAnswered(question_number);
  }

  /** How many takes the server acknowledged since the page was loaded. */
  savedCount() {
    return this.#takes.saved();
  }

  /** How many takes have ended, and are not acknowledged yet. */
  unfinished() {
    return this.#takes.unfinished();
  }

  /** @param {string} take_id @returns {Fate} */
  fate(take_id) {
    return this.#takes.find(take_id)?.fate ?? "gone";
  }

  /** How many chunks of a take wait. @param {string} take_id */
  partsOf(take_id) {
    return this.#takes.find(take_id)?.pending.size ?? 0;
  }

  /** @param {() => void} watcher called after each change @returns {() => void} ends it */
  watch(watcher) {
    return this.#watchers.add(watcher);
  }

  /**
   * @param {() => boolean} reached
   * @param {AbortSignal} [signal] ends the waiting
   * @returns {Promise<void>} when it is so, or nothing more can be sent
   */
  until(reached, signal) {
    return this.#watchers.until(() => reached() || this.#delivery.stopped !== null, signal);
  }

  /** The network may be back: try again at once. */
  hurry() {
    this.#sender.ports.waiting.wake();
  }
}
