// Who wants to hear of changes, and who waits for one.

export class Watchers {
  /** @type {Set<() => void>} */
  #watchers = new Set();

  /**
   * @param {() => void} watcher called after each change
   * @returns {() => void} ends it
   */
  add(watcher) {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Something has changed. */
  tell() {
    for (const watcher of [...this.#watchers]) watcher();
  }

  /**
   * @param {() => boolean} reached
   * @param {AbortSignal} [signal] ends the waiting
   * @returns {Promise<void>} when it is so
   */
  until(reached, signal) {
    return new Promise((resolve) => {
      const look = () => {
        if (!reached() && !signal?.aborted) return;
        unwatch();
        signal?.removeEventListener("abort", look);
        resolve();
      };
      const unwatch = this.add(look);
      signal?.addEventListener("abort", look);
      look();
    });
  }
}
