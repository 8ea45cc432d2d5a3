/** Withdraw, from any step, after being asked once more. */

import { Dialog } from "./dialog.js";
import { busy, button, say, slot } from "./dom.js";

/** @type {Withdraw | null} */
let made = null;

/**
 * The dialog of this page; it is made once.
 * @param {import("./page.js").Page} page
 */
export function withdraw(page) {
  made ??= new Withdraw(page);
  return made;
}

class Withdraw {
  #dialog = new Dialog("withdraw", { modal: true, closers: ["cancel"] });

  /** @param {import("./page.js").Page} page */
  constructor(page) {
    const confirm = button(this.#dialog.element, "withdraw");
    const wrong = slot(this.#dialog.element, "wrong");
    confirm.addEventListener("click", async () => {
      say(wrong, "");
      try {
        await busy(confirm, () => page.api.post(`${page.path}/withdraw`));
        this.#dialog.close();
        await page.refresh();
      } catch (error) {
        say(wrong, page.explain(error));
      }
    });
  }

  open() {
    this.#dialog.open(button(this.#dialog.element, "cancel"));
  }
}
