/** The page's texts in its language. */

/** @typedef {Record<string, string | number>} Params */

export class Texts {
  #texts;
  #plural;
  language;

  /**
   * @param {Record<string, string>} texts
   * @param {"zh" | "en"} language
   */
  constructor(texts, language) {
    this.#texts = texts;
    this.language = language;
    this.#plural = new Intl.PluralRules(language);
  }

  /**
   * A text with its {names} filled in. Where `count` is given and the key has forms (KEY.one, KEY.other), the form
   * that the language wants for that count.
   * @param {string} key
   * @param {Params} [params]
   * @returns {string}
   */
  text(key, params = {}) {
    const count = params["count"];
    const form = typeof count === "number" ? `${key}.${this.#plural.select(count)}` : key;
    const found = this.#texts[form] ?? this.#texts[`${key}.other`] ?? this.#texts[key];
    if (found === undefined) throw new Error(`no text ${key}`);
    return found.replace(/\{(\w+)\}/g, (whole, name) => String(params[name] ?? whole));
  }

  /**
   * Whether there is such a text.
   * @param {string} key
   */
  has(key) {
    return key in this.#texts;
  }

  /**
   * What to tell a person of an error: the refusal in their language where it is known, or else in general.
   * @param {unknown} error
   * @returns {string}
   */
  explain(error) {
    const code = /** @type {{code?: string}} */ (error)?.code ?? "";
    return this.text(this.has(`problem.${code}`) ? `problem.${code}` : "problem.general");
  }

  /**
   * A day and time where the person is.
   * @param {number} time  ms since 1970
   */
  moment(time) {
    return new Intl.DateTimeFormat(this.language === "zh" ? "zh-CN" : "en-GB", {
      weekday: "long",
      day: "numeric",
      month: "long",
      hour: "2-digit",
      minute: "2-digit",
      timeZoneName: "short",
    }).format(time);
  }

  /**
   * A span as people say it, rounded up to whole minutes ("2 hours 5 minutes").
   * @param {number} ms
   */
  span(ms) {
    const minutes = Math.max(1, Math.ceil(ms / 60_000));
    const parts = [
      ["days", Math.floor(minutes / 1440)],
      ["hours", Math.floor((minutes % 1440) / 60)],
      ["minutes", minutes % 60],
    ];
    return parts
      .filter(([, count]) => count !== 0)
      .map(([unit, count]) => this.text(`span.${unit}`, { count: Number(count) }))
      .join(this.text("span.joint"));
  }
}

/**
 * Load them; the document says where they are, and in which language.
 * @returns {Promise<Texts>}
 */
export async function loadTexts() {
  const link = document.querySelector("link[data-texts]");
  if (!(link instanceof HTMLLinkElement)) throw new Error("the page names no texts");
  const response = await fetch(link.href);
  if (!response.ok) throw new Error(`texts: ${response.status}`);
  return new Texts(await response.json(), document.documentElement.lang.startsWith("zh") ? "zh" : "en");
}
