/** Whether this browser can do what an interview needs. Asked of its features, never of its name. */

/**
 * What is missing.
 * @param {import("./sitting.js").Sitting} sitting
 * @returns {("crypto" | "storage" | "camera" | "recorder")[]}
 */
export function missing(sitting) {
  const found = {
    // Absent outside https as well.
    crypto: typeof crypto?.subtle?.digest === "function",
    storage: typeof indexedDB === "object" && indexedDB !== null,
    camera: typeof navigator.mediaDevices?.getUserMedia === "function",
    recorder: typeof MediaRecorder === "function",
  };
  const given = sitting.accommodation;
  const writes = given?.state === "granted" && given.text_answers;
  /** @type {(keyof typeof found)[]} */
  const needed = writes ? [] : ["crypto", "storage", "camera", "recorder"];
  return needed.filter((ability) => !found[ability]);
}
