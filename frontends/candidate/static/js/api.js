/** Calls to the API as the candidate, tried again while the network or the server has trouble. */

import { backoff, sleepOrOnline } from "./backoff.js";

const TRY_MS = 20_000;
const PATIENCE_MS = 60_000;

/** A refusal of the API (RFC 9457), or a call that did not get through (status 0, code "network"). */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} code  stable, for programs
   * @param {string} detail  a sentence in English
   * @param {number | null} [retryAfter]  seconds
   */
  constructor(status, code, detail, retryAfter = null) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }

  /** Whether the same call may get through later. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * @typedef {object} CallOptions
 * @property {boolean} [retry]  false: one try
 * @property {number} [patience]  ms until it is given up; Infinity: never
 * @property {number} [timeout]  ms of one try
 * @property {AbortSignal} [signal]
 */

export class Api {
  #token;
  #clock;
  /** @type {Set<(trouble: boolean) => void>} */
  #listeners = new Set();

  /**
   * @param {string} token
   * @param {import("./clock.js").Clock} clock  learns from each answer that has the server's time
   */
  constructor(token, clock) {
    this.#token = token;
    this.#clock = clock;
  }

  /** The header that says who asks. */
  get authorization() {
    return { Authorization: `Bearer ${this.#token}` };
  }

  /**
   * Be told when calls do not get through, and when they do again.
   * @param {(trouble: boolean) => void} listener
   */
  onTrouble(listener) {
    this.#listeners.add(listener);
  }

  /**
   * @param {string} path
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  get(path, options) {
    return this.#call("GET", path, {}, undefined, options);
  }

  /**
   * @param {string} path
   * @param {unknown} [body]
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  post(path, body, options) {
    return this.#call("POST", path, this.#json(true), JSON.stringify(body ?? {}), options);
  }

  /**
   * @param {string} path
   * @param {unknown} body
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  put(path, body, options) {
    return this.#call("PUT", path, this.#json(false), JSON.stringify(body), options);
  }

  /**
   * @param {string} path
   * @param {string} type  the content type
   * @param {BodyInit} bytes
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  postBytes(path, type, bytes, options) {
    return this.#call("POST", path, { "Content-Type": type }, bytes, options);
  }

  /** @param {boolean} once  whether the server is to answer a repetition with its first answer */
  #json(once) {
    const headers = { "Content-Type": "application/json" };
    return once ? { ...headers, "Idempotency-Key": randomId() } : headers;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, string>} headers
   * @param {BodyInit | undefined} body
   * @param {CallOptions} [options]
   */
  async #call(method, path, headers, body, { retry = true, patience = PATIENCE_MS, timeout = TRY_MS, signal } = {}) {
    const started = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      try {
        const value = await this.#try(method, path, headers, body, timeout, signal);
        this.#tell(false);
        return value;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        this.#tell(error.isPassing && error.status !== 429);
        const wait = Math.max(backoff(attempt), (error.retryAfter ?? 0) * 1000);
        if (!retry || !error.isPassing || performance.now() - started + wait > patience) throw error;
        await sleepOrOnline(wait, signal);
      }
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, string>} headers
   * @param {BodyInit | undefined} body
   * @param {number} timeout
   * @param {AbortSignal | undefined} signal
   */
  async #try(method, path, headers, body, timeout, signal) {
    const stopped = new AbortController();
    const stop = () => stopped.abort();
    const timer = setTimeout(stop, timeout);
    signal?.addEventListener("abort", stop, { once: true });
    const asked = performance.now();
    try {
      const response = await fetch(path, {
        method,
        headers: { ...headers, ...this.authorization },
        body,
        signal: stopped.signal,
        cache: "no-store",
        credentials: "omit",
      });
      const value = await read(response);
      if (!response.ok) throw refused(response, value);
      if (value && typeof value.now === "string") this.#clock.learn(value.now, asked, performance.now());
      return value;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof Problem) throw error;
      throw new Problem(0, "network", "The server cannot be reached.");
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }

  /** @param {boolean} trouble */
  #tell(trouble) {
    for (const listener of this.#listeners) listener(trouble);
  }
}

/** @param {Response} response */
async function read(response) {
  const text = await response.text();
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    // A proxy in between answers with a page of its own.
    return null;
  }
}

/**
 * @param {Response} response
 * @param {any} problem
 */
function refused(response, problem) {
  const seconds = Number(response.headers.get("Retry-After") ?? NaN);
  return new Problem(
    response.status,
    problem?.code ?? "http-error",
    problem?.detail ?? response.statusText,
    Number.isNaN(seconds) ? null : seconds,
  );
}

/** 128 random bits in hex. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
