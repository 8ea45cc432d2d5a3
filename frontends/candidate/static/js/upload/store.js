// What is recorded and not yet acknowledged, in IndexedDB: it survives reloads, crashes and discarded tabs.

/**
 * A take of this device. recording: chunks still come; interrupted: the page went away meanwhile; ended: `chunks` is final.
 * @typedef {object} KeptTake
 * @property {string} take_id
 * @property {string} session_id
 * @property {number} question_number
 * @property {"recording" | "interrupted" | "ended"} state
 * @property {number} chunks how many were recorded so far
 * @property {number} seconds how long they are together
 */

/**
 * A chunk, until it is acknowledged.
 * @typedef {{take_id: string, number: number, sha256: string, bytes: ArrayBuffer}} KeptChunk
 */

/**
 * What keeps takes and chunks. Putting a chunk also writes its take, in one transaction.
 * @typedef {object} Store
 * @property {boolean} durable whether it survives a reload
 * @property {(session_id: string) => Promise<KeptTake[]>} takes
 * @property {(take: KeptTake) => Promise<void>} putTake
 * @property {(take_id: string) => Promise<void>} dropTake with its chunks
 * @property {(take: KeptTake, chunk: KeptChunk) => Promise<void>} putChunk
 * @property {(take_id: string) => Promise<number[]>} numbers of the chunks that it holds, in order
 * @property {(take_id: string, number: number) => Promise<KeptChunk | null>} chunk
 * @property {(take_id: string, number: number) => Promise<void>} dropChunk
 */

const NAME = "parley";
const VERSION = 1;

/**
 * @param {IDBFactory | undefined} factory
 * @returns {Promise<Store>} rejected where the browser has none, or keeps none in private windows
 */
export async function openDatabase(factory = globalThis.indexedDB) {
  if (!factory) throw new Error("this browser has no IndexedDB");
  const asked = factory.open(NAME, VERSION);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("takes", { keyPath: "take_id" });
    asked.result.createObjectStore("chunks", { keyPath: ["take_id", "number"] });
  };
  const database = await result(asked);
  // Another tab may want a newer version of the database: it must not wait for this one.
  database.onversionchange = () => database.close();
  return new DatabaseStore(database);
}

/** @implements {Store} */
class DatabaseStore {
  durable = true;
  #database;

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.#database = database;
  }

  /** @param {string} session_id */
  async takes(session_id) {
    /** @type {KeptTake[]} */
    const takes = await result(this.#read("takes").getAll());
    return takes.filter((take) => take.session_id === session_id);
  }

  /** @param {KeptTake} take */
  putTake(take) {
    return this.#write(["takes"], (transaction) => transaction.objectStore("takes").put(take));
  }

  /** @param {string} take_id */
  dropTake(take_id) {
    return this.#write(["takes", "chunks"], (transaction) => {
      transaction.objectStore("takes").delete(take_id);
      transaction.objectStore("chunks").delete(ofTake(take_id));
    });
  }

  /** @param {KeptTake} take @param {KeptChunk} chunk */
  putChunk(take, chunk) {
    return this.#write(["takes", "chunks"], (transaction) => {
      transaction.objectStore("chunks").put(chunk);
      transaction.objectStore("takes").put(take);
    });
  }

  /** @param {string} take_id @returns {Promise<number[]>} */
  async numbers(take_id) {
    const keys = await result(this.#read("chunks").getAllKeys(ofTake(take_id)));
    return keys.map((key) => /** @type {[string, number]} */ (key)[1]);
  }

  /** @param {string} take_id @param {number} number @returns {Promise<KeptChunk | null>} */
  async chunk(take_id, number) {
    return (await result(this.#read("chunks").get([take_id, number]))) ?? null;
  }

  /** @param {string} take_id @param {number} number */
  dropChunk(take_id, number) {
    return this.#write(["chunks"], (transaction) => transaction.objectStore("chunks").delete([take_id, number]));
  }

  /** @param {"takes" | "chunks"} name */
  #read(name) {
    return this.#database.transaction(name).objectStore(name);
  }

  /**
   * @param {string[]} names
   * @param {(transaction: IDBTransaction) => void} change
   * @returns {Promise<void>} resolved when it is committed
   */
  #write(names, change) {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(names, "readwrite");
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error("not kept"));
      change(transaction);
    });
  }
}

/** @param {string} take_id */
function ofTake(take_id) {
  return IDBKeyRange.bound([take_id, 0], [take_id, Infinity]);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
