/** The pad in a notebook: drawings and answers are messages between the widget and the kernel. */

import { encode } from "./canvas.js";
import { Inside } from "./inside.js";
import { keep } from "./keeping.js";
import { toSource } from "./packed.js";
import { mount } from "./pad.js";

const SLOW = "Waiting for the kernel; your drawing is kept. If the kernel was restarted, run this cell again.";
const GONE = "The kernel was restarted. Your drawing is kept; run this cell again to get an answer.";
const BUSY_MS = 30_000; // after this a correction is sent again

function render({ model, el }) {
  const place = document.createElement("div");
  place.dataset.lmSuppressShortcuts = ""; // otherwise JupyterLab takes the keys as shortcuts, and moves between cells
  el.append(place);
  const asked = new Map(); // what waits for an answer; several views may show one pad
  const predict = (canvas, strokes) => ask({ kind: "ask", image: encode(canvas), strokes, is_page: false });
  const readPage = (canvas, strokes) => ask({ kind: "ask", image: encode(canvas), strokes, is_page: true });
  const read = model.get("_reads_pages") ? readPage : null;
  const pad = mount(place, { predict, read, slow: SLOW, onBlank: () => send({ kind: "blank" }) });

  const outbox = keepCorrections(model.get("_keeps"));
  const inside = lookInside(model.get("_explains"));

  function lookInside(isThere) {
    if (!isThere) return null;
    const explain = (question) => ask({ kind: "explain", ...question });
    const weights = (layer) => ask({ kind: "weights", layer });
    return pad.inside((part) => new Inside(part, toSource(explain, weights)));
  }

  function keepCorrections(keeps) {
    if (!keeps) return null;
    const sendIt = (record) => inTime(request({ kind: "keep", record }));
    const remove = (correction) => inTime(request({ kind: "undo", correction }));
    return keep(pad, { ...keeps, send: sendIt, remove });
  }

  /** Ask this kernel; the one after a restart will show another pad. */
  async function ask(question) {
    return request(question).catch((error) => {
      throw Object.assign(error, { permanent: true });
    });
  }

  /** Send a message and wait for the reply. */
  async function request(message) {
    const id = Math.random();
    if (!place.isConnected || !send({ ...message, id })) throw Object.assign(new Error(GONE), { isAway: true });
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

  function receive({ kind, id, answer, error, temporary }) {
    if (kind === "clear") pad.clear();
    else if (error) asked.get(id)?.reject(Object.assign(new Error(error), { permanent: !temporary, isAway: temporary }));
    else asked.get(id)?.resolve(answer);
    asked.delete(id);
  }

  model.on("msg:custom", receive);
  send({ kind: "blank" }); // Python may still hold a drawing from an earlier view of this pad
  return () => {
    model.off("msg:custom", receive);
    outbox?.close();
    inside?.close();
    pad.close();
  };
}

function inTime(promise) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(SLOW)), BUSY_MS));
  return Promise.race([promise, late]);
}

export default { render };
