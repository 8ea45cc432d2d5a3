/** A phone's screen would go dark while somebody talks, and the camera with it. */

/**
 * Keep the screen on until the signal aborts, where the browser can (Screen Wake Lock, W3C).
 * @param {AbortSignal} signal
 */
export function keepAwake(signal) {
  // A browser takes the lock away whenever the page is hidden.
  document.addEventListener("visibilitychange", () => void lock(signal), { signal });
  void lock(signal);
}

/** @param {AbortSignal} signal */
async function lock(signal) {
  if (document.hidden || signal.aborted) return;
  try {
    const held = await navigator.wakeLock?.request("screen");
    const release = () => void held?.release();
    if (signal.aborted) release();
    else signal.addEventListener("abort", release, { once: true });
  } catch {
    // A battery that is low comes first: the interview goes on as it is.
  }
}
