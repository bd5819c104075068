/** What the camera sees, one picture after the other. No picture is kept. */

import { shrink } from "./canvas.js";

const SEEN = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 960 } };
const REFUSALS = {
  NotAllowedError: "The page may not use the camera. Allow it in the browser's settings for this page, and try again.",
  NotFoundError: "This device has no camera. Open a picture instead.",
  NotReadableError: "Another program is using the camera. Close it, and try again.",
};
const ELSEWHERE = "Browsers allow the camera only on https pages and on this machine.";

/**
 * Turn on the camera.
 *
 * @returns {Promise<MediaStream>}  rejected with an error that says what to do if there is no camera to use
 */
export async function turnOn() {
  if (!navigator.mediaDevices) throw new Error(ELSEWHERE);
  return navigator.mediaDevices.getUserMedia({ video: SEEN, audio: false }).catch((error) => {
    throw new Error(REFUSALS[error.name] ?? `The camera did not start: ${error.message}`);
  });
}

export function turnOff(stream) {
  stream.getTracks().forEach((track) => track.stop());
}

/** What is on a video at this moment, at most so long on its longer side. */
export function grab(video, side = Infinity) {
  return shrink({ image: video, width: video.videoWidth, height: video.videoHeight }, side);
}

/** Wait for the next picture of a video; there may be none. */
export function nextPicture(video) {
  return new Promise((resolve) => {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
    else setTimeout(resolve, 1000 / 30);
  });
}
