/** What stands in the way: the link, the browser, or a defect of ours. */

import { Problem } from "../api.js";
import { button, fill, one } from "../dom.js";

/** @type {Record<string, string>} the screen of a refusal's code */
const SCREENS = {
  "token-missing": "link-missing",
  "token-unknown": "link-unknown",
  "key-missing": "link-unknown",
  "token-revoked": "link-revoked",
  "token-expired": "link-expired",
  browser: "browser",
};

/**
 * Show it. Nothing follows: the candidate reloads, or opens another link.
 * @param {import("../page.js").Page} page
 * @param {unknown} error
 */
export function showProblem(page, error) {
  const code = error instanceof Problem ? error.code : "";
  const name = SCREENS[code] ?? "failed";
  const section = page.screen(name);
  one(document, "#progress", HTMLElement).hidden = true;
  if (name === "browser") offerLink(page, section);
  if (name === "failed") {
    fill(section, { why: page.explain(error) });
    button(section, "reload").addEventListener("click", () => location.reload());
  }
}

/**
 * @param {import("../page.js").Page} page
 * @param {HTMLElement} section
 */
function offerLink(page, section) {
  const field = one(section, "input", HTMLInputElement);
  field.value = location.href;
  const isSecure = globalThis.isSecureContext;
  one(section, '[data-slot="insecure"]', HTMLElement).hidden = isSecure;
  button(section, "copy").addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Older browsers, and those that forbid it: the text stays selected for the candidate to copy.
      if (!document.execCommand("copy")) return;
    }
    fill(section, { copied: page.text("browser.copied") });
    page.announce(page.text("browser.copied"));
  });
}
