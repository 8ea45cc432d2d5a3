/** The session is over without a submission: expired, withdrawn or closed. */

import { fill } from "../dom.js";

/** @param {import("../page.js").Page} page */
export async function show(page) {
  const { organisation, interview, stage } = page.sitting;
  const section = page.screen(`ended-${stage}`);
  fill(section, {
    next: page.text(`ended.${stage}.next`, {
      organisation,
      title: interview.title,
      time: page.texts.moment(Date.parse(interview.closes_at)),
    }),
  });
  await new Promise(() => {});
}
