/** Why little or nothing was read on a picture, as in `digitpad.pages.reasons`. */

import { MOST_GLYPHS } from "./finder.js";
import { say } from "./language.js";

const DARK = 40; // levels: nine tenths of a dark picture are below this
const FLAT = 6; // levels: a blank picture differs by less than this
const SMALL = 12; // px: digits are rarely found below this size
const SHARP = 12; // levels: the steepest steps of a picture that is in focus

/** Tell why little or nothing was read; "" if there is nothing to say. */
export function findReason(picture, digits) {
  const numRead = digits.filter(({ status }) => status !== "not a digit").length;
  if (numRead >= MOST_GLYPHS) return say("page", "too many", { most: MOST_GLYPHS });
  if (numRead) return "";
  const grey = toGrey(picture);
  const ordered = Float64Array.from(grey).sort();
  if (ordered.at(-1) - ordered[0] <= FLAT) return say("reason", "blank");
  if (percentile(ordered, 90) < DARK) return say("page", "too dark");
  if (Math.min(picture.width, picture.height) < SMALL) return say("page", "too small", { least: SMALL });
  return say("page", steepest(grey, picture) < SHARP ? "blurred" : "no digits", { least: SMALL });
}

function toGrey({ width, height, pixels }) {
  return Float64Array.from({ length: width * height }, (_, i) => (pixels[3 * i] + pixels[3 * i + 1] + pixels[3 * i + 2]) / 3);
}

/** The steepest steps between neighbouring pixels, levels. */
function steepest(grey, { width, height }) {
  const steps = new Float64Array((width - 1) * height + width * (height - 1));
  let at = 0;
  for (let i = 0; i < grey.length; i += 1) {
    if ((i + 1) % width) steps[at++] = Math.abs(grey[i + 1] - grey[i]);
    if (i + width < grey.length) steps[at++] = Math.abs(grey[i + width] - grey[i]);
  }
  return percentile(steps.sort(), 99.9);
}

/** A percentile of sorted values, interpolated as NumPy does. */
function percentile(sorted, percent) {
  const at = ((sorted.length - 1) * percent) / 100;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}
