/** The session's events as they happen (Server-Sent Events over fetch, since EventSource sends no token). */

import { backoff, sleepOrOnline } from "./backoff.js";
import { EventParser } from "./event_parser.js";

// The server sends something every 10 s.
const SILENCE_MS = 25_000;
// Some proxies hold back an answer until it ends: where streams stay silent, what is new is asked for again and again,
// and now and then a stream is tried once more.
const SILENT_STREAMS = 2;
const ASK_EVERY_MS = 5_000;
const ASKS_PER_STREAM = 60;

/**
 * @typedef {object} SessionEvent
 * @property {number} id
 * @property {string} kind
 * @property {string} created_at
 * @property {string | null} [take_id]
 * @property {any} data  what the kind says
 */

/** The server's answer, or the rest of it, did not come. */
class HeldBack extends Error {}

export class Events {
  #api;
  #lastId = 0;
  /** @type {Map<string, Set<(event: SessionEvent) => void>>} */
  #callbacks = new Map();
  /** @type {SessionEvent[]} */
  #seen = [];

  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.#api = api;
  }

  /**
   * Be told of events of a kind: those that were told already first, then each as it happens.
   * @param {string} kind
   * @param {(event: SessionEvent) => void} callback
   * @returns {() => void} ends it
   */
  subscribe(kind, callback) {
    const callbacks = this.#callbacks.get(kind) ?? new Set();
    this.#callbacks.set(kind, callbacks);
    callbacks.add(callback);
    for (const event of this.#seen) if (event.kind === kind) callback(event);
    return () => void callbacks.delete(callback);
  }

  /**
   * Follow a session for as long as the page lives: from its first event, and after a break from the last one seen.
   * @param {string} sessionId
   * @param {AbortSignal} signal
   */
  async follow(sessionId, signal) {
    const path = `/v1/sessions/${sessionId}/events`;
    let silent = 0;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        await this.#stream(path, signal, () => (attempt = silent = 0));
      } catch (error) {
        // Whatever it was, it is tried again: without events the page still works.
        if (error instanceof HeldBack) silent += 1;
      }
      if (silent >= SILENT_STREAMS) await this.#ask(path, signal);
      try {
        await sleepOrOnline(250 + backoff(attempt), signal);
      } catch {
        return;
      }
    }
  }

  /**
   * Ask for what is new for a while.
   * @param {string} path
   * @param {AbortSignal} signal
   */
  async #ask(path, signal) {
    for (let asked = 0; asked < ASKS_PER_STREAM && !signal.aborted; asked += 1) {
      try {
        await this.#stream(`${path}?follow=false`, signal, () => {});
        await sleepOrOnline(ASK_EVERY_MS, signal);
      } catch {
        return;
      }
    }
  }

  /**
   * @param {string} path
   * @param {AbortSignal} signal
   * @param {() => void} opened
   */
  async #stream(path, signal, opened) {
    const stopped = new AbortController();
    const stop = () => stopped.abort();
    const hush = () => stopped.abort(new HeldBack());
    signal.addEventListener("abort", stop, { once: true });
    let timer = setTimeout(hush, SILENCE_MS);
    try {
      const response = await fetch(path, {
        headers: { ...this.#api.authorization, "Last-Event-ID": String(this.#lastId), Accept: "text/event-stream" },
        cache: "no-store",
        credentials: "omit",
        signal: stopped.signal,
      });
      if (!response.ok || response.body === null) throw new Error(`events: ${response.status}`);
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      const parser = new EventParser((id, data) => this.#receive(id, data));
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        opened();
        clearTimeout(timer);
        timer = setTimeout(hush, SILENCE_MS);
        parser.push(decoder.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      stopped.abort();
    }
  }

  /**
   * @param {string} id
   * @param {string} data
   */
  #receive(id, data) {
    const number = Number(id);
    if (!(number > this.#lastId)) return;
    this.#lastId = number;
    /** @type {SessionEvent} */
    const event = JSON.parse(data);
    this.#seen.push(event);
    for (const callback of this.#callbacks.get(event.kind) ?? []) callback(event);
  }
}
