/** What is on the pad: strokes or a picture, on a pad 280 units high, and as wide or three times as wide. */

import { fitInto, newCanvas, paintInto } from "./canvas.js";

export const SIDE = 280;
const MOST_PICTURES = 12; // that can be undone; each takes megabytes

/** The drawing as a list of marks, so that the last one can be undone. A mark is a stroke, a picture or a clearing. */
export class Drawing {
  width = SIDE;
  #marks = [];
  #sheet = 0;

  /** A number that changes when the drawing is cleared, undone or replaced, but not when a stroke is added. */
  get sheet() {
    return this.#sheet;
  }

  /** The marks on view: the strokes since the last picture or clearing; if there are none, that picture. */
  get visible() {
    const index = this.#marks.findLastIndex((mark) => !mark.points);
    const strokes = this.#marks.slice(index + 1);
    if (strokes.length || index < 0) return strokes;
    return this.#marks[index].picture ? [this.#marks[index]] : [];
  }

  get isBlank() {
    return this.visible.length === 0;
  }

  /** The picture on view; null for strokes. */
  get picture() {
    return this.visible[0]?.picture ?? null;
  }

  /** What is read of the pad: all of it, or the picture on it, or a part of that. */
  get area() {
    if (!this.picture) return { left: 0, top: 0, width: this.width, height: SIDE };
    const whole = this.#place(this.picture);
    const { left, top, width, height } = this.picture.part ?? { left: 0, top: 0, width: 1, height: 1 };
    return {
      left: whole.left + left * whole.width,
      top: whole.top + top * whole.height,
      width: width * whole.width,
      height: height * whole.height,
    };
  }

  /** A part of the pad in shares of the picture on it, without what is beside the picture; null if nothing is left. */
  toPart([x, y], [toX, toY]) {
    const whole = this.#place(this.picture);
    const share = (at, start, length) => Math.min(1, Math.max(0, (at - start) / length));
    const [left, right] = [x, toX].map((at) => share(at, whole.left, whole.width)).sort((a, b) => a - b);
    const [top, bottom] = [y, toY].map((at) => share(at, whole.top, whole.height)).sort((a, b) => a - b);
    return right > left && bottom > top ? { left, top, width: right - left, height: bottom - top } : null;
  }

  #place({ image }) {
    return fitInto([this.width, SIDE], image);
  }

  add(mark) {
    if (!mark.points || this.picture) this.#sheet += 1;
    this.#marks.push(mark);
    const pictures = this.#marks.filter(({ picture }) => picture);
    if (pictures.length > MOST_PICTURES) this.#marks.splice(0, this.#marks.indexOf(pictures[0]) + 1);
  }

  clear() {
    if (!this.isBlank) this.add({});
  }

  undo() {
    if (this.#marks.pop()) this.#sheet += 1;
  }

  /** Remove a mark, wherever it is in the list. */
  drop(mark) {
    this.#marks = this.#marks.filter((other) => other !== mark);
    this.#sheet += 1;
  }

  paint(context, ink) {
    context.strokeStyle = context.fillStyle = ink;
    context.lineCap = context.lineJoin = "round";
    for (const mark of this.visible) {
      if (mark.picture) paintInto(context, mark.picture.image, this.#place(mark.picture));
      else paintStroke(context, mark);
    }
  }

  /** The drawing as the model gets it, so high: black on white, whatever the screen and the page's colours. */
  toCanvas(height) {
    if (this.picture) return this.picture.asked;
    const canvas = newCanvas(Math.round((height * this.width) / SIDE), height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, height);
    context.scale(height / SIDE, height / SIDE);
    this.paint(context, "#000");
    return canvas;
  }
}

/** Add a point, unless the pen has hardly moved. */
export function addPoint({ points }, [x, y]) {
  const [lastX, lastY] = points.at(-1);
  if (Math.hypot(x - lastX, y - lastY) >= 0.5) points.push([x, y]);
}

/** Paint a smooth, round stroke: curves between the midpoints of its segments, with its points as control points. */
function paintStroke(context, { points, width }) {
  const [[x, y], ...rest] = points;
  context.beginPath();
  if (!rest.length) {
    context.arc(x, y, width / 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.lineWidth = width;
  context.moveTo(x, y);
  points.slice(1, -1).forEach(([px, py], index) => {
    const [nextX, nextY] = points[index + 2];
    context.quadraticCurveTo(px, py, (px + nextX) / 2, (py + nextY) / 2);
  });
  context.lineTo(...points.at(-1));
  context.stroke();
}
