// The steps of the chunk protocol, each tried until it succeeds or is refused for good.

import { backoff } from "../backoff.js";
import { codeOf, judge } from "./verdicts.js";

/**
 * @typedef {import("./store.js").KeptChunk} KeptChunk
 * @typedef {import("./put.js").Upload} Upload
 * @typedef {import("./patience.js").Waiting} Waiting
 * @typedef {{retry?: boolean}} Options
 * @typedef {{get(path: string, options?: Options): Promise<any>, post(path: string, body: unknown, options?: Options): Promise<any>}} Api
 */

/**
 * How a step ended. done: acknowledged. skip, stored, gone, over: see verdicts.js, with the server's code.
 * @typedef {{end: "done" | "skip" | "stored" | "gone" | "over", code: string | null}} Outcome
 */

/** A chunk that S3 or the server refused so often, with fresh uploads, is given up. */
const MOST_REFUSALS = 8;
/** An upload that expires sooner is not begun. */
const EXPIRES_MS = 10_000;

/** Where chunks go. `now` is the server's clock in ms. */
export class Sender {
  /**
   * @param {object} ports
   * @param {Api} ports.api
   * @param {(upload: Upload, bytes: ArrayBuffer) => Promise<void>} ports.put
   * @param {() => number} ports.now
   * @param {Waiting} ports.waiting
   */
  constructor(ports) {
    this.ports = ports;
  }

  /**
   * Announce, put and complete one chunk.
   * @param {KeptChunk} chunk
   * @param {() => boolean} wanted false ends it with "skip"
   * @returns {Promise<Outcome>}
   */
  async chunk(chunk, wanted) {
    const { api, put, now } = this.ports;
    const named = { size: chunk.bytes.byteLength, sha256: chunk.sha256 };
    const path = `/v1/takes/${chunk.take_id}/chunks`;
    /** @type {Upload | null} */
    let upload = null;
    let uploaded = false;
    return this.#patiently(
      wanted,
      async () => {
        if (uploaded) return api.post(`${path}/${chunk.number}/complete`, named, { retry: false });
        if (!upload || Date.parse(upload.expires_at) - now() < EXPIRES_MS) {
          upload = (await api.post(path, { number: chunk.number, ...named }, { retry: false })).upload;
        }
        await put(/** @type {Upload} */ (upload), chunk.bytes);
        uploaded = true;
        return api.post(`${path}/${chunk.number}/complete`, named, { retry: false });
      },
      () => {
        upload = null;
        uploaded = false;
      },
    );
  }

  /**
   * Finish a take. "skip" means that chunks are missing.
   * @param {string} take_id
   * @param {number} chunks
   * @param {boolean} accept_gaps
   * @param {() => boolean} wanted
   * @returns {Promise<Outcome>}
   */
  finish(take_id, chunks, accept_gaps, wanted) {
    return this.#patiently(wanted, () =>
      this.ports.api.post(`/v1/takes/${take_id}/finish`, { chunks, accept_gaps }, { retry: false }),
    );
  }

  /**
   * @param {() => boolean} wanted
   * @param {() => Promise<unknown>} step
   * @param {() => void} [renew] forgets what the step has reached
   * @returns {Promise<Outcome>}
   */
  async #patiently(wanted, step, renew) {
    let failures = 0;
    let refusals = 0;
    while (wanted()) {
      try {
        await step();
        return { end: "done", code: null };
      } catch (error) {
        const verdict = judge(error);
        const code = codeOf(error);
        if (verdict === "anew" && ++refusals < MOST_REFUSALS) renew?.();
        else if (verdict === "anew") return { end: "skip", code };
        else if (verdict !== "again") return { end: verdict, code };
        await this.ports.waiting.sleep(Math.max(backoff(failures++), retryAfterMs(error)));
      }
    }
    return { end: "skip", code: null };
  }
}

/** @param {unknown} error */
function retryAfterMs(error) {
  const seconds = error && typeof error === "object" && "retryAfter" in error ? Number(error.retryAfter) : 0;
  return Number.isFinite(seconds) ? Math.min(seconds, 60) * 1000 : 0;
}
