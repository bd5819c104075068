/** Drawing and looking at pictures with the keyboard, and shortcuts. */

import { SIDE, addPoint } from "./drawing.js";

const KEY_STEP = 10;
const PAN_STEP = 40;
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Draw with the keyboard: arrow keys move the pen, Space puts it down and lifts it. */
export function followKeyboard(view, drawing, changed) {
  let pen = [SIDE / 2, SIDE / 2];
  let stroke = null;

  view.canvas.addEventListener("keydown", (event) => {
    if (drawing.picture || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!drawing.visible.includes(stroke)) stroke = null; // it was undone or cleared
    if (event.key === " " && event.repeat) return event.preventDefault();
    if (event.key === " ") {
      stroke = stroke ? null : { points: [pen], width: view.brushWidth };
      if (stroke) drawing.add(stroke);
    } else if (event.key in WAYS) {
      const [x, y] = WAYS[event.key].map((way, axis) => pen[axis] + way * KEY_STEP * (event.shiftKey ? 3 : 1));
      pen = [Math.min(Math.max(x, 0), drawing.width), Math.min(Math.max(y, 0), SIDE)];
      if (stroke) addPoint(stroke, pen);
    } else {
      return;
    }
    event.preventDefault();
    view.moveCursor(pen, stroke !== null);
    changed();
  });
  view.canvas.addEventListener("blur", () => {
    view.cursor.hidden = true;
    stroke = null;
  });
}

/** Look at a picture: plus, minus and 0 zoom, arrow keys move it, R rotates it, Enter reads what is in view. */
export function followPictureKeys(view, drawing, { rotate, toggleView }) {
  const keys = { "+": view.zoomIn, "=": view.zoomIn, "-": view.zoomOut, 0: view.showWhole, r: rotate, Enter: toggleView };
  view.canvas.addEventListener("keydown", (event) => {
    if (!drawing.picture || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in WAYS) view.zoomAndPan(1, [0, 0], WAYS[event.key].map((way) => -way * PAN_STEP));
    else if (event.key in keys) keys[event.key]();
    else return;
    event.preventDefault();
  });
}

export function followShortcuts(keys, { clear, undo }, view) {
  keys.addEventListener("keydown", (event) => {
    if (event.target.matches?.("input:not([type=range]), textarea, select, [contenteditable]")) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (event.key === "Escape") clear();
    else if (isCommand && !event.shiftKey && event.key.toLowerCase() === "z") undo();
    else if (!isCommand && event.key === "[") view.brush.stepDown(2);
    else if (!isCommand && event.key === "]") view.brush.stepUp(2);
    else return;
    event.preventDefault();
  });
}
