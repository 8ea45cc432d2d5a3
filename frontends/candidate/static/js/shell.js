/** What stands around the steps: progress, language, the warning of a lost connection, and the dialogs. */

import { one } from "./dom.js";
import { FINAL } from "./stages.js";

/** @type {Partial<Record<import("./stages.js").Step, string>>} */
const PLACES = {
  notice: "notice",
  identity: "identity",
  devices: "devices",
  rules: "questions",
  answering: "questions",
  done: "done",
};

/**
 * Bring the shell to life, once the session is known.
 * @param {import("./page.js").Page} page
 */
export function furnish(page) {
  const { organisation, interview } = page.sitting;
  one(document, "#organisation", HTMLElement).textContent = organisation;
  one(document, "#interview-title", HTMLElement).textContent = interview.title;
  watchConnection(page);
  watchWake(page);
  onceOpened("chat", async () => (await import("./chat.js")).chat(page));
  onceOpened("accommodation", async () => (await import("./accommodation.js")).accommodation(page));
  onceOpened("withdraw", async () => (await import("./withdraw.js")).withdraw(page));
  one(document, "#actions", HTMLElement).hidden = false;
  // The unread count has to be right before anybody opens the chat.
  page.events("chat", () => void import("./chat.js").then(({ chat }) => chat(page)));
  const loaded = page.now();
  for (const kind of ["state", "device", "accommodation"]) {
    // The stream begins with what happened before this page was loaded.
    page.events(kind, (event) => void (Date.parse(event.created_at) > loaded && page.look()));
  }
}

/**
 * Show how far the candidate is.
 * @param {import("./stages.js").Step} step
 * @param {import("./sitting.js").Sitting} sitting
 */
export function showProgress(step, sitting) {
  const list = one(document, "#progress", HTMLElement);
  const place = PLACES[step];
  list.hidden = place === undefined;
  document.documentElement.dataset["step"] = step;
  const isOver = FINAL.has(sitting.stage);
  one(document, '#actions [data-opens="accommodation"]', HTMLElement).hidden = isOver || step === "replaced";
  // What was submitted can be withdrawn until there is a report.
  one(document, '#actions [data-opens="withdraw"]', HTMLElement).hidden = isOver && sitting.state !== "submitted";
  const asksIdentity = sitting.identity.code === "required" || sitting.identity.face !== "off";
  one(list, '[data-place="identity"]', HTMLElement).hidden = !asksIdentity;
  let isBefore = true;
  for (const item of list.querySelectorAll("li")) {
    const isHere = item.dataset["place"] === place;
    if (isHere) isBefore = false;
    item.toggleAttribute("data-passed", isBefore);
    if (isHere) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
}

/**
 * Open a dialog from each of its buttons, also those of screens that are shown later. Its module is loaded then.
 * @param {string} name
 * @param {() => Promise<{open: () => void}>} load
 */
function onceOpened(name, load) {
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target).closest(`button[data-opens="${name}"]`);
    if (target) void load().then((dialog) => dialog.open());
  });
}

/** @param {import("./page.js").Page} page */
function watchConnection(page) {
  const banner = one(document, "#offline", HTMLElement);
  let trouble = false;
  const show = () => {
    const isOff = trouble || !navigator.onLine;
    if (banner.hidden !== isOff) return;
    banner.hidden = !isOff;
    page.announce(page.text(isOff ? "shell.offline" : "shell.online"));
  };
  page.api.onTrouble((now) => {
    trouble = now;
    show();
  });
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}

/**
 * A device that slept may have stopped counting: ask for the time and the state anew.
 * @param {import("./page.js").Page} page
 */
function watchWake(page) {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") page.look();
  });
}
