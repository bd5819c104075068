/** The pad in the output of a Colab cell, connected to Python by Colab's bridge. */

import { encode } from "./canvas.js";
import { mount } from "./pad.js";

const SLOW = "Waiting for Python; your drawing is kept. Another cell is running, or the runtime is starting.";
const GONE = "The runtime was restarted. Your drawing is kept; run this cell again to get an answer.";

/**
 * Show a pad that calls the function `names.predict`, and for numbers `names.read` if there is one; `model` tells whether
 * the same model still answers.
 */
function show(root, { names, model, elsewhere }) {
  const kernel = globalThis.google?.colab?.kernel;
  const read = names.read ? (canvas) => ask(names.read, canvas) : null;
  if (kernel) mount(root, { predict: (canvas) => ask(names.predict, canvas), read, slow: SLOW });
  else root.textContent = elsewhere;

  async function ask(name, canvas) {
    const result = await kernel.invokeFunction(name, [encode(canvas)], {}).catch((error) => {
      const message = String(error.message ?? error);
      throw new Error(message.includes("Function not found") ? GONE : `Colab could not ask Python: ${message}`);
    });
    const answer = result.data["application/json"];
    if (answer.error) throw Object.assign(new Error(answer.error), { permanent: true });
    if (answer.model !== model) throw new Error(GONE);
    return answer;
  }
}
