// What waits to be sent: first come, first served, two at a time.

const IN_FLIGHT = 2;

/** @template T what waits */
export class Queue {
  /** @type {T[]} */
  #waiting = [];
  #busy = 0;
  #isClosed = false;
  #send;

  /** @param {(next: T) => Promise<void>} send never rejected */
  constructor(send) {
    this.#send = send;
  }

  /** @param {T} next */
  push(next) {
    if (this.#isClosed) return;
    this.#waiting.push(next);
    this.#pump();
  }

  /** Keep of what waits only these. @param {(waiting: T) => boolean} isKept */
  keep(isKept) {
    this.#waiting = this.#waiting.filter(isKept);
  }

  /** Nothing more is sent; what is on its way may end. */
  close() {
    this.#isClosed = true;
    this.#waiting = [];
  }

  #pump() {
    while (this.#busy < IN_FLIGHT) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#busy += 1;
      void this.#send(next).finally(() => {
        this.#busy -= 1;
        this.#pump();
      });
    }
  }
}
