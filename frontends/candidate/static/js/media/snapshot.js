// One picture of a playing video.

const WIDTH = 640;
const JPEG_QUALITY = 0.8;

/**
 * @param {HTMLVideoElement} video
 * @returns {Promise<Blob | null>} a JPEG; null before the video shows its first picture
 */
export async function snapshot(video) {
  if (!video.videoWidth || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
  const canvas = document.createElement("canvas");
  const width = Math.min(WIDTH, video.videoWidth);
  canvas.width = width;
  canvas.height = Math.round((video.videoHeight * width) / video.videoWidth);
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
}
