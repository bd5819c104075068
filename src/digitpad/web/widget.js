/** The pad in a notebook: drawings and answers are messages between the widget and the kernel. */

import { encode } from "./canvas.js";
import { mount } from "./pad.js";

const SLOW = "Waiting for the kernel; your drawing is kept. If the kernel was restarted, run this cell again.";
const GONE = "The kernel was restarted. Your drawing is kept; run this cell again to get an answer.";

function render({ model, el }) {
  const place = document.createElement("div");
  place.dataset.lmSuppressShortcuts = ""; // otherwise JupyterLab takes the keys as shortcuts, and moves between cells
  el.append(place);
  const asked = new Map(); // drawings waiting for an answer; several views may show one pad
  const predict = (canvas, strokes) => ask(canvas, strokes, false);
  const read = model.get("_reads_pages") ? (canvas, strokes) => ask(canvas, strokes, true) : null;
  const pad = mount(place, { predict, read, slow: SLOW, onBlank: () => send({ kind: "blank" }) });

  async function ask(canvas, strokes, isPage) {
    const id = Math.random();
    const image = encode(canvas);
    if (!place.isConnected || !send({ kind: "ask", id, image, strokes, is_page: isPage })) {
      throw Object.assign(new Error(GONE), { permanent: true });
    }
    return new Promise((resolve, reject) => asked.set(id, { resolve, reject }));
  }

  /** Send a message; returns false if the notebook has another kernel by now. */
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
  send({ kind: "blank" }); // Python may still hold a drawing from an earlier view of this pad
  return () => {
    model.off("msg:custom", receive);
    pad.close();
  };
}

export default { render };
