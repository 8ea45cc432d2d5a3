/** Another device or window holds the session now. */

import { pressed } from "../dom.js";

/** @param {import("../page.js").Page} page */
export async function show(page) {
  const section = page.screen("replaced");
  await pressed(section, ["take-back"]);
  // Loading the page takes the session over.
  location.reload();
  await new Promise(() => {});
}
