// The camera and the microphone: opened once, and kept open between questions.

import { SETTINGS } from "./quality.js";

/**
 * Why there is no recording. insecure: the page came without TLS. unsupported: the browser cannot. denied: the person or a
 * policy said no. missing: there is no such device. busy: another program has it.
 * @typedef {"insecure" | "unsupported" | "denied" | "missing" | "busy" | "failed"} Reason
 */

/** @typedef {import("./quality.js").Level} Level */

export class CameraProblem extends Error {
  /** @param {Reason} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** @type {Record<string, Reason>} By the name of getUserMedia's error; the second ones are of older browsers. */
const REASONS = {
  NotAllowedError: "denied",
  PermissionDeniedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  DevicesNotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  TrackStartError: "busy",
  AbortError: "busy",
};

/** @type {MediaStream | null} */
let live = null;

/**
 * The live stream for a level: the one that is open where it still runs, or a new one.
 * @param {Level} level "audio": sound alone
 * @returns {Promise<MediaStream>}
 * @throws {CameraProblem}
 */
export async function openCamera(level) {
  const kinds = level === "audio" ? ["audio"] : ["audio", "video"];
  if (live && kinds.every((kind) => isRunning(/** @type {MediaStream} */ (live), kind))) {
    if (level === "audio") live.getVideoTracks().forEach((track) => (track.stop(), live?.removeTrack(track)));
    else await fit(live, level);
    return live;
  }
  closeCamera();
  live = await ask({ audio: SOUND, video: level === "audio" ? false : picture(level) });
  return live;
}

/** Let go of camera and microphone: their light goes out. */
export function closeCamera() {
  for (const track of live?.getTracks() ?? []) track.stop();
  live = null;
}

/** @type {MediaTrackConstraints} */
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 } };

/** @param {Level} level @returns {MediaTrackConstraints} */
function picture(level) {
  const { width, height, frameRate } = SETTINGS[level];
  return {
    width: { ideal: width },
    height: { ideal: height },
    frameRate: { ideal: frameRate, max: 30 },
    facingMode: "user",
  };
}

/** @param {MediaStreamConstraints} constraints */
async function ask(constraints) {
  if (!globalThis.isSecureContext) throw new CameraProblem("insecure");
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraProblem("unsupported");
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    throw new CameraProblem(reasonOf(error));
  }
}

/** @param {unknown} error @returns {Reason} */
export function reasonOf(error) {
  return (error instanceof Error && REASONS[error.name]) || "failed";
}

/** @param {MediaStream} stream @param {Level} level */
async function fit(stream, level) {
  try {
    await stream.getVideoTracks()[0]?.applyConstraints(picture(level));
  } catch {
    // It goes on as it was: the recorder's bit rate is limited all the same.
  }
}

/** @param {MediaStream} stream @param {string} kind */
function isRunning(stream, kind) {
  return stream.getTracks().some((track) => track.kind === kind && track.readyState === "live");
}
