/** The way in: learn who it is and where they stand, then show one step after the other. */

import { Api, Problem } from "./api.js";
import { sleep } from "./backoff.js";
import { Clock } from "./clock.js";
import { deviceId } from "./device.js";
import { Events } from "./events.js";
import { Page } from "./page.js";
import { furnish, showProgress } from "./shell.js";
import { FINAL, stepOf } from "./stages.js";
import { loadTexts } from "./texts.js";

/** @type {Record<import("./stages.js").Step, () => Promise<{show: (page: Page) => Promise<void>}>>} */
const STEPS = {
  early: () => import("./steps/early.js"),
  notice: () => import("./steps/notice.js"),
  identity: () => import("./steps/identity.js"),
  devices: () => import("./steps/devices.js"),
  rules: () => import("./steps/rules.js"),
  answering: () => import("./steps/answering.js"),
  done: () => import("./steps/done.js"),
  expired: () => import("./steps/ended.js"),
  withdrawn: () => import("./steps/ended.js"),
  closed: () => import("./steps/ended.js"),
  replaced: () => import("./steps/replaced.js"),
};

/** @param {Page} page */
async function run(page) {
  /** @type {AbortController} */
  let running = new AbortController();
  /** @type {import("./stages.js").Step | null} */
  let step = null;
  let isReplaced = false;
  let isSeated = false;

  /** @type {Promise<never>} */
  const failing = new Promise((_, reject) => page.onFailure(reject));
  failing.catch(() => {}); // it is raced below
  page.watch((sitting) => {
    if (!isSeated) return;
    isReplaced = sitting.device_id !== null && sitting.device_id !== page.device_id && !FINAL.has(sitting.stage);
    // What was recorded when the time ended is still to be sent: answering ends by itself.
    const isLeft = step !== "answering" || sitting.stage === "withdrawn";
    const isOver = FINAL.has(sitting.stage) && step !== sitting.stage && isLeft;
    if (isOver || (isReplaced && step !== "replaced")) running.abort();
  });

  for (;;) {
    if (!isSeated && !FINAL.has(page.sitting.stage) && page.sitting.stage !== "early") {
      STEPS[page.sitting.stage]().catch(() => {}); // loaded meanwhile; what fails here fails below
      // From now on the candidate sits at this window; others are told so.
      page.keep(await page.api.post(`${page.path}/device`, { device_id: page.device_id }, { patience: Infinity }));
      isSeated = true;
    }
    step = isReplaced ? "replaced" : stepOf(page.sitting);
    running = new AbortController();
    showProgress(step, page.sitting);
    const started = performance.now();
    const { show } = await STEPS[step]();
    await Promise.race([show(page.forStep(running.signal)), aborted(running.signal), failing]);
    running.abort();
    page.engage(false);
    // A step that ends at once, again and again, must not ask the server as often.
    if (performance.now() - started < 300) await sleep(1000);
    await page.refresh();
  }
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function aborted(signal) {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

async function start() {
  const token = decodeURIComponent(location.hash.slice(1));
  addEventListener("hashchange", () => location.reload());
  const clock = new Clock();
  const api = new Api(token, clock);
  const events = new Events(api);
  const loading = loadTexts();
  const asking = token.startsWith("parleyc_") ? api.get("/v1/sitting", { patience: Infinity }) : null;
  asking?.catch(() => {}); // it is awaited below, after the texts
  const page = new Page({ api, clock, events, texts: await loading, deviceId: await deviceId() });
  document.documentElement.dataset["started"] = "";
  try {
    if (asking === null) throw new Problem(401, token ? "token-unknown" : "token-missing", "No token.");
    page.keep(await asking);
    furnish(page);
    if (!FINAL.has(page.sitting.stage)) {
      const { missing } = await import("./abilities.js");
      if (missing(page.sitting).length > 0) throw new Problem(0, "browser", "This browser cannot record.");
    }
    void events.follow(page.sitting.session_id, new AbortController().signal);
    await run(page);
  } catch (error) {
    const { showProblem } = await import("./steps/problem.js");
    showProblem(page, error);
    if (!(error instanceof Problem)) throw error; // for the console
  }
}

void start();
