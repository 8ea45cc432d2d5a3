// A question on the screen: asked of the server, as text, and as a voice where there is one.

import { Problem } from "../api.js";
import { button, fill, one, pressed, say, slot } from "../dom.js";
import { phase } from "./phases.js";

/**
 * @typedef {import("./answering.js").Scene} Scene
 * @typedef {import("../sitting.js").Answer} Answer
 */

/** A wait that lasts longer is told, ms: a line that only flashes would disturb. */
const CALM_MS = 300;

/**
 * Have the server ask a question, and show it.
 * @param {Scene} scene
 * @param {number} number
 * @param {HTMLElement} screen
 * @returns {Promise<Answer | null>} null where it cannot be asked any more
 */
export async function askQuestion({ page, time }, number, screen) {
  fill(screen, { where: page.text("answering.where", { number, count: page.sitting.interview.questions }) });
  document.title = screen.querySelector("h1")?.textContent ?? document.title;
  const alert = slot(screen, "alert");
  while (!page.sitting.answers[number - 1]?.question) {
    const slow = setTimeout(() => (slot(screen, "asking").hidden = false), CALM_MS);
    try {
      page.keep(
        await page.api.post(
          `${page.path}/answers/${number}/ask`,
          { device_id: page.device_id },
          { patience: Infinity, signal: time.signal },
        ),
      );
    } catch (error) {
      clearTimeout(slow);
      if (time.signal.aborted) return null;
      say(alert, page.explain(error));
      // Who is at fault decides what comes next: another device, an ended session, the end of the time.
      if (error instanceof Problem && error.status === 409) await page.refresh();
      if (error instanceof Problem && error.code === "time-over") return null;
      phase(screen, "failed");
      await pressed(screen, ["retry"], time.signal);
      say(alert, "");
      phase(screen, "asking");
    } finally {
      clearTimeout(slow);
    }
  }
  time.show();
  const answer = /** @type {Answer} */ (page.sitting.answers[number - 1]);
  const text = answer.question?.text ?? "";
  slot(screen, "question").lang = page.sitting.interview.language === "zh" ? "zh-CN" : "en";
  fill(screen, { question: text });
  prepareVoice(screen, answer.voice?.url ?? null);
  page.announce(text);
  return answer;
}

/** @param {HTMLElement} screen @param {string | null} url */
function prepareVoice(screen, url) {
  const voice = one(screen, "audio.voice", HTMLAudioElement);
  const replay = button(screen, "replay");
  replay.hidden = url === null;
  if (url === null) return;
  voice.src = url;
  voice.onerror = () => (replay.hidden = true);
  replay.onclick = () => playVoice(screen, true);
  playVoice(screen, true);
}

/** @param {HTMLElement} screen @param {boolean} on */
export function playVoice(screen, on) {
  const voice = one(screen, "audio.voice", HTMLAudioElement);
  if (!on) return voice.pause();
  voice.currentTime = 0;
  // Browsers may refuse to play by themselves: the text is there, and the button.
  voice.play().catch(() => undefined);
}
