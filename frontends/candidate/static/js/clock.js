/** The server's clock. This device's own may be wrong by a day: only its monotonic counter is used. */

export class Clock {
  /** @type {number} ms of the server's clock at performance.now() = 0 */
  #offset = 0;

  /**
   * Learn from an answer.
   * @param {string} now  the server's time in the answer, ISO 8601
   * @param {number} asked  performance.now() when it was asked for
   * @param {number} answered  performance.now() when it came
   */
  learn(now, asked, answered) {
    const time = Date.parse(now);
    if (!Number.isNaN(time)) this.#offset = time - (asked + answered) / 2;
  }

  /** ms since 1970 on the server's clock. */
  now() {
    return this.#offset + performance.now();
  }
}
