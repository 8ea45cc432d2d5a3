// How far a question is.

/** @typedef {import("./answering.js").Scene} Scene */

/**
 * Whether a question has an answer: at the server, or on its way there.
 * @param {Scene} scene
 * @param {number} number
 */
export function isAnswered({ page, uploader, written }, number) {
  const answer = page.sitting.answers[number - 1];
  // An interrupted recording wants a word first: kept, it would be the newest, and count.
  if (!answer || uploader.takesOf(number).some((take) => take.state === "interrupted")) return false;
  if (written) return Boolean(answer.text) && answer.number < lastAsked(page);
  return answer.answer_take_id !== null || uploader.isAnswered(number);
}

/** @param {import("../page.js").Page} page */
function lastAsked(page) {
  return page.sitting.answers.filter((answer) => answer.asked_at !== null).length;
}
