/** Lets people look inside the model of the server. */

import { Inside } from "./inside.js";
import { toSource } from "./packed.js";

const TIMEOUT_MS = 10_000;
const TEMPORARY = [408, 429];

/** Offer it on a pad from now on. */
export function look(pad) {
  return pad.inside((place) => new Inside(place, toSource(explain, weights)));
}

function explain(question) {
  return ask("api/explain", { method: "POST", body: JSON.stringify(question), headers: { "content-type": "application/json" } });
}

function weights(layer) {
  return ask(`api/weights?layer=${encodeURIComponent(layer)}`);
}

async function ask(route, options = {}) {
  const response = await fetch(route, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => {
    throw new Error("The server is not answering; retrying…");
  });
  const answer = await response.json().catch(() => ({})); // a proxy may have answered instead of the server
  if (response.ok && (answer?.layers || answer?.kernel)) return answer;
  const permanent = response.status < 500 && !TEMPORARY.includes(response.status);
  throw Object.assign(new Error(answer?.detail ?? `The server answered with status ${response.status}.`), { permanent });
}
