/**
 * What fingers, mouse and wheel do on a picture: one drags a frame around the part to read, two enlarge and move it, a
 * tap chooses a digit. Ctrl and the wheel, which is what a pinch on a touchpad sends, enlarge; the wheel alone moves.
 */

const TAP = 4; // px of the pad: who moves less has only tapped
const WHEEL = 0.01; // how much a px of the wheel enlarges
const NOTCH = 25; // px: a notch of a mouse's wheel counts for no more

/** `find` gets the picture on the pad, if there is one; `select` the part between two points; `choose` what is at one. */
export function followGestures(view, { find, select, choose }) {
  const { canvas } = view;
  const fingers = new Map(); // where each is on the sheet
  let start = null; // where a frame begins, and on which picture

  canvas.addEventListener("pointerdown", (event) => {
    if (!find() || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, view.toSheet(event));
    start = fingers.size === 1 ? { point: view.toSheet(event), picture: find() } : null;
    view.showFrame(null);
  });

  canvas.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = spread(fingers);
    fingers.set(event.pointerId, view.toSheet(event));
    const after = spread(fingers);
    if (start) view.showFrame(start.point, fingers.get(event.pointerId));
    else if (fingers.size === 2) view.zoomAndPan(after.length / before.length, after.middle, minus(after.middle, before.middle));
  });

  canvas.addEventListener("pointerup", (event) => {
    const end = fingers.get(event.pointerId);
    const [from, size] = [start, fingers.size];
    release(event);
    if (!from || size > 1 || from.picture !== find()) return;
    const moved = minus(end, from.point).map(Math.abs);
    if (Math.max(...moved) < TAP) choose(view.lens.toPad(end));
    else if (Math.min(...moved) >= TAP) select(view.lens.toPad(from.point), view.lens.toPad(end));
  });

  const release = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    start = null;
    view.showFrame(null);
  };
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("lostpointercapture", release);

  canvas.addEventListener(
    "wheel",
    (event) => {
      if (!find() || (!event.ctrlKey && view.lens.isWhole)) return;
      event.preventDefault();
      const at = view.toSheet(event);
      if (event.ctrlKey) view.zoomAndPan(Math.exp(-WHEEL * Math.min(NOTCH, Math.max(-NOTCH, event.deltaY))), at, [0, 0]);
      else view.zoomAndPan(1, at, [-event.deltaX, -event.deltaY]);
    },
    { passive: false },
  );
}

/** The middle of two fingers, and how far they are apart. */
function spread(fingers) {
  const [one, other = one] = [...fingers.values()];
  return { middle: [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2], length: Math.hypot(...minus(one, other)) || 1 };
}

function minus(one, other) {
  return [one[0] - other[0], one[1] - other[1]];
}
