/** The page of the server: the pad, answered by the API, and a line about the model. */

import { mount } from "./pad.js";

const TIMEOUT_MS = 10_000;

async function predict(canvas) {
  const response = await fetch("api/predict", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ image: canvas.toDataURL("image/png"), top_k: 10, ink: true }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => {
    throw new Error("The server does not answer. The drawing is kept; trying again…");
  });
  if (response.ok) return response.json();
  const problem = await response.json().catch(() => ({ detail: `The server answered ${response.status}.` }));
  const isPermanent = response.status >= 400 && response.status < 500 && response.status !== 408;
  throw Object.assign(new Error(problem.detail), { permanent: isPermanent });
}

async function describeModel() {
  const { model, num_bytes, card, report } = await (await fetch("api/model")).json();
  const { num_images, accuracy } = card.test;
  const pen = card.drawings?.pen;
  document.querySelector("#report").hidden = report === null;
  return (
    `Model ${model}, ${Math.round(num_bytes / 1000)} kB: ${(100 * accuracy).toFixed(2)} % of ` +
    `${num_images.toLocaleString("en")} MNIST test pictures right` +
    (pen ? `, and ${(100 * pen.accuracy).toFixed(2)} % of ${pen.num_images.toLocaleString("en")} digits from pens.` : ".")
  );
}

mount(document.querySelector("#pad"), { predict, keys: document });
document.querySelector("#model").textContent = await describeModel().catch(() => "The model's card cannot be shown.");
