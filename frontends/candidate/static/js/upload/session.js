// The uploader of this page: one, from the first step that records to the end.

import { openStore } from "./keeping.js";
import { Waiting } from "./patience.js";
import { put } from "./put.js";
import { Sender } from "./sending.js";
import { Uploader } from "./uploader.js";

/** @type {Promise<Uploader> | null} */
let opened = null;

/**
 * The uploader. Opened first, it takes up what an earlier load of the page left.
 * @param {import("../page.js").Page} page
 * @returns {Promise<Uploader>}
 */
export function uploaderOf(page) {
  opened ??= open(page);
  return opened;
}

/** @param {import("../page.js").Page} page */
async function open(page) {
  const sender = new Sender({ api: page.api, put, now: () => page.now(), waiting: new Waiting() });
  const uploader = new Uploader(await openStore(), sender);
  addEventListener("online", () => uploader.hurry());
  document.addEventListener("visibilitychange", () => {
    // A hidden page's timers are slowed down: whoever comes back should not wait for them.
    if (!document.hidden) uploader.hurry();
  });
  // Asked for, a browser does not throw away what is kept when its disk is full. Refused, nothing changes.
  void navigator.storage?.persist?.().catch(() => false);
  await uploader.resume(page.sitting.session_id);
  return uploader;
}
