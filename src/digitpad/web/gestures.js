/**
 * What fingers, mouse and wheel do on a picture: one drags a frame around the part to read, two enlarge and move it, a
 * tap chooses a digit. Ctrl and the wheel, which is what a pinch on a touchpad sends, enlarge; the wheel alone moves.
 */

const TAP = 4; // px of the pad: who moves less has only tapped
const WHEEL = 0.01; // how much a px of the wheel enlarges

/** `commands` are: `isOn`, whether there is a picture; `select` the part between two points; `choose` what is at one. */
export function followGestures(view, { isOn, select, choose }) {
  const { canvas } = view;
  const fingers = new Map(); // where each is on the sheet
  let start = null; // where a frame begins

  canvas.addEventListener("pointerdown", (event) => {
    if (!isOn() || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, view.toSheet(event));
    start = fingers.size === 1 ? view.toSheet(event) : null;
    view.showFrame(null);
  });

  canvas.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = spread(fingers);
    fingers.set(event.pointerId, view.toSheet(event));
    const after = spread(fingers);
    if (start) view.showFrame(start, fingers.get(event.pointerId));
    else if (fingers.size === 2) view.zoomAndPan(after.length / before.length, after.middle, minus(after.middle, before.middle));
  });

  canvas.addEventListener("pointerup", (event) => {
    const end = fingers.get(event.pointerId);
    const [from, size] = [start, fingers.size];
    release(event);
    if (!from || !end || size > 1) return;
    if (Math.hypot(...minus(end, from)) < TAP) choose(view.lens.toPad(end));
    else select(view.lens.toPad(from), view.lens.toPad(end));
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
      if (!isOn() || (!event.ctrlKey && view.lens.isWhole)) return;
      event.preventDefault();
      const at = view.toSheet(event);
      if (event.ctrlKey) view.zoomAndPan(Math.exp(-event.deltaY * WHEEL), at, [0, 0]);
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
