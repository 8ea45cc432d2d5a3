// What the server sees of the camera, picture by picture, until it is good twice.

import { sleep } from "../backoff.js";
import { snapshot } from "./snapshot.js";

/**
 * @typedef {import("../page.js").Page} Page
 * @typedef {"good" | "no_face" | "several_faces" | "too_dark" | "too_bright" | "not_centred" | "too_far" | "too_close"} Verdict
 */

const EVERY_MS = 1_500;
const GOOD_ENOUGH = 2;
/** After so many failed looks the check is given up: the server has trouble, not the candidate. */
const MOST_FAILURES = 4;

/**
 * @param {Page} page
 * @param {HTMLVideoElement} video
 * @param {(verdict: Verdict) => void} told each verdict
 * @param {AbortSignal} signal
 * @returns {Promise<void>} when it was good twice in a row
 * @throws where the pictures cannot be looked at, or the signal's reason
 */
export async function lookUntilGood(page, video, told, signal) {
  let good = 0;
  let failures = 0;
  while (good < GOOD_ENOUGH) {
    const picture = await snapshot(video);
    if (picture) {
      try {
        const seen = await page.api.postBytes(`${page.path}/device-check/picture`, "image/jpeg", picture, {
          retry: false,
          signal,
        });
        failures = 0;
        good = seen.verdict === "good" ? good + 1 : 0;
        told(seen.verdict);
      } catch (error) {
        signal.throwIfAborted();
        if (++failures >= MOST_FAILURES) throw error;
      }
    }
    if (good < GOOD_ENOUGH) await sleep(EVERY_MS, signal);
  }
}
