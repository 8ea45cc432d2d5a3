/** Who it is: a code to an address on file, then a face against a photo, each where the interview asks for it. */

import { faceWasOffered } from "../stages.js";

/** @param {import("../page.js").Page} page */
export async function show(page) {
  if (page.sitting.identity.code === "required" && !page.sitting.identity.verified) {
    const { confirmByCode } = await import("./identity_code.js");
    await confirmByCode(page);
    await page.refresh();
  }
  const { face, face_verdict } = page.sitting.identity;
  if (face !== "off" && face_verdict === null) {
    const { compareFaces } = await import("./identity_face.js");
    await compareFaces(page);
    faceWasOffered();
  }
}
