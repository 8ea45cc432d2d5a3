/** The chat with the people who invited: live both ways, from every step, also while recording. */

import { Dialog } from "./dialog.js";
import { busy, button, fill, make, one, say, slot } from "./dom.js";

/** @type {{open: () => void} | null} */
let made = null;

/**
 * The chat of this page; it is made once.
 * @param {import("./page.js").Page} page
 */
export function chat(page) {
  made ??= new Chat(page);
  return made;
}

class Chat {
  #page;
  #dialog = new Dialog("chat", { modal: false, closers: ["close"] });
  #list = slot(this.#dialog.element, "messages");
  #field = one(this.#dialog.element, "textarea", HTMLTextAreaElement);
  #wrong = slot(this.#dialog.element, "wrong");
  #opener = one(document, 'button[aria-controls="chat"]', HTMLButtonElement);
  #unread = 0;
  #loaded;

  /** @param {import("./page.js").Page} page */
  constructor(page) {
    this.#page = page;
    this.#loaded = page.now();
    const { organisation } = page.sitting;
    fill(this.#dialog.element, { hint: page.text("chat.hint", { organisation }) });
    this.#list.append(make("li", page.text("chat.empty"), "first"));
    const form = one(this.#dialog.element, "form", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    this.#field.addEventListener("keydown", (event) => {
      // Return sends, as in other chats; with Shift, and while an input method composes, it does not.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.#dialog.onClose(() => this.#opener.setAttribute("aria-expanded", "false"));
    page.events("chat", (event) => this.#show(event));
  }

  open() {
    if (this.#dialog.isOpen) {
      this.#dialog.close();
      return;
    }
    this.#opener.setAttribute("aria-expanded", "true");
    this.#count(0);
    this.#dialog.open(this.#field);
    this.#list.lastElementChild?.scrollIntoView({ block: "nearest" });
  }

  async #send() {
    const text = this.#field.value.trim();
    if (text === "") return;
    say(this.#wrong, "");
    try {
      // It is shown when the server tells of it: then it has arrived.
      await busy(button(this.#dialog.element, "send"), () => this.#page.api.post(`${this.#page.path}/chat`, { text }));
      this.#field.value = "";
    } catch {
      say(this.#wrong, this.#page.text("chat.failed"));
    }
    this.#field.focus();
  }

  /** @param {import("./events.js").SessionEvent} event */
  #show(event) {
    const { organisation } = this.#page.sitting;
    const isOwn = event.data.author === "candidate";
    this.#list.querySelector(".first")?.remove();
    const item = make("li", "", isOwn ? "own" : "");
    item.append(make("small", isOwn ? this.#page.text("chat.you") : organisation), event.data.text);
    this.#list.append(item);
    this.#list.lastElementChild?.scrollIntoView({ block: "nearest" });
    // What was said before this page was loaded was read, or is there to read again.
    if (isOwn || this.#dialog.isOpen || Date.parse(event.created_at) < this.#loaded) return;
    this.#count(this.#unread + 1);
    this.#page.announce(this.#page.text("chat.new", { organisation, text: event.data.text }));
  }

  /** @param {number} unread */
  #count(unread) {
    this.#unread = unread;
    const badge = one(document, "#unread", HTMLElement);
    badge.hidden = unread === 0;
    badge.replaceChildren();
    if (unread === 0) return;
    const number = make("span", String(unread));
    number.setAttribute("aria-hidden", "true");
    badge.append(number, make("span", this.#page.text("chat.unread", { count: unread }), "unseen"));
  }
}
