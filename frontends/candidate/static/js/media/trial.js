// Whether a browser that says it records a format does: some give empty recordings of pictures.

/** @typedef {import("./formats.js").Format} Format */

const RECORD_MS = 1_000;
/** A recorder that has said nothing for so long after it was stopped will not. */
const PATIENCE_MS = 4_000;

/**
 * The first of these formats in which a second of the stream is more than nothing, or null.
 * @param {MediaStream} stream
 * @param {Format[]} formats
 * @returns {Promise<Format | null>}
 */
export async function firstThatRecords(stream, formats) {
  for (const format of formats) if (await records(stream, format)) return format;
  return null;
}

/** @param {MediaStream} stream @param {Format} format @returns {Promise<boolean>} */
function records(stream, { mimeType }) {
  return new Promise((resolve) => {
    /** @type {MediaRecorder} */
    let recorder;
    try {
      recorder = new MediaRecorder(stream, { mimeType });
      recorder.ondataavailable = ({ data }) => data.size > 0 && resolve(true);
      recorder.onstop = () => resolve(false);
      recorder.start();
    } catch {
      resolve(false);
      return;
    }
    setTimeout(() => recorder.state !== "inactive" && recorder.stop(), RECORD_MS);
    setTimeout(() => resolve(false), RECORD_MS + PATIENCE_MS);
  });
}
