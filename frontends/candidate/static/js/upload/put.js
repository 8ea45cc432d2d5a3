// One PUT straight to S3.

import { UploadRefused } from "./verdicts.js";

/** @typedef {{url: string, headers: Record<string, string>, expires_at: string}} Upload */

/** Nothing moves for this long: the connection is dead though nobody said so. */
const STALLED_MS = 60_000;

/**
 * Send bytes with exactly the upload's headers.
 * @param {Upload} upload
 * @param {ArrayBuffer} bytes
 * @throws {UploadRefused} where S3 refuses; TypeError or AbortError where the network fails
 */
export async function put(upload, bytes) {
  const { "Content-Length": _set_by_the_browser, ...headers } = upload.headers;
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), STALLED_MS);
  try {
    const answer = await fetch(upload.url, {
      method: "PUT",
      headers,
      body: bytes,
      signal: stalled.signal,
      credentials: "omit",
    });
    // Read to its end, the connection serves the next chunk.
    await answer.arrayBuffer();
    if (!answer.ok) throw new UploadRefused(answer.status);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {ArrayBuffer} bytes @returns {Promise<string>} lower-case hex */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
