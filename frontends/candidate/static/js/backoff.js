/** When to try again: exponential backoff with full jitter. */

/**
 * How long to wait before the next try.
 * @param {number} attempt  0 after the first try
 * @param {{base?: number, most?: number}} [limits]  ms
 * @returns {number} ms, evenly between 0 and base * 2^attempt, at most `most`
 */
export function backoff(attempt, { base = 500, most = 15_000 } = {}) {
  return Math.random() * Math.min(most, base * 2 ** attempt);
}

/**
 * Wait, or until the signal aborts: then it throws the signal's reason.
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/**
 * Wait for the network to be said to be back, at most so long.
 * @param {number} ms
 * @param {AbortSignal} [signal]
 */
export async function sleepOrOnline(ms, signal) {
  const woken = new AbortController();
  const wake = () => woken.abort();
  addEventListener("online", wake, { once: true });
  signal?.addEventListener("abort", wake, { once: true });
  try {
    await sleep(ms, woken.signal);
  } catch {
    if (signal?.aborted) throw signal.reason;
  } finally {
    removeEventListener("online", wake);
    signal?.removeEventListener("abort", wake);
  }
}
