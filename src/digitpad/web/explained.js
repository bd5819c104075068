/** Looking inside the model where it runs: in the visitor's browser. */

import { Inside } from "./inside.js";
import { addStyle } from "./style.js";

/** Let people look inside the model behind a pad, which `ask` asks. */
export async function explainHere(pad, ask) {
  await addStyle("inside.css");
  const explain = ({ seen, canvas, without }) => ask({ kind: "explain", seen, without }, canvas);
  const weights = (layer) => ask({ kind: "weights", layer });
  pad.inside((place) => new Inside(place, { explain, weights }));
}
