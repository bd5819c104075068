/** Drawing with mouse, finger or pen. */

import { addPoint } from "./drawing.js";

/** Draw with mouse, finger or pen. The pointer may leave the pad; if it is cancelled, its stroke is removed. */
export function followPointer(view, drawing, changed) {
  const { canvas } = view;
  let stroke = null;
  let pointer = null;

  canvas.addEventListener("pointerdown", (event) => {
    if (drawing.picture || event.button !== 0 || pointer !== null) return;
    canvas.setPointerCapture(event.pointerId);
    view.cursor.hidden = true;
    pointer = event.pointerId;
    stroke = { points: [view.toSheet(event)], width: view.brushWidth };
    drawing.add(stroke);
    changed();
  });

  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer || !drawing.visible.includes(stroke)) return; // it may have been undone or cleared
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) addPoint(stroke, view.toSheet(each));
    changed();
  });

  const finish = (event) => {
    if (event.pointerId === pointer) pointer = stroke = null;
  };
  canvas.addEventListener("pointerup", finish);
  canvas.addEventListener("pointercancel", (event) => {
    if (event.pointerId !== pointer) return;
    drawing.drop(stroke);
    finish(event);
    changed();
  });
  canvas.addEventListener("lostpointercapture", finish);
}
