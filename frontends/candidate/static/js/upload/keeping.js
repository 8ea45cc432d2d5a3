// The store that the page uses: the database, and memory for what the database refuses.

import { MemoryStore } from "./memory.js";
import { openDatabase } from "./store.js";

/**
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").KeptTake} KeptTake
 * @typedef {import("./store.js").KeptChunk} KeptChunk
 */

/** How long opening may take: Safari is known never to answer at times. */
const OPENING_MS = 3_000;

/**
 * @param {() => Promise<Store>} open
 * @returns {Promise<Store>} never rejected
 */
export async function openStore(open = openDatabase) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("not opened")), OPENING_MS));
  try {
    return new KeepingStore(/** @type {Store} */ (await Promise.race([open(), late])));
  } catch {
    return new MemoryStore();
  }
}

/**
 * A disk may be full, and a private window may stop keeping at any time: then recording goes on in memory.
 * @implements {Store}
 */
export class KeepingStore {
  durable = true;
  #database;
  #memory = new MemoryStore();

  /** @param {Store} database */
  constructor(database) {
    this.#database = database;
  }

  /** @param {string} session_id */
  takes(session_id) {
    return this.#try(() => this.#database.takes(session_id), []);
  }

  /** @param {KeptTake} take */
  async putTake(take) {
    await this.#try(
      () => this.#database.putTake(take),
      undefined,
      () => this.#memory.putTake(take),
    );
  }

  /** @param {string} take_id */
  async dropTake(take_id) {
    await this.#memory.dropTake(take_id);
    await this.#try(() => this.#database.dropTake(take_id), undefined);
  }

  /** @param {KeptTake} take @param {KeptChunk} chunk */
  async putChunk(take, chunk) {
    await this.#try(
      () => this.#database.putChunk(take, chunk),
      undefined,
      () => this.#memory.putChunk(take, chunk),
    );
  }

  /** @param {string} take_id */
  async numbers(take_id) {
    const kept = await this.#try(() => this.#database.numbers(take_id), []);
    return [...new Set([...kept, ...(await this.#memory.numbers(take_id))])].sort((a, b) => a - b);
  }

  /** @param {string} take_id @param {number} number */
  async chunk(take_id, number) {
    return (
      (await this.#memory.chunk(take_id, number)) ??
      (await this.#try(() => this.#database.chunk(take_id, number), null))
    );
  }

  /** @param {string} take_id @param {number} number */
  async dropChunk(take_id, number) {
    await this.#memory.dropChunk(take_id, number);
    await this.#try(() => this.#database.dropChunk(take_id, number), undefined);
  }

  /**
   * @template T
   * @param {() => Promise<T>} ask
   * @param {T} otherwise
   * @param {() => Promise<void>} [instead]
   * @returns {Promise<T>}
   */
  async #try(ask, otherwise, instead) {
    try {
      return await ask();
    } catch {
      this.durable = false;
      await instead?.();
      return otherwise;
    }
  }
}
