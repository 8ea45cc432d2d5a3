// The camera's line: whether one face is seen well.

import { one, slot } from "../dom.js";
import { lookUntilGood } from "../media/picture_check.js";
import { checkLine } from "./check_line.js";

/** @param {import("./devices.js").Check} check @param {MediaStream} stream */
export async function checkPicture({ page, screen, found, ended, peopleOnly }, stream) {
  const line = checkLine(page, screen, "camera");
  const video = one(screen, "video", HTMLVideoElement);
  video.srcObject = stream;
  slot(screen, "preview").hidden = false;
  await video.play().catch(() => undefined);
  if (peopleOnly) return line.good("devices.camera.people_only");
  line.busy("devices.camera.look");
  const told = (/** @type {string} */ verdict) => {
    found.camera = verdict;
    if (verdict !== "good") line.warn(`devices.camera.${verdict}`);
  };
  try {
    await lookUntilGood(page, video, told, ended.signal);
    line.good("devices.camera.good");
  } catch {
    if (!ended.signal.aborted) line.warn("devices.camera.unknown");
  }
}
