/** Dialogs of the shell: opened, closed, and the focus back where it was. */

import { button, one } from "./dom.js";

export class Dialog {
  element;
  #isModal;
  /** @type {HTMLElement | null} */
  #before = null;
  /** @type {Set<() => void>} */
  #closed = new Set();

  /**
   * @param {string} id
   * @param {{modal: boolean, closers: string[]}} options  closers: actions of the buttons that close it
   */
  constructor(id, { modal, closers }) {
    this.element = one(document, `#${id}`, HTMLDialogElement);
    // Browsers before 2022 have no modal dialogs: there it lies in the page.
    this.#isModal = modal && typeof this.element.showModal === "function";
    for (const action of closers) button(this.element, action).addEventListener("click", () => this.close());
    this.element.addEventListener("close", () => this.#afterwards());
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.#isModal) this.close();
    });
  }

  get isOpen() {
    return this.element.open;
  }

  /** @param {() => void} listener */
  onClose(listener) {
    this.#closed.add(listener);
  }

  /** @param {HTMLElement} [focus]  where the focus goes */
  open(focus) {
    if (!this.isOpen) {
      this.#before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
      if (this.#isModal) this.element.showModal();
      else this.element.setAttribute("open", "");
    }
    focus?.focus();
  }

  close() {
    if (!this.isOpen) return;
    if (typeof this.element.close === "function") {
      this.element.close();
    } else {
      this.element.removeAttribute("open");
      this.#afterwards();
    }
  }

  #afterwards() {
    for (const listener of this.#closed) listener();
    if (this.#before?.isConnected) this.#before.focus();
    this.#before = null;
  }
}
