/**
 * What every step works with. A step is a module steps/NAME.js that exports
 * `async function show(page)`, which resolves when the step is finished.
 *
 * @typedef {import("./sitting.js").Sitting} Sitting
 * @typedef {import("./sitting.js").Answer} Answer
 * @typedef {import("./sitting.js").Take} Take
 * @typedef {import("./events.js").SessionEvent} SessionEvent
 */

import { make, one } from "./dom.js";

/** What was last told of the session, and who listens. */
class Told {
  /** @type {Sitting | null} */
  sitting = null;
  /** @type {Set<(sitting: Sitting) => void>} */
  watchers = new Set();
  /** @type {(error: unknown) => void} */
  onFailure = () => {};
}

/**
 * What the pages of all steps share.
 *
 * @typedef {object} Shared
 * @property {import("./api.js").Api} api
 * @property {import("./clock.js").Clock} clock
 * @property {import("./texts.js").Texts} texts
 * @property {import("./events.js").Events} events
 * @property {string} deviceId  names this window among those that opened the link
 */

/** The page as one step has it. */
export class Page {
  /** @type {HTMLElement} the <main> that holds the screen */
  root = one(document, "main", HTMLElement);
  /**
   * Aborts when the step is over, or is taken off the page: another device went on, the candidate withdrew, the
   * session ended. Stop recording and timers then; what is recorded already may still be sent.
   * @type {AbortSignal}
   */
  signal;
  #shared;
  #told;

  /**
   * @param {Shared} shared
   * @param {AbortSignal} [signal]
   * @param {Told} [told]
   */
  constructor(shared, signal = new AbortController().signal, told = new Told()) {
    this.#shared = shared;
    this.#told = told;
    this.signal = signal;
  }

  /**
   * The same page for a step: what it listens to ends with the signal, and it can show no screen after that.
   * @param {AbortSignal} signal
   */
  forStep(signal) {
    return new Page(this.#shared, signal, this.#told);
  }

  get api() {
    return this.#shared.api;
  }

  get texts() {
    return this.#shared.texts;
  }

  get device_id() {
    return this.#shared.deviceId;
  }

  /** The session as it was last told. */
  get sitting() {
    if (this.#told.sitting === null) throw new Error("the session is not known yet");
    return this.#told.sitting;
  }

  /** The path of this session in the API. */
  get path() {
    return `/v1/sessions/${this.sitting.session_id}`;
  }

  /**
   * Keep a Sitting that a call answered with.
   * @param {Sitting} sitting
   * @returns {Sitting}
   */
  keep(sitting) {
    this.#told.sitting = sitting;
    for (const watcher of this.#told.watchers) watcher(sitting);
    return sitting;
  }

  /** Ask how the session is now. @returns {Promise<Sitting>} */
  async refresh() {
    return this.keep(await this.api.get("/v1/sitting", { patience: Infinity }));
  }

  /** Ask how the session is now, from where nobody waits for it: a refusal ends the page. */
  look() {
    this.refresh().catch((error) => this.#told.onFailure(error));
  }

  /**
   * Be told of a refusal that ends the page.
   * @param {(error: unknown) => void} listener
   */
  onFailure(listener) {
    this.#told.onFailure = listener;
  }

  /**
   * Be told of each Sitting.
   * @param {(sitting: Sitting) => void} watcher
   */
  watch(watcher) {
    this.#told.watchers.add(watcher);
    this.signal.addEventListener("abort", () => this.#told.watchers.delete(watcher));
  }

  /**
   * A text in the page's language: see Texts.text.
   * @param {string} key
   * @param {import("./texts.js").Params} [params]
   */
  text(key, params) {
    return this.texts.text(key, params);
  }

  /**
   * What to tell the candidate of an error, in the page's language.
   * @param {unknown} error
   */
  explain(error) {
    return this.texts.explain(error);
  }

  /**
   * Show a screen: the template "screen-NAME" is cloned into the page and its heading gets the focus. Throws the
   * signal's reason where the step is over.
   * @param {string} name
   * @returns {HTMLElement} the screen's section
   */
  screen(name) {
    if (this.signal.aborted) throw this.signal.reason;
    const template = one(document, `#screen-${name}`, HTMLTemplateElement);
    const content = /** @type {DocumentFragment} */ (document.importNode(template.content, true));
    this.root.replaceChildren(content);
    const section = one(this.root, "section", HTMLElement);
    section.dataset["screen"] = name;
    const heading = one(section, "h1", HTMLElement);
    heading.tabIndex = -1;
    scrollTo(0, 0);
    heading.focus({ preventScroll: true });
    document.title = `${heading.textContent} · ${document.documentElement.dataset["title"]}`;
    return section;
  }

  /**
   * Follow the session's events of one kind.
   * @param {string} kind  state, take, chat, device, accommodation
   * @param {(event: SessionEvent) => void} callback
   * @returns {() => void} ends it
   */
  events(kind, callback) {
    const end = this.#shared.events.subscribe(kind, callback);
    this.signal.addEventListener("abort", end);
    return end;
  }

  /**
   * Have a screen reader say something, without moving the focus.
   * @param {string} text
   */
  announce(text) {
    const place = one(document, "#announcements", HTMLElement);
    // Each saying is an element of its own: the same text twice is said twice.
    place.replaceChildren(make("p", text));
  }

  /** ms since 1970 on the server's clock. */
  now() {
    return this.#shared.clock.now();
  }

  /**
   * Until a time of the API.
   * @param {string} time  ISO 8601
   * @returns {number} ms, negative when it is over
   */
  until(time) {
    return Date.parse(time) - this.now();
  }

  /**
   * Whether the candidate is in the middle of something that a reload or a change of language would break.
   * @param {boolean} engaged
   */
  engage(engaged) {
    document.documentElement.toggleAttribute("data-engaged", engaged);
  }
}
