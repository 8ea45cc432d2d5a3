// How far the server is, and how much this network carries to the store.

import { put, sha256 } from "../upload/put.js";
import { median } from "./quality.js";

/** @typedef {import("../page.js").Page} Page */

const TRIES = 5;
const SIZE = 512 * 1024;
const RANDOM_AT_ONCE = 65_536;

/** @returns {Promise<number>} ms, the median of five round trips @throws TypeError where the server is not reached */
export async function latency() {
  const times = [];
  for (let tried = 0; tried < TRIES; tried += 1) {
    const asked = performance.now();
    const answer = await fetch("/healthz", { cache: "no-store", credentials: "omit" });
    await answer.arrayBuffer();
    times.push(performance.now() - asked);
  }
  return median(times);
}

/**
 * @param {Page} page
 * @returns {Promise<number>} kbit/s, of half a megabyte put into the store
 * @throws where it cannot be measured
 */
export async function uploadRate(page) {
  const bytes = new Uint8Array(SIZE);
  for (let at = 0; at < SIZE; at += RANDOM_AT_ONCE) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(SIZE, at + RANDOM_AT_ONCE)));
  }
  const named = { size: SIZE, sha256: await sha256(bytes.buffer) };
  const upload = await page.api.post(`${page.path}/device-check/upload`, named);
  const began = performance.now();
  await put(upload, bytes.buffer);
  return (SIZE * 8) / (performance.now() - began);
}
