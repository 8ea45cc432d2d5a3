// What the page notices beside the recording. It is told as observations: nobody is marked down for any of it by itself.

/**
 * @typedef {"tab_hidden" | "window_blurred" | "camera_lost" | "microphone_muted" | "paste"} SignalKind
 * @typedef {{kind: SignalKind, take_id: string | null, question_number: number | null, start_s: number, end_s: number, detail?: number}} Signal
 * @typedef {{post(path: string, body: unknown): Promise<unknown>}} Api
 */

const GATHER_MS = 5_000;
const MOST_AT_ONCE = 50;
/** A glance at a notification is no signal. */
const SHORTEST_S = 0.5;

/** Gathers signals, and tells them in small batches. */
export class Signals {
  /** @type {Signal[]} */
  #waiting = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Map<SignalKind, number>} since when something lasts */
  #open = new Map();
  #take_id = /** @type {string | null} */ (null);
  #question = /** @type {number | null} */ (null);
  #origin = performance.now();
  #api;
  #path;

  /**
   * @param {Api} api
   * @param {string} path of the session
   */
  constructor(api, path) {
    this.#api = api;
    this.#path = path;
  }

  /**
   * From now on times are counted from here: a question is shown, or a take of it begins.
   * @param {number | null} question_number
   * @param {string | null} [take_id]
   */
  during(question_number, take_id = null) {
    const lasting = [...this.#open.keys()];
    for (const kind of lasting) this.end(kind);
    this.#question = question_number;
    this.#take_id = take_id;
    this.#origin = performance.now();
    for (const kind of lasting) this.begin(kind);
  }

  /** Something begins that lasts. @param {SignalKind} kind */
  begin(kind) {
    if (!this.#open.has(kind)) this.#open.set(kind, this.#at());
  }

  /** It is over. @param {SignalKind} kind */
  end(kind) {
    const since = this.#open.get(kind);
    this.#open.delete(kind);
    if (since !== undefined && this.#at() - since >= SHORTEST_S) this.#note(kind, since);
  }

  /** Text was pasted. @param {number} characters */
  pasted(characters) {
    this.#note("paste", this.#at(), Math.min(characters, 1_000_000));
  }

  /**
   * Notice when the page is not seen, or another window is used.
   * @param {AbortSignal} signal ends it
   */
  watch(signal) {
    const look = () => {
      const hidden = document.hidden;
      const blurred = !hidden && !document.hasFocus();
      hidden ? this.begin("tab_hidden") : this.end("tab_hidden");
      blurred ? this.begin("window_blurred") : this.end("window_blurred");
    };
    document.addEventListener("visibilitychange", look, { signal });
    addEventListener("blur", look, { signal });
    addEventListener("focus", look, { signal });
    signal.addEventListener("abort", () => this.close(), { once: true });
  }

  /** Whatever lasts ends here; what waits is told now. */
  close() {
    for (const kind of [...this.#open.keys()]) this.end(kind);
    void this.flush();
  }

  async flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const items = this.#waiting.splice(0, MOST_AT_ONCE);
    if (items.length === 0) return;
    try {
      await this.#api.post(`${this.#path}/signals`, { items });
    } catch {
      // A signal is worth less than the interview: after the API's own tries it is let go.
    }
  }

  /** Seconds since the question was shown or the take began. */
  #at() {
    return (performance.now() - this.#origin) / 1000;
  }

  /** @param {SignalKind} kind @param {number} since @param {number} [detail] */
  #note(kind, since, detail) {
    const times = { start_s: Math.max(0, since), end_s: Math.max(0, since, this.#at()) };
    const where = { take_id: this.#take_id, question_number: this.#question };
    this.#waiting.push({ kind, ...where, ...times, ...(detail !== undefined && { detail }) });
    this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS);
  }
}
