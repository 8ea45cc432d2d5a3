/** A name for this window: the newest one that opens the link holds the session. */

import { randomId } from "./api.js";

const KEY = "parley-device";

/**
 * This window's id. It outlives a reload; a copy of the window gets its own.
 * @returns {Promise<string>}
 */
export async function deviceId() {
  const kept = remembered();
  const id = kept !== null && (await isFree(kept)) ? kept : randomId();
  if (id !== kept) void isFree(id);
  try {
    sessionStorage.setItem(KEY, id);
  } catch {
    // A browser that keeps nothing: a reload is then another device, which takes over.
  }
  return id;
}

function remembered() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/**
 * Whether no other window has this id; it is then this window's until it closes.
 * @param {string} id
 * @returns {Promise<boolean>}
 */
function isFree(id) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    void navigator.locks
      .request(`${KEY}-${id}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise(() => {});
      })
      .catch(() => resolve(true));
  });
}
