// How loud a microphone is, and when nothing comes from it.

/** Below this share of full scale a microphone gives nothing; a quiet room with noise suppression is above. */
const NOTHING = 0.0005;
/** Silence for so long is worth a word: a person is told within 5 s. */
const SILENT_MS = 4_000;

/** Measures a stream's sound. */
export class Loudness {
  #context;
  #analyser;
  #samples;

  /** @param {MediaStream} stream with a sound track */
  constructor(stream) {
    this.#context = new AudioContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 2048;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
  }

  /** @returns {number | null} the peak of the last 40 ms, 0 to 1; null while the browser does not let it measure */
  peak() {
    if (this.#context.state !== "running") {
      void this.#context.resume();
      return null;
    }
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return this.#samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }

  close() {
    void this.#context.close();
  }
}

/** Tells silence from pauses. Feed it a few times a second. */
export class Silence {
  /** @type {number | null} */
  #since = null;
  #told = false;

  /**
   * @param {number | null} peak 0 to 1; null: unknown
   * @param {number} at ms
   * @returns {"silent" | "heard" | null} once for each change
   */
  feed(peak, at) {
    if (peak !== null && peak < NOTHING) {
      this.#since ??= at;
      if (this.#told || at - this.#since < SILENT_MS) return null;
      this.#told = true;
      return "silent";
    }
    this.#since = null;
    if (!this.#told) return null;
    this.#told = false;
    return "heard";
  }
}

/**
 * What a meter shows of a peak: as people hear, so that usual speech fills more than half of it.
 * @param {number} peak 0 to 1
 * @returns {number} 0 to 1: from -50 dB to 0 dB
 */
export function shown(peak) {
  return Math.min(1, Math.max(0, 1 + (20 * Math.log10(Math.max(peak, 1e-6))) / 50));
}
