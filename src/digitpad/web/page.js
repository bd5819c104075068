/** The server's page: the pad, connected to the API, and a line about the model. */

import { encode } from "./canvas.js";
import { mount } from "./pad.js";

const TIMEOUT_MS = 10_000;
// why the server will never keep a correction; all else may pass, such as what a proxy says, or that nothing is kept now
const REFUSALS = ["forbidden", "invalid-request", "malformed-body", "unsupported-media-type", "body-too-large", "store-full"];

const predict = (canvas) => ask("api/predict", canvas, { ink: true });
const read = (canvas) => ask("api/read", canvas, { predictions: true, ink: true });

async function ask(route, canvas, options) {
  const response = await fetch(route, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ image: encode(canvas), top_k: 10, ...options }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => {
    throw new Error("The server is not answering. Your drawing is kept; retrying…");
  });
  const answer = await response.json().catch(() => ({})); // a proxy may have answered instead of the server
  if (response.ok && (answer?.steps || answer?.digits)) return answer;
  if (response.status === 503) throw new Error("The server is busy. Your drawing is kept; retrying…");
  throw Object.assign(new Error(answer?.detail ?? `The server answered with status ${response.status} instead of a prediction.`), {
    permanent: isFinal(response.status),
  });
}

async function describeModel() {
  const { model, num_bytes, card, report, keeps, explains } = await (await fetch("api/model")).json();
  if (keeps) keepCorrections(keeps).catch(() => {}); // without it, the pad reads all the same
  if (explains) import("./looking.js").then(({ look }) => look(pad)).catch(() => {}); // nor this
  const shares = [
    [card.test, card.data?.verified ? "MNIST test images" : "test images"],
    [card.drawings?.pen, "digits drawn with a pen"],
  ];
  document.querySelector("#report").hidden = report === null;
  const figures = shares
    .filter(([measured]) => measured) // a model from a notebook has no such figures
    .map(([{ accuracy, num_images }, of]) => `${(100 * accuracy).toFixed(2)} % on ${num_images.toLocaleString("en")} ${of}`);
  return `Model ${model}, ${Math.round(num_bytes / 1000)} kB.${figures.length ? ` Accuracy: ${figures.join(", ")}.` : ""}`;
}

async function keepCorrections(where) {
  document.querySelector("#corrections").hidden = false;
  const { keep } = await import("./keeping.js"); // only servers that keep corrections need it
  const send = (record) => change("POST", "", JSON.stringify(record));
  const remove = (id) => change("DELETE", `/${id}`);
  keep(pad, { where, name: new URL(".", document.baseURI).pathname, send, remove });
}

async function change(method, path, body) {
  const response = await fetch(`api/corrections${path}`, {
    method,
    body,
    headers: body ? { "content-type": "application/json" } : {},
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(({ name }) => {
    throw Object.assign(new Error("The server is not answering."), { isAway: name !== "TimeoutError" }); // one may be large
  });
  const answer = await response.json().catch(() => null); // a proxy may have answered instead of the server
  if (response.status === 204 || (response.ok && answer?.id)) return;
  const permanent = REFUSALS.some((kind) => answer?.type === `urn:digitpad:problem:${kind}`);
  const detail = answer?.detail ?? `The server answered with status ${response.status}.`;
  throw Object.assign(new Error(detail), { permanent, isAway: response.status === 503 });
}

/** Whether asking for the same again is no use. */
function isFinal(status) {
  return status >= 400 && status < 500 && ![408, 429].includes(status);
}

// two lanes: one picture of the camera is on its way while the other is read
const pad = mount(document.querySelector("#pad"), { predict, read, lanes: [read, read], keys: document });
document.querySelector("#model").textContent = await describeModel().catch(() => "The model card could not be loaded.");
