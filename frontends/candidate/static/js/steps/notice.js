/** The notice, and what the candidate chooses. */

import { describe } from "../accommodation.js";
import { Problem } from "../api.js";
import { busy, button, fill, one, say, slot } from "../dom.js";
import { render } from "../markdown.js";

/** @param {import("../page.js").Page} page */
export async function show(page) {
  // The notice that changes while it is read is shown anew.
  while (!(await consented(page)));
}

/**
 * @param {import("../page.js").Page} page
 * @returns {Promise<boolean>} false: the notice has changed
 */
async function consented(page) {
  const language = page.texts.language;
  const notice = await page.api.get(`${page.path}/notice?language=${language}`, { patience: Infinity });
  const { title, body } = render(notice.text);
  const section = page.screen("notice");
  if (title !== null) one(section, "h1", HTMLElement).textContent = title;
  slot(section, "notice").append(body);
  greet(page, section);
  showAdjustment(page, section);
  page.watch(() => section.isConnected && showAdjustment(page, section));

  const form = one(section, "form", HTMLFormElement);
  const wrong = slot(section, "wrong");
  const biometrics = one(form, '[name="biometrics"]', HTMLInputElement);
  form.addEventListener("change", () => {
    slot(section, "biometrics").hidden = !(notice.biometrics_asked && chosen(form) === "accept");
  });
  return new Promise((resolve) => {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const choice = chosen(form);
      say(wrong, choice === null ? page.text("notice.choose") : "");
      if (choice === null) {
        one(form, '[name="choice"]', HTMLInputElement).focus();
        return;
      }
      const consent = {
        language,
        notice_sha256: notice.sha256,
        choice,
        biometrics: choice === "accept" && notice.biometrics_asked && biometrics.checked,
      };
      try {
        await busy(button(form, "continue"), () => page.api.post(`${page.path}/consents`, consent));
        resolve(true);
      } catch (error) {
        if (error instanceof Problem && error.code === "notice-changed") resolve(false);
        say(wrong, page.explain(error));
      }
    });
  });
}

/**
 * @param {import("../page.js").Page} page
 * @param {HTMLElement} section
 */
function greet(page, section) {
  const { candidate_name: name, interview } = page.sitting;
  const { title, minutes_per_candidate: minutes, questions: count } = interview;
  fill(section, { hello: page.text("notice.hello", { name, title, minutes, count }) });
}

/**
 * @param {import("../page.js").Page} page
 * @param {HTMLElement} section
 */
function showAdjustment(page, section) {
  fill(section, { adjustment: describe(page) ?? page.text("notice.adjust") });
}

/**
 * @param {HTMLFormElement} form
 * @returns {string | null}
 */
function chosen(form) {
  const found = form.querySelector('[name="choice"]:checked');
  return found instanceof HTMLInputElement ? found.value : null;
}
