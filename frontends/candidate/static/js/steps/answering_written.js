// One question that is answered in writing. What is written is stored as it is written.

import { button, fill, one, pressed, say, slot } from "../dom.js";
import { clock, countDown } from "../timer.js";
import { askQuestion } from "./answering_question.js";
import { aborted, phase } from "./phases.js";
import { Draft } from "./written_draft.js";

/**
 * @typedef {import("./answering.js").Scene} Scene
 * @typedef {import("../sitting.js").Answer} Answer
 */

/** What is written is stored once more when this is left of the candidate's time, s. */
const LAST_S = 10;

/** @param {Scene} scene @param {number} number @returns {Promise<void>} when the candidate goes on */
export async function answerInWriting(scene, number) {
  const { page, time, signals } = scene;
  const screen = page.screen("answering");
  const answer = await askQuestion(scene, number, screen);
  if (!answer) return;
  phase(screen, "writing");
  signals.during(number);
  const area = one(screen, "textarea", HTMLTextAreaElement);
  const next = button(screen, "next");
  area.value = answer.text ?? "";
  next.textContent = page.text(number === page.sitting.interview.questions ? "answering.use_last" : "answering.use");
  const draft = draftOf(scene, number, screen, area);
  area.addEventListener("input", () => draft.changed());
  area.addEventListener("paste", (event) => signals.pasted(event.clipboardData?.getData("text").length ?? 0));
  const unguide = guide(scene, answer, screen);
  const unwarn = time.warned((left) => left === LAST_S && draft.hurry());
  for (let isStored = false; !isStored && !page.signal.aborted;) {
    await Promise.race([pressed(screen, ["next"], time.signal), aborted(time.signal)]);
    next.disabled = area.readOnly = true;
    isStored = (await draft.close()) || time.signal.aborted;
    next.disabled = area.readOnly = false;
  }
  unguide();
  unwarn();
  signals.during(null);
}

/** @param {Scene} scene @param {number} number @param {HTMLElement} screen @param {HTMLTextAreaElement} area */
function draftOf({ page }, number, screen, area) {
  const alert = slot(screen, "alert");
  return new Draft({
    text: () => area.value,
    store: async (text) => {
      const path = `${page.path}/answers/${number}/text`;
      await page.api.put(path, { text }, { patience: Infinity, signal: page.signal });
      const answers = page.sitting.answers.map((answer) => (answer.number === number ? { ...answer, text } : answer));
      page.keep({ ...page.sitting, answers });
    },
    told: (state, error) => {
      fill(screen, { written: page.text(state === "saved" ? "answering.written.saved" : "answering.written.unsaved") });
      say(alert, state === "refused" ? page.explain(error) : "");
    },
    signal: page.signal,
  });
}

/**
 * Show the time that is meant for the question. Nothing is cut off by it.
 * @param {Scene} scene
 * @param {Answer} answer
 * @param {HTMLElement} screen
 * @returns {() => void} ends it
 */
function guide({ page }, { read_until, question }, screen) {
  if (!read_until || !question) return () => {};
  return countDown(Date.parse(read_until) + question.time_limit_s * 1000, () => page.now(), {
    tick: (left) => fill(screen, { guide: page.text("answering.guide", { time: clock(left) }) }),
    warn: (left) => left === 30 && page.announce(page.text("answering.guide.soon", { count: left })),
    end: () => fill(screen, { guide: page.text("answering.guide.over") }),
  });
}
