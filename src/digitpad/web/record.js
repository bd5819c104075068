/** Records of corrections, in the form that `digitpad.corrections.correction` checks. */

import { isRead } from "./answer.js";
import { newCanvas, paintFitted, shrink } from "./canvas.js";

export const NO_DIGIT = "not a digit";
const SIDES = [800, 560, 320]; // px of the picture's longer side: the largest that is not too large
const MOST_LETTERS = 1_500_000; // of the picture as a data URL
const [MOST_STROKES, MOST_POINTS] = [1000, 20_000];
const MOST_READ = 1000; // letters of what was read

/** 32 random hex digits; browsers have no `randomUUID` on pages without https. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The record of a drawing that is `truth`.
 *
 * @param {object} shown  the answer and the canvas that it is about, as `answering.ask` gives them
 * @param {number[][][] | null} strokes  as `toStrokes` gives them
 * @param {string} truth  a digit, several, or `NO_DIGIT`
 * @param {{session: string, model: string}} options  one id for each opening of a page; and the model, if the answer
 *     does not say
 */
export function toRecord({ prediction, reading, canvas }, strokes, truth, { session, model }) {
  return {
    id: newId(),
    session,
    made: new Date().toISOString(),
    truth,
    answer: reading ? toNumber(reading) : toDigit(prediction),
    model: (reading ?? prediction).model ?? model,
    picture: toPicture(canvas),
    strokes,
  };
}

function toNumber({ text }) {
  return { status: text ? "number" : NO_DIGIT, text: text.slice(0, MOST_READ).trimEnd(), confidence: 0 };
}

function toDigit({ status, digit, confidence }) {
  return { status, text: isRead({ status }) ? String(digit) : "", confidence: Math.min(1, confidence) };
}

/** The strokes to a tenth of a px; null for a picture, or if there are more than are kept. */
export function toStrokes(marks) {
  const strokes = marks.filter(({ points }) => points).map(({ points }) => points);
  const isTooMuch = strokes.length > MOST_STROKES || strokes.flat().length > MOST_POINTS;
  if (!strokes.length || isTooMuch) return null;
  return strokes.map((points) => points.map((point) => point.map((at) => Math.round(10 * at) / 10)));
}

/** A canvas on its paper as PNG. */
function toPicture(canvas) {
  let url = "";
  for (const side of SIDES) {
    url = toUrl(shrink(canvas, side));
    if (url.length <= MOST_LETTERS) break;
  }
  return url;
}

function toUrl(canvas) {
  const opaque = newCanvas(canvas.width, canvas.height);
  paintFitted(opaque.getContext("2d"), canvas);
  return opaque.toDataURL("image/png");
}
