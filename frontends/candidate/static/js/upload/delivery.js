// Brings chunks to the server until each is acknowledged, and each take that has ended is finished.

import { finishTake } from "./finishing.js";
import { Queue } from "./queue.js";

/**
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./sending.js").Sender} Sender
 * @typedef {import("./sending.js").Outcome} Outcome
 * @typedef {import("./takes.js").Sent} Sent
 * @typedef {import("./takes.js").Fate} Fate
 * @typedef {import("./takes.js").Takes} Takes
 */

const DELAYS_KEPT = 5;

export class Delivery {
  /** The code of the refusal after which this page can send nothing more. @type {string | null} */
  stopped = null;
  /** Of the latest chunks, ms from being recorded to being acknowledged. @type {number[]} */
  delaysMs = [];
  /** @type {Queue<{take: Sent, number: number}>} */
  #queue = new Queue(({ take, number }) => this.#send(take, number));
  #takes;
  #store;
  #sender;
  #changed;

  /**
   * @param {Takes} takes
   * @param {Store} store
   * @param {Sender} sender
   * @param {() => void} changed called after each change
   */
  constructor(takes, store, sender, changed) {
    this.#takes = takes;
    this.#store = store;
    this.#sender = sender;
    this.#changed = changed;
  }

  /** Send a chunk that is kept. @param {Sent} take @param {number} number */
  enqueue(take, number) {
    if (!take.pending.has(number)) take.pending.set(number, NaN);
    this.#queue.push({ take, number });
  }

  /** @param {Sent} take @param {number} number */
  async #send(take, number) {
    if (take.fate !== "sending") return;
    const chunk = await this.#store.chunk(take.kept.take_id, number);
    const outcome = chunk && (await this.#sender.chunk(chunk, () => this.#isWanted(take)));
    if (!this.#isWanted(take)) return;
    if (!outcome || outcome.end === "done" || outcome.end === "skip") await this.#acknowledged(take, number);
    else await this.#refused(take, outcome);
    this.#changed();
    await this.finishIfComplete(take);
  }

  /** @param {Sent} take @param {number} number */
  async #acknowledged(take, number) {
    await this.#store.dropChunk(take.kept.take_id, number);
    const since = take.pending.get(number) ?? NaN;
    take.pending.delete(number);
    if (!Number.isNaN(since)) this.delaysMs = [...this.delaysMs, performance.now() - since].slice(-DELAYS_KEPT);
  }

  /** Finish a take that has ended, and all of whose chunks are acknowledged. @param {Sent} take */
  async finishIfComplete(take) {
    const { kept } = take;
    if (kept.state !== "ended" || take.pending.size > 0 || take.finishing || !this.#isWanted(take)) return;
    if (kept.chunks === 0) return this.close(take, "gone");
    take.finishing = true;
    const outcome = await finishTake(this.#sender, kept, () => this.#isWanted(take));
    take.finishing = false;
    if (!this.#isWanted(take)) return;
    if (outcome.end === "done") await this.close(take, "saved");
    else await this.#refused(take, outcome);
  }

  /** @param {Sent} take @param {Outcome} outcome */
  async #refused(take, outcome) {
    if (outcome.end === "stored") await this.close(take, "saved");
    else if (outcome.end !== "over") await this.close(take, "gone");
    else await this.#stop(outcome.code ?? "refused");
    this.#changed();
  }

  /** @param {string} code why nothing more can be sent */
  async #stop(code) {
    this.stopped = code;
    this.#queue.close();
    for (const take of this.#takes.sending()) {
      // A session that is over wants nothing more; after a mere lost link, a later page may still send what is kept.
      if (code.startsWith("session-")) await this.close(take, "gone");
      else take.fate = "stopped";
    }
  }

  /** Nothing more of a take is sent, nor kept. @param {Sent} take @param {Fate} fate */
  async close(take, fate) {
    take.fate = fate;
    take.pending.clear();
    this.#queue.keep((waiting) => waiting.take !== take);
    await this.#store.dropTake(take.kept.take_id);
    this.#changed();
  }

  /** @param {Sent} take */
  #isWanted(take) {
    return take.fate === "sending" && !this.stopped;
  }
}
