/** The pad in a notebook: drawings go to the kernel as messages of the widget, and so do answers come back. */

import { mount } from "./pad.js";

const SLOW = "Waiting for the kernel; your drawing is kept. If the kernel was restarted, run this cell again.";
const GONE = "The kernel was restarted. Your drawing is kept; run this cell again to get an answer.";

function render({ model, el }) {
  const place = document.createElement("div");
  place.dataset.lmSuppressShortcuts = ""; // some hosts see keys first, and would move between cells
  el.append(place);
  const asked = new Map(); // what waits for an answer; several pages may show one pad
  const pad = mount(place, { predict, slow: SLOW, onBlank: () => send({ kind: "blank" }) });

  async function predict(canvas, strokes) {
    const id = Math.random();
    const image = canvas.toDataURL("image/png");
    if (!place.isConnected || !send({ kind: "ask", id, image, strokes })) {
      throw Object.assign(new Error(GONE), { permanent: true });
    }
    return new Promise((resolve, reject) => asked.set(id, { resolve, reject }));
  }

  /** Whether a message could be sent; a notebook refuses once its kernel is another one. */
  function send(message) {
    try {
      model.send(message);
      return true;
    } catch {
      return false;
    }
  }

  function receive({ kind, id, answer, error }) {
    if (kind === "clear") pad.clear();
    else if (error) asked.get(id)?.reject(Object.assign(new Error(error), { permanent: true }));
    else asked.get(id)?.resolve(answer);
    asked.delete(id);
  }

  model.on("msg:custom", receive);
  send({ kind: "blank" }); // Python may hold what was drawn where this pad was shown before
  return () => {
    model.off("msg:custom", receive);
    pad.close();
  };
}

export default { render };
