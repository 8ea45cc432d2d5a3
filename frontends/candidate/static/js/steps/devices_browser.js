// Whether this browser records, and keeps what it records.

import { say, slot } from "../dom.js";
import { chooseFormat } from "../media/chosen.js";
import { formats } from "../media/formats.js";
import { firstThatRecords } from "../media/trial.js";
import { uploaderOf } from "../upload/session.js";
import { checkLine } from "./check_line.js";

/** Room for the recording on the device, beside what others keep there. */
const ROOM_BYTES = 100 * 1024 * 1024;

/**
 * Where pictures cannot be recorded, check.audioOnly says so from then on.
 * @param {import("./devices.js").Check} check
 * @param {MediaStream | null} stream null where nothing will be recorded
 * @returns {Promise<boolean>} false: recording is impossible here, and the person was told
 */
export async function checkBrowser(check, stream) {
  const line = checkLine(check.page, check.screen, "browser");
  const hadPictures = !check.audioOnly;
  if (stream && !(await canRecord(check, stream))) {
    line.bad("devices.browser.impossible");
    say(slot(check.screen, "alert"), check.page.text("devices.problem.unsupported"));
    return false;
  }
  const { durable } = (await uploaderOf(check.page)).state();
  const room = await freeBytes();
  if (stream && hadPictures && check.audioOnly) line.warn("devices.browser.sound_alone");
  else if (!durable) line.warn("devices.browser.forgetful");
  else if (room !== null && room < ROOM_BYTES) line.warn("devices.browser.full");
  else line.good("devices.browser.good");
  return true;
}

/** @param {import("./devices.js").Check} check @param {MediaStream} stream */
async function canRecord(check, stream) {
  if (!globalThis.crypto?.subtle) return false;
  for (const audioOnly of check.audioOnly ? [true] : [false, true]) {
    const recorded = audioOnly ? new MediaStream(stream.getAudioTracks()) : stream;
    const format = await firstThatRecords(recorded, formats({ audioOnly }));
    if (!format) continue;
    chooseFormat(format);
    check.audioOnly = audioOnly;
    return true;
  }
  return false;
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
