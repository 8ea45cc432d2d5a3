/** The live face against the photo on file or an ID. Its verdict is told kindly and blocks nothing. */

import { Problem } from "../api.js";
import { busy, button, fill, make, one, pressed, say, slot } from "../dom.js";
import { ofFile, ofVideo } from "../pictures.js";

/** @typedef {import("../pictures.js").Picture} Picture */

/**
 * Compare until the candidate goes on.
 * @param {import("../page.js").Page} page
 * @returns {Promise<void>}
 */
export async function compareFaces(page) {
  while (!(await compared(page)));
}

/**
 * @param {import("../page.js").Page} page
 * @returns {Promise<boolean>} false: they want to try again
 */
async function compared(page) {
  const section = page.screen("identity-face");
  const { organisation, identity } = page.sitting;
  const isOptional = identity.face === "optional";
  fill(section, {
    why: page.text(identity.photo_on_file ? "identity.face.photo" : "identity.face.document", { organisation }),
  });
  slot(section, "optional").hidden = !isOptional;
  button(section, "skip").hidden = !isOptional;
  button(section, "on").hidden = !isOptional;

  const camera = await opened(page, section);
  if (camera === null) return true;
  try {
    slot(section, "starting").hidden = true;
    slot(section, "taking").hidden = false;
    const document_ = identity.photo_on_file ? null : await taken(page, section, "document");
    if (document_ === "skipped") return true;
    const live = await taken(page, section, "live");
    if (live === "skipped" || live === null) return true;
    return await judged(page, section, live, document_);
  } finally {
    for (const track of camera.getTracks()) track.stop();
  }
}

/**
 * @param {import("../page.js").Page} page
 * @param {HTMLElement} section
 * @returns {Promise<MediaStream | null>} null: skipped
 */
async function opened(page, section) {
  const video = one(section, "video", HTMLVideoElement);
  for (;;) {
    if ((await pressed(section, ["start", "skip"])) === "skip") return null;
    try {
      return await busy(button(section, "start"), async () => {
        const stream = await navigator.mediaDevices.getUserMedia({
          video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } },
        });
        page.signal.addEventListener("abort", () => stream.getTracks().forEach((track) => track.stop()));
        video.srcObject = stream;
        await video.play();
        say(slot(section, "wrong"), "");
        return stream;
      });
    } catch {
      say(slot(section, "wrong"), page.text("identity.face.camera"));
    }
  }
}

/**
 * One picture, taken and looked at by the candidate; or a file of it.
 * @param {import("../page.js").Page} page
 * @param {HTMLElement} section
 * @param {"document" | "live"} what
 * @returns {Promise<Picture | "skipped">}
 */
async function taken(page, section, what) {
  const video = one(section, "video", HTMLVideoElement);
  const image = one(section, "img", HTMLImageElement);
  const chooser = one(section, 'input[type="file"]', HTMLInputElement);
  const wrong = slot(section, "wrong");
  /** @param {Picture | null} picture */
  const show = (picture) => {
    image.hidden = picture === null;
    video.hidden = picture !== null;
    if (picture !== null) image.src = picture.url;
    button(section, "take").hidden = picture !== null;
    button(section, "use").hidden = picture === null;
    button(section, "retake").hidden = picture === null;
    slot(section, "file").hidden = what === "live" || picture !== null;
  };
  // A face is shown as in a mirror, an ID so that it can be read.
  video.classList.toggle("mirrored", what === "live");
  image.classList.toggle("mirrored", what === "live");
  fill(section, { label: page.text(`identity.face.${what}.label`) });
  slot(section, "label").focus();
  for (;;) {
    show(null);
    const heard = new AbortController();
    const picked = new Promise((resolve) =>
      chooser.addEventListener("change", () => resolve("file"), { signal: heard.signal }),
    );
    const action = await Promise.race([pressed(section, ["take", "on"], heard.signal), picked]);
    heard.abort();
    if (action === "on") return "skipped";
    /** @type {Picture} */
    let picture;
    try {
      const file = chooser.files?.[0];
      picture = action === "file" && file ? await ofFile(file) : await ofVideo(video);
      say(wrong, "");
    } catch {
      say(wrong, page.text("identity.face.picture"));
      continue;
    } finally {
      chooser.value = "";
    }
    show(picture);
    button(section, "use").focus();
    const heardAgain = new AbortController();
    const decision = await pressed(section, ["use", "retake", "on"], heardAgain.signal);
    heardAgain.abort();
    if (decision === "use") return picture;
    URL.revokeObjectURL(picture.url);
    if (decision === "on") return "skipped";
  }
}

/**
 * Ask for the verdict and tell it.
 * @param {import("../page.js").Page} page
 * @param {HTMLElement} section
 * @param {Picture} live
 * @param {Picture | null} document_
 * @returns {Promise<boolean>} false: they want to try again
 */
async function judged(page, section, live, document_) {
  const outcome = slot(section, "outcome");
  const verdict = slot(section, "verdict");
  slot(section, "taking").hidden = true;
  outcome.hidden = false;
  const choices = one(outcome, ".buttons", HTMLElement);
  choices.hidden = true;
  verdict.className = "notice-box";
  verdict.textContent = page.text("identity.face.looking");
  verdict.focus();
  try {
    const found = await page.api.post(
      `${page.path}/identity/face`,
      { live: live.base64, document: document_?.base64 ?? null },
      { timeout: 60_000 },
    );
    verdict.className = found.verdict === "match" ? "good-box" : "warn-box";
    const words = [page.text(`identity.face.${found.verdict}`), advice(page, found.reason, document_ !== null)];
    verdict.replaceChildren(...words.filter(Boolean).map((text) => make("p", text)));
    button(outcome, "retry").hidden = found.verdict === "match";
    page.keep({ ...page.sitting, identity: { ...page.sitting.identity, face_verdict: found.verdict } });
  } catch (error) {
    const { face, face_verdict } = page.sitting.identity;
    const isLast = error instanceof Problem && error.code === "face-checks-exhausted";
    verdict.className = "warn-box";
    verdict.textContent = page.explain(error);
    button(outcome, "retry").hidden = isLast;
    // Where it is required, and nothing has been looked at yet, going on would only lead back here.
    button(outcome, "continue").hidden = face === "required" && face_verdict === null && !isLast;
  }
  choices.hidden = false;
  verdict.focus();
  return (await pressed(outcome, ["continue", "retry"])) === "continue";
}

/**
 * What would make for a better picture.
 * @param {import("../page.js").Page} page
 * @param {string} reason  of the verdict
 * @param {boolean} hasDocument  the candidate showed an ID, and was not compared with a photo on file
 * @returns {string}  empty where there is nothing to do better
 */
function advice(page, reason, hasDocument) {
  if (reason.startsWith("reference_") && !hasDocument) {
    return page.text("identity.reason.photo", { organisation: page.sitting.organisation });
  }
  return page.texts.has(`identity.reason.${reason}`) ? page.text(`identity.reason.${reason}`) : "";
}
