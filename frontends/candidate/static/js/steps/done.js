/** Everything has arrived: what happens next, and when. */

import { fill } from "../dom.js";

/** @param {import("../page.js").Page} page */
export async function show(page) {
  const section = page.screen("done");
  const { organisation, interview, submitted_at, consent } = page.sitting;
  const closes = page.texts.moment(Date.parse(interview.closes_at));
  const choice = consent?.choice === "decline_ai" ? "people" : "ai";
  fill(section, {
    submitted:
      submitted_at === null ? "" : page.text("done.submitted", { time: page.texts.moment(Date.parse(submitted_at)) }),
    review: page.text(`done.review.${choice}`, { organisation }),
    when: page.text(page.until(interview.closes_at) > 0 ? "done.when" : "done.when.soon", {
      organisation,
      time: closes,
    }),
    ask: page.text("done.ask", { organisation }),
  });
  await new Promise(() => {});
}
