/** The pad in the output of a cell of Colab, answered over Colab's bridge to Python. */

import { mount } from "./pad.js";

const SLOW = "Waiting for Python; your drawing is kept. Another cell is running, or the runtime is starting.";
const GONE = "The runtime was restarted. Your drawing is kept; run this cell again to get an answer.";

/** Show a pad that asks the function of a name; `model` tells whether it is still the same one that answers. */
function show(root, { name, model, elsewhere }) {
  const kernel = globalThis.google?.colab?.kernel;
  if (kernel) mount(root, { predict, slow: SLOW });
  else root.textContent = elsewhere;

  async function predict(canvas) {
    const result = await kernel.invokeFunction(name, [canvas.toDataURL("image/png")], {}).catch((error) => {
      const message = String(error.message ?? error);
      throw new Error(message.includes("Function not found") ? GONE : `Colab could not ask Python: ${message}`);
    });
    const answer = result.data["application/json"];
    if (answer.error) throw Object.assign(new Error(answer.error), { permanent: true });
    if (answer.model !== model) throw new Error(GONE);
    return answer;
  }
}
