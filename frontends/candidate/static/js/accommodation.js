/** Ask for more time, answers by voice alone or in writing; and see what was decided, as it is decided. */

import { Dialog } from "./dialog.js";
import { busy, button, fill, make, one, say, slot } from "./dom.js";

/** @type {Accommodation | null} */
let made = null;

/**
 * The dialog of this page; it is made once.
 * @param {import("./page.js").Page} page
 */
export function accommodation(page) {
  made ??= new Accommodation(page);
  return made;
}

/**
 * What was decided or asked for, in a sentence; null where nothing was.
 * @param {import("./page.js").Page} page
 * @returns {string | null}
 */
export function describe(page) {
  const asked = page.sitting.accommodation;
  if (asked === null) return null;
  return page.text(`accommodation.${asked.state}`, { what: granted(page, asked) });
}

/**
 * @param {import("./page.js").Page} page
 * @param {import("./sitting.js").Accommodation} asked
 */
function granted(page, { extra_time_percent: percent, audio_only, text_answers }) {
  const parts = [];
  if (percent > 0) parts.push(page.text("accommodation.granted.time", { percent }));
  if (audio_only) parts.push(page.text("accommodation.granted.audio"));
  if (text_answers) parts.push(page.text("accommodation.granted.written"));
  return parts.join(page.text("accommodation.joint")) || page.text("accommodation.granted.note");
}

class Accommodation {
  #page;
  #dialog = new Dialog("accommodation", { modal: true, closers: ["close", "cancel"] });
  #form = one(this.#dialog.element, "form", HTMLFormElement);
  #state = slot(this.#dialog.element, "state");
  #wrong = slot(this.#dialog.element, "wrong");

  /** @param {import("./page.js").Page} page */
  constructor(page) {
    this.#page = page;
    fill(this.#dialog.element, {
      intro: page.text("accommodation.intro", { organisation: page.sitting.organisation }),
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    page.watch(() => this.#show());
  }

  open() {
    this.#show();
    this.#dialog.open();
  }

  #show() {
    const { accommodation: asked, organisation } = this.#page.sitting;
    const text = describe(this.#page);
    this.#state.hidden = text === null;
    this.#state.replaceChildren(make("p", text ?? ""));
    if (asked?.reply) {
      this.#state.append(make("p", this.#page.text("accommodation.reply", { organisation, text: asked.reply })));
    }
    this.#form.hidden = asked?.state === "requested" || asked?.state === "granted";
  }

  async #send() {
    const { audio, written, note, time } = fields(this.#form);
    const wish = {
      extra_time_percent: Number(time.value),
      audio_only: audio.checked,
      text_answers: written.checked,
      note: note.value.trim() || null,
    };
    const isEmpty = !wish.extra_time_percent && !wish.audio_only && !wish.text_answers && wish.note === null;
    say(this.#wrong, isEmpty ? this.#page.text("accommodation.empty") : "");
    if (isEmpty) return;
    try {
      await busy(button(this.#form, "send"), async () => {
        await this.#page.api.post(`${this.#page.path}/accommodation`, wish);
        await this.#page.refresh();
      });
      button(this.#dialog.element, "close").focus();
    } catch (error) {
      say(this.#wrong, this.#page.explain(error));
    }
  }
}

/** @param {HTMLFormElement} form */
function fields(form) {
  return {
    time: one(form, '[name="time"]', HTMLSelectElement),
    audio: one(form, '[name="audio"]', HTMLInputElement),
    written: one(form, '[name="written"]', HTMLInputElement),
    note: one(form, '[name="note"]', HTMLTextAreaElement),
  };
}
