// The microphone's line: a sentence that is read aloud, and what was heard of it.

import { button, fill, slot } from "../dom.js";
import { heard, recordSpeech, sentence } from "../media/speech_check.js";
import { checkLine } from "./check_line.js";

/** @param {import("./devices.js").Check} check @param {MediaStream} stream */
export async function checkSpeech({ page, screen, found, peopleOnly }, stream) {
  const line = checkLine(page, screen, "microphone");
  if (peopleOnly) {
    slot(screen, "reading").hidden = true;
    return line.good("devices.microphone.people_only");
  }
  const read = button(screen, "read");
  const stop = button(screen, "read-stop");
  try {
    fill(screen, { sentence: await sentence(page) });
  } catch {
    slot(screen, "reading").hidden = true;
    return line.warn("devices.microphone.unknown");
  }
  slot(screen, "reading").hidden = false;
  read.addEventListener("click", async () => {
    const stopped = new AbortController();
    stop.onclick = () => stopped.abort();
    read.hidden = true;
    stop.hidden = false;
    line.busy("devices.microphone.recording");
    stop.focus();
    const speech = await recordSpeech(stream, stopped.signal);
    stop.hidden = true;
    line.busy("devices.microphone.listening");
    try {
      const answer = await heard(page, speech);
      found.microphone = answer.verdict;
      if (answer.verdict === "good") line.good("devices.microphone.good", { text: answer.text });
      else line.warn(`devices.microphone.${answer.verdict}`, { text: answer.text });
    } catch {
      line.warn("devices.microphone.unknown");
    }
    read.textContent = page.text("devices.read.again");
    read.hidden = false;
  });
}
