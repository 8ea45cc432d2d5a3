// The device check: camera, microphone, network and browser, each with a line that says what to do.

import { busy, button, one, pressed, say, slot } from "../dom.js";
import { closeCamera } from "../media/camera.js";
import { chooseForTakes } from "../media/chosen.js";
import { shown } from "../media/loudness.js";
import { watchStream } from "../media/watch.js";
import { checkLine } from "./check_line.js";
import { checkBrowser } from "./devices_browser.js";
import { checkNetwork, tellSoundAlone } from "./devices_network.js";
import { openDevices } from "./devices_opening.js";
import { checkPicture } from "./devices_picture.js";
import { checkSpeech } from "./devices_speech.js";

/**
 * @typedef {import("../page.js").Page} Page
 * @typedef {import("../media/quality.js").Level} Level
 * @typedef {{latency_ms: number | null, upload_kbps: number | null, quality: Level, camera: string | null, microphone: string | null, browser: string}} Found
 */

/**
 * What the parts of this step share.
 * @typedef {object} Check
 * @property {Page} page
 * @property {HTMLElement} screen
 * @property {boolean} written answers are given in writing
 * @property {boolean} audioOnly granted, or there are no pictures to be had
 * @property {boolean} peopleOnly the candidate declined the AI: nothing of theirs is shown to it, here neither
 * @property {Found} found
 * @property {AbortController} ended of what runs beside: pictures, the meter
 */

/** @param {Page} page @returns {Promise<void>} */
export async function show(page) {
  const granted = page.sitting.accommodation?.state === "granted" ? page.sitting.accommodation : null;
  const browser = navigator.userAgent.slice(0, 200);
  /** @type {Check} */
  const check = {
    page,
    screen: page.screen("devices"),
    written: granted?.text_answers ?? false,
    audioOnly: granted?.audio_only ?? false,
    peopleOnly: page.sitting.consent?.choice === "decline_ai",
    found: { latency_ms: null, upload_kbps: null, quality: "medium", camera: null, microphone: null, browser },
    ended: new AbortController(),
  };
  page.signal.addEventListener("abort", () => check.ended.abort(), { once: true });
  await begun(check);
  const network = checkNetwork(check);
  const stream = check.written ? null : await openDevices(check);
  if (!check.written && !stream) return new Promise(() => {});
  if (stream) watchDevices(check, stream);
  if (!(await checkBrowser(check, stream))) return new Promise(() => {});
  await network;
  tellSoundAlone(check);
  await goOn(check);
}

/** The candidate starts the check: the browser may ask for its permission then. @param {Check} check */
async function begun({ page, screen, written, audioOnly }) {
  one(screen, '[data-check="camera"]', HTMLElement).hidden = written || audioOnly;
  one(screen, '[data-check="microphone"]', HTMLElement).hidden = written;
  slot(screen, "permission").hidden = written;
  if (!written) await pressed(screen, ["start"], page.signal);
  button(screen, "start").hidden = true;
  slot(screen, "permission").hidden = true;
  slot(screen, "checks").hidden = false;
}

/** @param {Check} check @param {MediaStream} stream */
function watchDevices(check, stream) {
  const { page, screen, ended } = check;
  const meter = one(screen, "meter", HTMLMeterElement);
  const microphone = checkLine(page, screen, "microphone");
  slot(screen, "sound").hidden = false;
  microphone.busy("devices.microphone.read");
  const stop = watchStream(
    stream,
    (what, kind) => {
      if (kind === "audio" && what !== "back") microphone.warn(`devices.microphone.${what}`);
      if (kind === "audio" && what === "back") microphone.busy("devices.microphone.read");
      if (kind === "video" && what === "lost") checkLine(page, screen, "camera").bad("devices.camera.lost");
    },
    (peak) => (meter.value = shown(peak)),
  );
  ended.signal.addEventListener("abort", stop, { once: true });
  void checkSpeech(check, stream);
  if (stream.getVideoTracks().length > 0) void checkPicture(check, stream);
}

/** @param {Check} check */
async function goOn({ page, screen, written, audioOnly, found, ended }) {
  const go = button(screen, "continue");
  go.hidden = false;
  for (;;) {
    await pressed(screen, ["continue"], page.signal);
    try {
      const quality = audioOnly || written ? "audio" : found.quality;
      chooseForTakes(quality);
      const sitting = await busy(go, () => page.api.post(`${page.path}/ready`, { ...found, quality }));
      ended.abort();
      if (written) closeCamera();
      page.keep(sitting);
      return;
    } catch (error) {
      say(slot(screen, "alert"), page.explain(error));
    }
  }
}
