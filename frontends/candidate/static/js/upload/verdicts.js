// What a refusal means for what was to be sent.

/**
 * again: try the same step later. anew: ask for a new upload, and send the bytes again. skip: the server has or wants no
 * such part. stored: the take is finished at the server. gone: the take counts no more. over: nothing more of this session
 * can be sent by this page.
 * @typedef {"again" | "anew" | "skip" | "stored" | "gone" | "over"} Verdict
 */

/** @type {Record<string, Verdict>} */
const CODES = {
  "upload-missing": "anew",
  "upload-not-encrypted": "anew",
  "size-mismatch": "anew",
  "sha256-mismatch": "anew",
  "chunk-differs": "skip",
  "chunk-beyond-end": "skip",
  "take-stored": "stored",
  "take-abandoned": "gone",
  "no-takes-left": "gone",
  "nothing-recorded": "gone",
  "time-over": "gone",
  "interview-closed": "gone",
  "device-replaced": "over",
};

/**
 * @param {unknown} error a Problem of the API, an UploadRefused of S3, or a network failure
 * @returns {Verdict}
 */
export function judge(error) {
  const status = statusOf(error);
  const code = codeOf(error);
  if (status === 0 || status === 408 || status === 429 || status >= 500) return "again";
  if (code && CODES[code]) return CODES[code];
  if (code?.startsWith("session-") || status === 401) return "over";
  if (status === 404) return "gone";
  if (error instanceof UploadRefused) return "anew";
  return "skip";
}

/** @param {unknown} error @returns {number} 0 where nothing answered */
export function statusOf(error) {
  const status = error && typeof error === "object" && "status" in error ? Number(error.status) : 0;
  return Number.isFinite(status) ? status : 0;
}

/** @param {unknown} error @returns {string | null} */
export function codeOf(error) {
  return error && typeof error === "object" && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** S3 answered a PUT with this status. */
export class UploadRefused extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`the store answered ${status}`);
    this.status = status;
  }
}
