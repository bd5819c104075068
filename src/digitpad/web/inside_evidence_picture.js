/** The picture that the model saw, under colours for what speaks for an answer and against it. */

import { SIDE, toSquare } from "./inside_place.js";
import { short } from "./inside_words.js";

export const FRAME = "#ffe14d"; // over the picture

const [ABOVE, BELOW] = ["66 153 255", "255 140 26"]; // over a dark picture, whatever the page's colours
const [PAPER, INK] = [16, 214]; // grey levels, between which both hues can be told apart
const MOST_OPAQUE = 0.82;
const LEAST_CELL = 30; // px: smaller places bear no numbers
const LEAST_SHARE = 0.02; // of the largest value, below which there is no number

/**
 * Paint `places`, the values of an explanation's grid, over what was seen; `square` and `field` are what is pointed at
 * and what it looks at.
 */
export function paintEvidence(sheet, { seen, grid }, { places, scale, square, field }) {
  const context = sheet.begin();
  const unit = sheet.width / SIDE;
  paintSeen(context, seen, sheet.width);
  const columns = grid.shape[1];
  places.forEach((value, at) => {
    const edges = toSquare(grid, [Math.floor(at / columns), at % columns]);
    const [left, top, width, height] = [edges.left, edges.top, edges.width, edges.height].map((px) => px * unit);
    const share = value / scale;
    context.fillStyle = `rgb(${value > 0 ? ABOVE : BELOW} / ${MOST_OPAQUE * Math.abs(share)})`;
    context.fillRect(left, top, width + 0.3, height + 0.3); // no seams
    const isLegible = Math.min(width, height) >= LEAST_CELL && Math.abs(share) > LEAST_SHARE;
    if (isLegible) label(context, value, [left + width / 2, top + height / 2], Math.min(width, height));
  });
  if (field) frame(context, field, unit, { colour: FRAME, dash: [6, 4] });
  if (square) frame(context, square, unit, { colour: FRAME });
}

/** Paint 28 rows of levels as a picture so wide, in greys. */
export function paintSeen(context, seen, width) {
  const picture = document.createElement("canvas");
  picture.width = picture.height = SIDE;
  const data = new ImageData(SIDE, SIDE);
  const pixels = new Uint32Array(data.data.buffer);
  seen.forEach((row, y) => {
    row.forEach((level, x) => {
      const grey = Math.round(PAPER + ((INK - PAPER) * level) / 255);
      pixels[y * SIDE + x] = ((255 << 24) | (grey << 16) | (grey << 8) | grey) >>> 0;
    });
  });
  picture.getContext("2d").putImageData(data, 0, 0);
  context.drawImage(picture, 0, 0, width, width);
}

/** Frame a part of the picture; what is outside of the picture is cut off, but its edge stays in view. */
export function frame(context, { top, left, height, width }, unit, { colour, dash = [], thickness = 2 }) {
  const clip = (at) => Math.max(0, Math.min(SIDE, at)) * unit;
  const [x, y, right, bottom] = [left, top, left + width, top + height].map(clip);
  context.save();
  context.setLineDash(dash);
  context.lineWidth = thickness;
  context.strokeStyle = colour;
  const inset = thickness / 2;
  context.strokeRect(x + inset, y + inset, right - x - thickness, bottom - y - thickness);
  context.restore();
}

function label(context, value, middle, side) {
  context.font = `600 ${Math.min(15, side / 2.9)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.strokeStyle = "rgb(0 0 0 / 65%)";
  context.fillStyle = "#fff";
  context.strokeText(short(value), ...middle);
  context.fillText(short(value), ...middle);
}
