/** Still pictures from the camera or a file, as JPEG in base64, small enough to send. */

const MOST_BYTES = 350_000;

/**
 * @typedef {object} Picture
 * @property {string} base64
 * @property {string} url  to show it; revoke it when it is not shown any more
 */

/**
 * What a camera shows now.
 * @param {HTMLVideoElement} video
 * @returns {Promise<Picture>}
 */
export function ofVideo(video) {
  return encode(video, video.videoWidth, video.videoHeight);
}

/**
 * A picture that was chosen. Throws where it is none that the browser can read.
 * @param {File} file
 * @returns {Promise<Picture>}
 */
export async function ofFile(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
    return await encode(image, image.naturalWidth, image.naturalHeight);
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

/**
 * @param {CanvasImageSource} source
 * @param {number} width
 * @param {number} height
 * @returns {Promise<Picture>}
 */
async function encode(source, width, height) {
  const canvas = document.createElement("canvas");
  for (const most of [1280, 960, 640]) {
    const scale = Math.min(1, most / Math.max(width, height));
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const pen = canvas.getContext("2d");
    if (pen === null) break;
    pen.drawImage(source, 0, 0, canvas.width, canvas.height);
    const blob = await jpeg(canvas);
    if (blob !== null && blob.size <= MOST_BYTES) return { base64: await base64(blob), url: URL.createObjectURL(blob) };
  }
  throw new Error("no picture could be made");
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob | null>}
 */
function jpeg(canvas) {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.88));
}

/**
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
