// Which recording a browser can make. Feature detection only: in-app browsers lie about their names.

/**
 * What to ask a MediaRecorder for, and the type to tell the server and S3: the bare one, without codecs.
 * @typedef {{mimeType: string, contentType: "video/webm" | "video/mp4" | "audio/webm" | "audio/mp4"}} Format
 */

/** Best first. Safari records mp4 only; older WebKits know its bare name only. */
const VIDEO = [
  "video/webm;codecs=vp8,opus",
  "video/mp4;codecs=avc1.42E01E,mp4a.40.2",
  "video/mp4;codecs=avc1,mp4a.40.2",
  "video/webm",
  "video/mp4",
];
const AUDIO = ["audio/webm;codecs=opus", "audio/mp4;codecs=mp4a.40.2", "audio/webm", "audio/mp4"];

/**
 * The formats that the browser says it records, best first.
 * @param {{audioOnly: boolean}} wanted
 * @param {((mimeType: string) => boolean) | null} isSupported
 * @returns {Format[]}
 */
export function formats(wanted, isSupported = recorderSupport()) {
  const said = (wanted.audioOnly ? AUDIO : VIDEO).filter((type) => isSupported?.(type));
  return said.map((mimeType) => ({
    mimeType,
    contentType: /** @type {Format["contentType"]} */ (mimeType.split(";")[0]),
  }));
}

/** @returns {((mimeType: string) => boolean) | null} */
function recorderSupport() {
  if (typeof MediaRecorder === "undefined") return null;
  return (type) => MediaRecorder.isTypeSupported(type);
}
