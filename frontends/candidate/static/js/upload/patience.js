// Waits that can be cut short, all of them, when the network is back.

export class Waiting {
  /** @type {Set<() => void>} */
  #sleepers = new Set();

  /** @param {number} ms @returns {Promise<void>} */
  sleep(ms) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#sleepers.add(wake);
    });
  }

  wake() {
    for (const wake of [...this.#sleepers]) wake();
  }
}
