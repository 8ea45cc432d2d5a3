/** A one-time code to the candidate's phone or mail. */

import { sleep } from "../backoff.js";
import { busy, button, fill, make, one, say, slot } from "../dom.js";

/**
 * Ask for it until it is right.
 * @param {import("../page.js").Page} page
 * @returns {Promise<void>}
 */
export async function confirmByCode(page) {
  const section = page.screen("identity-code");
  const { organisation, identity } = page.sitting;
  const hasAddress = identity.addresses.length > 0;
  fill(section, { why: page.text(hasAddress ? "identity.code.why" : "identity.code.none", { organisation }) });
  slot(section, "sending").hidden = !hasAddress;
  offerChannels(page, section);
  const wrong = slot(section, "wrong");
  const form = slot(section, "entering");
  const field = one(section, "#code", HTMLInputElement);
  const again = button(section, "again");

  /** @param {HTMLButtonElement} from */
  const send = async (from) => {
    say(wrong, "");
    try {
      const sent = await busy(from, () => page.api.post(`${page.path}/identity/codes`, { channel: channel(section) }));
      slot(section, "sending").hidden = true;
      slot(section, "channels").hidden = true;
      form.hidden = false;
      fill(section, { sent: page.text("identity.code.sent", { masked: sent.masked }) });
      field.value = "";
      field.focus();
      void countDown(page, again, sent.again_at);
    } catch (error) {
      say(wrong, page.explain(error));
    }
  };
  button(section, "send").addEventListener(
    "click",
    (event) => void send(/** @type {HTMLButtonElement} */ (event.currentTarget)),
  );
  again.addEventListener("click", () => void send(again));

  return new Promise((resolve) => {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      // Pasted codes come with spaces; Chinese input methods type wide digits.
      const code = field.value.normalize("NFKC").replace(/\D/g, "");
      say(wrong, code.length === 6 ? "" : page.text("identity.code.short"));
      if (code.length !== 6) return field.focus();
      try {
        await busy(button(section, "check"), () => page.api.post(`${page.path}/identity/codes/verify`, { code }));
        page.announce(page.text("identity.code.right"));
        resolve();
      } catch (error) {
        say(wrong, page.explain(error));
        field.select();
        field.focus();
      }
    });
    field.addEventListener("input", () => {
      const digits = field.value.normalize("NFKC").replace(/\D/g, "");
      if (digits.length === 6 && !button(section, "check").disabled)
        /** @type {HTMLFormElement} */ (form).requestSubmit();
    });
  });
}

/**
 * @param {import("../page.js").Page} page
 * @param {HTMLElement} section
 */
function offerChannels(page, section) {
  const place = slot(section, "channels");
  page.sitting.identity.addresses.forEach(({ channel: kind, masked }, index) => {
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "channel", value: kind, checked: index === 0 });
    const words = make("span");
    words.append(make("strong", page.text(`identity.code.${kind}`)), masked);
    const label = make("label", "", "choice");
    label.append(input, words);
    place.append(label);
  });
  place.hidden = page.sitting.identity.addresses.length === 0;
}

/** @param {HTMLElement} section */
function channel(section) {
  return one(section, '[name="channel"]:checked', HTMLInputElement).value;
}

/**
 * Another code may be asked for from then on.
 * @param {import("../page.js").Page} page
 * @param {HTMLButtonElement} again
 * @param {string} time
 */
async function countDown(page, again, time) {
  again.disabled = true;
  for (let left = page.until(time); left > 0 && again.isConnected; left = page.until(time)) {
    again.textContent = page.text("identity.code.wait", { seconds: Math.ceil(left / 1000) });
    await sleep(Math.min(left, 1000));
  }
  again.textContent = page.text("identity.code.again");
  again.disabled = false;
}
