// Takes that were being recorded when the page went away, here or on another device.

import { CHUNK_MS } from "../media/recorder.js";

/**
 * Have the uploader know every take that the server still waits for, and none that counts no more.
 * @param {import("../page.js").Page} page
 * @param {import("../upload/uploader.js").Uploader} uploader
 */
export async function adoptTakes(page, uploader) {
  const takes = page.sitting.answers.flatMap((answer) =>
    answer.takes.map((take) => ({ ...take, question_number: answer.number })),
  );
  for (const take of takes) {
    if (take.state === "abandoned") await uploader.drop(take.id);
    if (take.state !== "recording" || uploader.takesOf(take.question_number).some((known) => known.take_id === take.id))
      continue;
    const { stored } = await page.api.get(`/v1/takes/${take.id}/chunks`, { patience: Infinity });
    if (stored.length === 0) continue;
    await uploader.begin({
      take_id: take.id,
      session_id: page.sitting.session_id,
      question_number: take.question_number,
      state: "interrupted",
      chunks: Math.max(...stored) + 1,
      seconds: (stored.length * CHUNK_MS) / 1000,
    });
  }
}
