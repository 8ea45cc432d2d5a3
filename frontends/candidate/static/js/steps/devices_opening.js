// Opening camera and microphone, until both are open or it is plain that this cannot be.

import { button, pressed, say, slot } from "../dom.js";
import { CameraProblem, openCamera } from "../media/camera.js";
import { checkLine } from "./check_line.js";

/** @typedef {import("./devices.js").Check} Check */

/**
 * Where there is no camera, the microphone alone is opened, and check.audioOnly says so from then on.
 * @param {Check} check
 * @returns {Promise<MediaStream | null>} null: recording is impossible here, and the person was told
 */
export async function openDevices(check) {
  const { page, screen } = check;
  const camera = checkLine(page, screen, "camera");
  const microphone = checkLine(page, screen, "microphone");
  const alert = slot(screen, "alert");
  for (;;) {
    camera.busy("devices.camera.busy");
    microphone.busy("devices.microphone.busy");
    try {
      return await openCamera(check.audioOnly ? "audio" : "high");
    } catch (error) {
      const reason = error instanceof CameraProblem ? error.reason : "failed";
      const sound = reason === "missing" && !check.audioOnly ? await microphoneAlone() : null;
      if (sound) {
        check.audioOnly = true;
        camera.warn("devices.camera.missing");
        return sound;
      }
      camera.bad("devices.camera.off");
      microphone.bad("devices.microphone.off");
      say(alert, page.text(`devices.problem.${reason}`));
      if (reason === "insecure" || reason === "unsupported") return null;
      button(screen, "retry").hidden = false;
      await pressed(screen, ["retry"], page.signal);
      button(screen, "retry").hidden = true;
      say(alert, "");
    }
  }
}

/** @returns {Promise<MediaStream | null>} */
async function microphoneAlone() {
  try {
    return await openCamera("audio");
  } catch {
    return null;
  }
}
