// One take: what a stream gives, as chunks of a few seconds, in order.

import { SETTINGS } from "./quality.js";

/**
 * @typedef {import("./formats.js").Format} Format
 * @typedef {import("./quality.js").Level} Level
 */

/** How much of a recording a chunk holds, ms. What a crash can lose. */
export const CHUNK_MS = 3_000;
/** A recorder that has given nothing for so long gives nothing: nobody shall talk to it for minutes. */
const NOTHING_MS = 10_000;

export class TakeRecorder {
  /** @type {Blob[]} */
  #blobs = [];
  #recorder;
  #format;
  #keep;
  #started = 0;
  #stopped = 0;
  /** Chunks are handed over one after the other, although their bytes are read asynchronously. */
  #handing = Promise.resolve();
  /** @type {Promise<void>} */
  #over;

  /**
   * @param {MediaStream} stream
   * @param {Format} format
   * @param {Level} level
   * @param {(bytes: ArrayBuffer, seconds: number) => Promise<void>} keep gets each chunk, and how long the take is with it
   */
  constructor(stream, format, level, keep) {
    const { video, audio } = SETTINGS[level];
    this.#format = format;
    this.#keep = keep;
    this.#recorder = new MediaRecorder(stream, {
      mimeType: format.mimeType,
      audioBitsPerSecond: audio,
      ...(video > 0 && { videoBitsPerSecond: video }),
    });
    this.#recorder.ondataavailable = ({ data }) => this.#hand(data);
    // An error is followed by the last data and "stop": what there is stays a recording.
    this.#over = new Promise((resolve) => {
      this.#recorder.onstop = () => {
        this.#stopped ||= performance.now();
        resolve();
      };
    });
  }

  /** @throws {DOMException} where the browser cannot record this stream */
  start() {
    this.#recorder.start(CHUNK_MS);
    this.#started = performance.now();
    setTimeout(() => this.#blobs.length === 0 && void this.stop(), NOTHING_MS);
  }

  /** Stop, and wait until every chunk was handed over. May be called again. */
  async stop() {
    if (this.#recorder.state !== "inactive") {
      this.#stopped = performance.now();
      this.#recorder.stop();
    }
    await this.#over;
    await this.#handing;
  }

  /** Resolved when the recording has stopped, by whatever reason. */
  get over() {
    return this.#over;
  }

  /** Hand over what there is: the page may be about to go away. */
  flush() {
    if (this.#recorder.state === "recording") this.#recorder.requestData();
  }

  /** How long it has recorded, s. */
  get seconds() {
    return this.#started ? ((this.#stopped || performance.now()) - this.#started) / 1000 : 0;
  }

  /** The whole recording so far, to be played back. */
  get blob() {
    return new Blob(this.#blobs, { type: this.#format.contentType });
  }

  /** @param {Blob} data */
  #hand(data) {
    if (data.size === 0) return;
    const seconds = this.seconds;
    this.#blobs.push(data);
    this.#handing = this.#handing.then(async () => this.#keep(await data.arrayBuffer(), seconds));
  }
}
