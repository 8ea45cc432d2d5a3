// The line that says how much is still on its way. It says "saved" only of what the server has acknowledged.

import { fill, slot } from "../dom.js";

/**
 * @param {import("./answering.js").Scene} scene
 * @param {HTMLElement} screen
 * @param {AbortSignal} signal
 */
export function showUploads({ page, uploader }, screen, signal) {
  const look = () => {
    const { parts, durable, stopped } = uploader.state();
    const unfinished = uploader.unfinished();
    const words = stopped
      ? page.explain({ code: stopped })
      : parts > 0
        ? page.text(navigator.onLine ? "upload.sending" : "upload.offline", { count: parts })
        : unfinished > 0
          ? page.text("upload.finishing")
          : uploader.savedCount() > 0
            ? page.text("upload.saved")
            : "";
    fill(screen, { uploads: words, forgetful: durable ? "" : page.text("upload.forgetful") });
    slot(screen, "forgetful").hidden = durable;
  };
  signal.addEventListener("abort", uploader.watch(look), { once: true });
  addEventListener("online", look, { signal });
  addEventListener("offline", look, { signal });
  look();
}
