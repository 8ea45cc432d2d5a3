/** Before the interview opens: when it does, here, and how long until then. */

import { sleep } from "../backoff.js";
import { fill } from "../dom.js";

/** @param {import("../page.js").Page} page */
export async function show(page) {
  const section = page.screen("early");
  const { opens_at, closes_at, title } = page.sitting.interview;
  fill(section, {
    opens: page.texts.moment(Date.parse(opens_at)),
    closes: page.texts.moment(Date.parse(closes_at)),
    title,
  });
  for (let left = page.until(opens_at); left > 0; left = page.until(opens_at)) {
    fill(section, { left: page.text("early.left", { span: page.texts.span(left) }) });
    await sleep(Math.min(left, 1000), page.signal);
  }
}
