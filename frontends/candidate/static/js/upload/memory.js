// A store for when the browser keeps nothing: what it holds is lost with the page.

/**
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").KeptTake} KeptTake
 * @typedef {import("./store.js").KeptChunk} KeptChunk
 */

/** @implements {Store} */
export class MemoryStore {
  durable = false;
  /** @type {Map<string, KeptTake>} */
  #takes = new Map();
  /** @type {Map<string, Map<number, KeptChunk>>} */
  #chunks = new Map();

  /** @param {string} session_id */
  async takes(session_id) {
    return [...this.#takes.values()].filter((take) => take.session_id === session_id).map((take) => ({ ...take }));
  }

  /** @param {KeptTake} take */
  async putTake(take) {
    this.#takes.set(take.take_id, { ...take });
  }

  /** @param {string} take_id */
  async dropTake(take_id) {
    this.#takes.delete(take_id);
    this.#chunks.delete(take_id);
  }

  /** @param {KeptTake} take @param {KeptChunk} chunk */
  async putChunk(take, chunk) {
    await this.putTake(take);
    const chunks = this.#chunks.get(take.take_id) ?? new Map();
    this.#chunks.set(take.take_id, chunks.set(chunk.number, chunk));
  }

  /** @param {string} take_id */
  async numbers(take_id) {
    return [...(this.#chunks.get(take_id)?.keys() ?? [])].sort((a, b) => a - b);
  }

  /** @param {string} take_id @param {number} number */
  async chunk(take_id, number) {
    return this.#chunks.get(take_id)?.get(number) ?? null;
  }

  /** @param {string} take_id @param {number} number */
  async dropChunk(take_id, number) {
    this.#chunks.get(take_id)?.delete(number);
  }
}
