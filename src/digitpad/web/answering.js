/** Asks what is on the pad: one digit, or several. */

import { shrink, toImage } from "./canvas.js";

const ASKED_SIDE = 140; // px of the drawing that the model gets; larger ones are not read better, only slower
const PICTURE_SIDE = 560; // px of a picture that is read as one digit

/**
 * Ask what is on the pad. A number is read as such; on the pad for one digit, so are several, and a picture that shows
 * none at first sight.
 *
 * @param {Drawing} drawing
 * @param {"digit" | "number"} mode
 * @param {{predict: Function, read?: Function}} readers  as in `pad.js`
 * @returns {Promise<object>}  the `prediction` or the `reading`; the `canvas`, `area`, `marks` and `mode` that it is
 *     about; and the `ink` as an image, if the answer has one
 */
export async function ask(drawing, mode, { predict, read }) {
  const asked = { marks: [...drawing.visible], mode, area: drawing.area };
  const { picture } = drawing;
  const canvas = drawing.toCanvas(ASKED_SIDE);
  const strokes = asked.marks.filter(({ points }) => points).map(({ points }) => points);
  const small = picture ? shrink(canvas, PICTURE_SIDE) : canvas;
  const prediction = mode === "digit" ? await predict(small, strokes) : null;
  const status = prediction?.status;
  const mayBeMore = !prediction || status === "several digits" || (picture && status === "not a digit");
  const reading = read && mayBeMore ? await read(canvas, strokes) : null;
  if (reading && (!prediction || reading.text)) return { ...asked, reading, canvas, ink: await toImage(reading.ink_picture) };
  return { ...asked, prediction, canvas: small, ink: await toImage(prediction.steps.ink_picture) };
}
