// Whether this browser can record, and keep what it records.

import { bestFormat } from "../media/formats.js";
import { uploaderOf } from "../upload/session.js";
import { checkLine } from "./check_line.js";

/** Room for the recording on the device, beside what others keep there. */
const ROOM_BYTES = 100 * 1024 * 1024;

/** @param {import("./devices.js").Check} check */
export async function checkBrowser({ page, screen, written, audioOnly }) {
  const line = checkLine(page, screen, "browser");
  const format = written || bestFormat({ audioOnly });
  if (!format || !globalThis.crypto?.subtle) return line.bad("devices.browser.impossible");
  const { durable } = (await uploaderOf(page)).state();
  const room = await freeBytes();
  if (!durable) line.warn("devices.browser.forgetful");
  else if (room !== null && room < ROOM_BYTES) line.warn("devices.browser.full");
  else line.good("devices.browser.good");
}

/** @returns {Promise<number | null>} */
async function freeBytes() {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined ? null : quota - (usage ?? 0);
  } catch {
    return null;
  }
}
