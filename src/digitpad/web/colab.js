/** The pad in the output of a Colab cell, connected to Python by Colab's bridge. */

import { encode } from "./canvas.js";
import { Inside } from "./inside.js";
import { keep } from "./keeping.js";
import { toSource } from "./packed.js";
import { mount } from "./pad.js";

const SLOW = "Waiting for Python; your drawing is kept. Another cell is running, or the runtime is starting.";
const GONE = "The runtime was restarted. Your drawing is kept; run this cell again to get an answer.";

/**
 * Show a pad that calls the function `names.predict`, for numbers `names.read`, and to look inside `names.explain` and
 * `names.weights`, if they are there; `model` tells whether the same model still answers. If it `keeps` corrections, that
 * has the names of the functions that do, too.
 */
function show(root, { names, model, elsewhere, keeps }) {
  const kernel = globalThis.google?.colab?.kernel;
  const read = names.read ? (canvas) => ask(names.read, encode(canvas)) : null;
  if (!kernel) {
    root.textContent = elsewhere;
    return;
  }
  const pad = mount(root, { predict: (canvas) => ask(names.predict, encode(canvas)), read, slow: SLOW });
  if (keeps) {
    const send = (record) => invoke(keeps.correct, JSON.stringify(record), keeps.name);
    keep(pad, { ...keeps, send, remove: (id) => invoke(keeps.undo, id, keeps.name) });
  }
  if (names.explain) {
    const explain = (question) => ask(names.explain, JSON.stringify(question));
    const weights = (layer) => ask(names.weights, layer);
    pad.inside((place) => new Inside(place, toSource(explain, weights)));
  }

  async function ask(name, argument) {
    const answer = await invoke(name, argument);
    if (answer.model !== model) throw new Error(GONE);
    return answer;
  }

  async function invoke(name, ...given) {
    const result = await kernel.invokeFunction(name, given, {}).catch((error) => {
      const message = String(error.message ?? error);
      const isAway = message.includes("Function not found");
      throw Object.assign(new Error(isAway ? GONE : `Colab could not ask Python: ${message}`), { isAway });
    });
    const answer = result.data["application/json"];
    const { error, temporary } = answer;
    if (error) throw Object.assign(new Error(error), { permanent: !temporary, isAway: temporary });
    return answer;
  }
}
