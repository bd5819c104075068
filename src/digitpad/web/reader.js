/**
 * A worker that reads drawings with `digits.onnx` and ONNX Runtime Web, so that the pad never waits for the model.
 *
 * The first message, `{ files, thresholds }`, says what to load; the worker replies `{ ready }`. Further messages are
 * drawings, `{ id, width, height, pixels }`; the worker replies `{ id, answer }`, with the answer as described in
 * `digitpad.answer.to_dict`, but with `distance` in place of `ink_picture`. On any failure it replies `{ failure }` and
 * must be replaced.
 */

import { BLANK, judge, rank } from "./verdict.js";

const WARM_SIDE = 140; // px; the first prediction is slow, so it is made on loading

let runtime;
let session;
let thresholds;

addEventListener("message", async ({ data }) => {
  try {
    if (data.files) {
      await load(data);
      postMessage({ ready: true });
    } else {
      const answer = await read(data);
      postMessage({ id: data.id, answer }, [answer.steps.distance.buffer]);
    }
  } catch (error) {
    postMessage({ failure: error.message || String(error) });
  }
});

async function load({ files, thresholds: values }) {
  if (typeof WebAssembly !== "object") {
    throw new Error("Reading needs WebAssembly, which this browser does not support. The rest of the page works.");
  }
  const [script, wasmBinary, model] = await Promise.all([files.script, files.wasm, files.model].map(fetchWhole));
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  runtime = await import(address);
  URL.revokeObjectURL(address);
  // threads need headers that simple hosts do not send, and would not speed up such a small network
  Object.assign(runtime.env.wasm, { numThreads: 1, wasmBinary });
  session = await runtime.InferenceSession.create(model, { executionProviders: ["wasm"] });
  thresholds = values;
  await run({ width: WARM_SIDE, height: WARM_SIDE, pixels: new Uint8Array(4 * WARM_SIDE ** 2).fill(255) });
}

/** Fetch a file, and check that it has the digest that the page was built with. */
async function fetchWhole({ url, integrity }) {
  const response = await fetch(url, { integrity }).catch(() => {
    throw new Error(`Could not load ${url}: it is missing, cut short, or from another build.`);
  });
  return response.arrayBuffer();
}

function run({ width, height, pixels }) {
  return session.run({ pixels: new runtime.Tensor("uint8", pixels, [1, height, width, 4]) });
}

async function read(drawing) {
  const started = performance.now();
  const outputs = await run(drawing);
  const time_ms = performance.now() - started;
  const values = Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data]));
  return { ...toAnswer(values, drawing), time_ms };
}

/** Convert the model's outputs for one drawing to an answer. */
function toAnswer({ probabilities, not_digit, seen, ink, box, centre, scale, stroke, distance }, { width, height }) {
  const isBlank = !(ink[0] > 0);
  const ranking = isBlank ? [] : rank(probabilities);
  const steps = { size: [height, width], isolated: false, ink: ink[0], distance: toLevels(distance) };
  const measured = { box: [...box], centre: [...centre], scale: scale[0], stroke: [...stroke] };
  const nothing = { box: null, centre: null, scale: null, stroke: null };
  return {
    ...(isBlank ? BLANK : judge(probabilities, not_digit[0], thresholds)),
    digit: isBlank ? null : ranking[0],
    confidence: isBlank ? 0 : probabilities[ranking[0]],
    not_digit: isBlank ? 0 : not_digit[0],
    top_k: ranking.map((digit) => ({ digit, probability: probabilities[digit] })),
    seen: inRows(toLevels(seen), 28),
    steps: { ...steps, ...(isBlank ? nothing : measured) },
  };
}

/** Convert values from 0 to 1 to levels from 0 to 255, rounding halves to even as NumPy does. */
function toLevels(shares) {
  return Uint8Array.from(shares, (share) => {
    const level = Math.fround(255 * share);
    return level % 1 === 0.5 ? 2 * Math.round(level / 2) : Math.round(level);
  });
}

function inRows(values, width) {
  return Array.from({ length: values.length / width }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
}
