/** Who closes the page while something of theirs is on its way is asked whether they mean to. */

/**
 * @param {import("./uploader.js").Uploader} uploader
 * @param {AbortSignal} signal ends it
 */
export function askBeforeLeaving(uploader, signal) {
  const ask = (/** @type {BeforeUnloadEvent} */ event) => {
    if (uploader.isWaiting()) event.preventDefault();
  };
  addEventListener("beforeunload", ask, { signal });
}
