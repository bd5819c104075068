/** The preprocessing steps, from the drawing to the picture that the model saw. */

import { cross, newCanvas, outline, paintFitted, toImageData } from "./canvas.js";
import { percent } from "./language.js";

export const THUMB_SIDE = 112;
export const SEEN_SIDE = 28;
const DIGIT_SIDE = 20;
export const NAMES = ["Drawing", "Ink", "Box", `${DIGIT_SIDE} px`, "Centred"];
const [FINE, BOLD] = [1, 3]; // px
const MASS_CENTRE = 14.5; // where the contract puts the centre of mass in the picture that the model saw
const CHANGED_PX = 0.15; // unchanged strokes may differ by 0.1 px, as they are measured at two resolutions

/**
 * Describe the preprocessing steps with the model's own numbers and pictures; none of the preprocessing is repeated
 * here. Of a `reading` they are those of the page and of one `digit` on it; without one, the page's alone.
 */
export function describeSteps({ canvas, ink, prediction, reading, digit }) {
  const page = reading ? describePage(canvas, ink, reading, digit) : describeDrawing(canvas, ink, prediction.steps);
  return prediction?.steps.box ? [...page, ...describeDigit(prediction)] : page;
}

function describeDrawing(canvas, picture, { size, ink, box }) {
  const steps = [
    describePicture("Drawing", canvas, size),
    { caption: `covers ${ink ? percent(ink) : "nothing"}`, paint: (context) => picture && paintFitted(context, picture) },
  ];
  if (!box) return steps;
  return [...steps, { caption: describeBox(box), paint: (context) => paintBoxes(context, canvas, size, [box], box) }];
}

function describePage(canvas, picture, { size, digits }, digit) {
  const boxes = digits.map(({ box }) => box);
  const found = `${digits.length} found${digit ? `\n${describeBox(digit.box)}` : ""}`;
  return [
    describePicture("Picture", canvas, size),
    { caption: "what a pen wrote", paint: (context) => picture && paintFitted(context, picture) },
    { name: "Digits", caption: found, paint: (context) => paintBoxes(context, canvas, size, boxes, digit?.box) },
  ];
}

function describePicture(name, canvas, [height, width]) {
  return { name, caption: `${width} × ${height} px`, paint: (context) => paintFitted(context, canvas) };
}

function describeBox([top, left, bottom, right]) {
  return `${(right - left).toFixed(0)} × ${(bottom - top).toFixed(0)} px`;
}

/** Outline boxes, one of them boldly, on a picture of some size. */
function paintBoxes(context, canvas, [, width], boxes, chosen) {
  const place = paintFitted(context, canvas);
  const unit = place.width / width;
  for (const [top, left, bottom, right] of boxes) {
    const edges = [place.left + left * unit, place.top + top * unit, (right - left) * unit, (bottom - top) * unit];
    outline(context, edges, top === chosen?.[0] && left === chosen[1] ? BOLD : FINE);
  }
}

/** The last two steps, of a digit alone. */
function describeDigit({ seen: rows, steps: { box, centre, scale, stroke } }) {
  const [top, left, bottom, right] = box;
  const seen = newCanvas(SEEN_SIDE, SEEN_SIDE);
  seen.getContext("2d").putImageData(toImageData(rows), 0, 0);
  const inPicture = (edge, axis) => (edge - centre[axis]) * scale + MASS_CENTRE;
  const [drawn, brought] = stroke;
  const wider = brought - drawn; // the box grew with the strokes
  const digit = [
    inPicture(left, 1) - wider / 2,
    inPicture(top, 0) - wider / 2,
    (right - left) * scale + wider,
    (bottom - top) * scale + wider,
  ];
  const shift = [digit[0] + digit[2] / 2 - SEEN_SIDE / 2, digit[1] + digit[3] / 2 - SEEN_SIDE / 2];
  return [
    {
      caption: `scaled × ${scale.toPrecision(3)}${describeStrokes(drawn, brought)}`,
      paint: (context) => {
        const unit = THUMB_SIDE / DIGIT_SIDE;
        const [digitWidth, digitHeight] = [digit[2] * unit, digit[3] * unit];
        const place = [(THUMB_SIDE - digitWidth) / 2, (THUMB_SIDE - digitHeight) / 2, digitWidth, digitHeight];
        context.imageSmoothingEnabled = false;
        context.drawImage(seen, ...digit, ...place);
      },
    },
    {
      caption: `moved ${describeShift(shift)}`,
      paint: (context) => {
        const unit = THUMB_SIDE / SEEN_SIDE;
        context.imageSmoothingEnabled = false;
        context.drawImage(seen, 0, 0, THUMB_SIDE, THUMB_SIDE);
        outline(context, digit.map((length) => length * unit));
        cross(context, MASS_CENTRE * unit);
      },
    },
  ];
}

function describeStrokes(drawn, brought) {
  const isChanged = Math.abs(brought - drawn) >= CHANGED_PX;
  return isChanged ? `\nstrokes ${drawn.toFixed(1)} → ${brought.toFixed(1)}\u00a0px` : "";
}

function describeShift([right, down]) {
  const ways = [
    [right, "→", "←"],
    [down, "↓", "↑"],
  ];
  const named = ways.map(([way, ahead, back]) => `${way < 0 ? back : ahead}\u00a0${Math.abs(way).toFixed(1)}`);
  return `${named.join(" ")}\u00a0px`;
}
