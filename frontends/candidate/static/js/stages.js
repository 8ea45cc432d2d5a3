/** Which step a session is at. */

/** @typedef {import("./sitting.js").Stage | "rules" | "replaced"} Step */

/** Stages after which nothing is answered any more. @type {ReadonlySet<string>} */
export const FINAL = new Set(["done", "expired", "withdrawn", "closed"]);

let rulesSeen = false;
let faceOffered = false;

/** The candidate has seen the optional comparison of faces, and goes on with or without it. */
export function faceWasOffered() {
  faceOffered = true;
}

/**
 * The step to show. What the server does not ask for is offered once: comparing faces where that is optional, and
 * the practice with the rules before the first question.
 * @param {import("./sitting.js").Sitting} sitting
 * @returns {Step}
 */
export function stepOf(sitting) {
  const { stage, identity, consent, answers } = sitting;
  if (stage === "devices" && identity.face === "optional" && identity.face_verdict === null && !faceOffered) {
    if (consent?.choice === "accept" && consent.biometrics) return "identity";
  }
  if (stage === "answering" && !rulesSeen && answers.every((answer) => answer.asked_at === null)) {
    rulesSeen = true;
    return "rules";
  }
  return stage;
}
