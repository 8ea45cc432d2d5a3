/** Reads the text/event-stream format (HTML standard, 9.2.6) as far as the API sends it. */

export class EventParser {
  #rest = "";
  #id = "";
  /** @type {string[]} */
  #data = [];
  #tell;

  /** @param {(id: string, data: string) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /**
   * Read on; an event may come in pieces.
   * @param {string} text
   */
  push(text) {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
  }

  /** @param {string} line */
  #line(line) {
    if (line === "") {
      if (this.#data.length > 0) this.#tell(this.#id, this.#data.join("\n"));
      this.#data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "id") this.#id = value;
    if (field === "data") this.#data.push(value);
  }
}
