/** The preprocessing steps, from the drawing to the picture that the model saw. */

import { cross, fit, newCanvas, outline, paintFitted, toImageData } from "./canvas.js";
import { percent } from "./language.js";

export const THUMB_SIDE = 112;
export const SEEN_SIDE = 28;
export const DIGIT_SIDE = 20;
const MASS_CENTRE = 14.5; // where the contract puts the centre of mass in the picture that the model saw
const CHANGED_PX = 0.15; // unchanged strokes may differ by 0.1 px, as they are measured at two resolutions

/**
 * Describe the preprocessing steps with the model's own numbers and pictures; none of the preprocessing is repeated
 * here.
 */
export function describeSteps({ canvas, prediction, ink: picture }) {
  const { size, ink, box, centre, scale, stroke } = prediction.steps;
  const [height, width] = size;
  const steps = [
    { caption: `${width} × ${height} px`, paint: (context) => paintFitted(context, canvas) },
    { caption: `covers ${ink ? percent(ink) : "nothing"}`, paint: (context) => picture && paintFitted(context, picture) },
  ];
  if (!box) return steps;
  const [top, left, bottom, right] = box;
  const seen = newCanvas(SEEN_SIDE, SEEN_SIDE);
  seen.getContext("2d").putImageData(toImageData(prediction.seen), 0, 0);
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
  const [drawingStep, inkStep] = steps;
  // of a digit among others only the picture seen is known: its ink is put back in its place
  const putBack = (context) => {
    const { left: x, top: y, width: wide } = fit(context, canvas);
    const unit = wide / width;
    context.drawImage(seen, ...digit, x + left * unit, y + top * unit, (right - left) * unit, (bottom - top) * unit);
  };
  return [
    drawingStep,
    picture ? inkStep : { ...inkStep, paint: putBack },
    {
      caption: `${(right - left).toFixed(0)} × ${(bottom - top).toFixed(0)} px`,
      paint: (context) => {
        const place = paintFitted(context, canvas);
        const unit = place.width / width;
        const edges = [place.left + left * unit, place.top + top * unit, (right - left) * unit, (bottom - top) * unit];
        outline(context, edges);
      },
    },
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
