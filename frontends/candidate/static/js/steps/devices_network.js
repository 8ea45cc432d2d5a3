// How far the server is and how much the network carries, which decides what will be recorded.

import { button, busy, fill, slot } from "../dom.js";
import { latency, uploadRate } from "../media/network_check.js";
import { bitsPerSecond, chooseLevel } from "../media/quality.js";
import { checkLine } from "./check_line.js";

/** @typedef {import("./devices.js").Check} Check */

/** The most that the way to the server and back should take, ms. */
const FAR_MS = 100;

/** @param {Check} check */
export async function checkNetwork(check) {
  const { page, screen, found } = check;
  const line = checkLine(page, screen, "network");
  line.busy("devices.network.busy");
  Object.assign(found, { latency_ms: null, upload_kbps: null });
  try {
    found.latency_ms = Math.round(await latency());
    found.upload_kbps = Math.round(await uploadRate(page));
  } catch {
    // Not measured: the middle level, and a warning.
  }
  const needsNoPictures = check.audioOnly || check.written;
  found.quality = chooseLevel(found.upload_kbps, { audioOnly: needsNoPictures });
  if (found.latency_ms === null || found.upload_kbps === null) return line.warn("devices.network.unknown");
  const measured = { latency: found.latency_ms, rate: found.upload_kbps };
  const isSlow = !needsNoPictures && found.upload_kbps * 1000 < 1.5 * bitsPerSecond("high");
  if (isSlow) line.warn(`devices.network.${found.quality === "audio" ? "very_slow" : "slow"}`, measured);
  else if (found.latency_ms > FAR_MS) line.warn("devices.network.far", measured);
  else line.good("devices.network.good", measured);
}

/**
 * Say what it means where the network carries sound alone, before the candidate goes on, and offer to measure again.
 * @param {Check} check
 */
export function tellSoundAlone(check) {
  const { page, screen, found } = check;
  const box = slot(screen, "sound-alone");
  const measure = button(screen, "measure");
  const look = () => {
    box.hidden = check.audioOnly || check.written || found.quality !== "audio";
    if (box.hidden) return;
    const seen = page.text("devices.sound_alone.seen", { organisation: page.sitting.organisation });
    fill(screen, { "sound-alone-seen": seen });
    page.announce(`${page.text("devices.sound_alone")} ${seen}`);
  };
  measure.addEventListener("click", async () => {
    const go = button(screen, "continue");
    go.disabled = true;
    await busy(measure, () => checkNetwork(check));
    go.disabled = false;
    look();
    if (box.hidden) go.focus();
  });
  look();
}
