/** The pad in a notebook: drawings go to the kernel as messages of the widget, and so do answers come back. */

import { mount } from "./pad.js";

const GIVE_UP_MS = 30_000;
const SLOW = "No answer yet; the drawing is kept. The kernel is busy, or was restarted: then run this cell again.";

function render({ model, el }) {
  const place = document.createElement("div");
  el.append(place);
  const asked = new Map(); // what waits for an answer; several pages may show one pad
  const pad = mount(place, { predict, slow: SLOW, onBlank: () => model.send({ kind: "blank" }) });

  function predict(canvas, strokes) {
    const id = Math.random();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(SLOW)), GIVE_UP_MS);
      asked.set(id, { resolve, reject, timer });
      model.send({ kind: "ask", id, image: canvas.toDataURL("image/png"), strokes });
    }).finally(() => {
      clearTimeout(asked.get(id).timer);
      asked.delete(id);
    });
  }

  function receive({ kind, id, answer, error }) {
    if (kind === "clear") pad.clear();
    else if (error) asked.get(id)?.reject(Object.assign(new Error(error), { permanent: true }));
    else asked.get(id)?.resolve(answer);
  }

  model.on("msg:custom", receive);
  return () => model.off("msg:custom", receive);
}

export default { render };
