/**
 * A worker that reads drawings and pages with ONNX Runtime Web, so that the pad never waits for the models.
 *
 * The first message, `{ files, digits, pages }`, says what to load, and has what the cards of `digits.onnx` and
 * `pages.onnx` say of thresholds and weights; the worker replies `{ ready }`. Further messages are pictures, `{ id, kind,
 * width, height, pixels }`, with RGBA pixels. The worker replies `{ id, answer }`: for the kind "drawing" the answer
 * described in `digitpad.answer.to_dict`, but with `distance` in place of `ink_picture`, and for the kind "page" the one
 * described in `digitpad.pages.formats.to_dict`, with the digit network's answer about each digit as `prediction`, and
 * with `ink`, levels of some `width` and `height`, in place of `ink_picture`. On any failure it replies `{ failure }` and
 * must be replaced.
 *
 * To `{ id, kind: "explain", seen, without }`, with a picture if steps of the contract are left out, it replies `{ id,
 * answer }` as described in `digitpad.explanation.formats.to_dict`, but with arrays unpacked; and to `{ id, kind:
 * "weights", layer }` with `kernel` and `bias`. If that fails, it replies `{ id, error }`, and goes on.
 */

import { padded } from "./evidence.js";
import { Explainer, buffers } from "./explaining.js";
import { toLevels, toRows } from "./grey.js";
import { reduce, toPicture } from "./levels.js";
import { findDigits, readPage } from "./pages.js";
import { MOST_SIDE, agree, isDoubtful, isolate, lookAgain, mayBeSingle } from "./single.js";
import { BLANK, judge, rank } from "./verdict.js";

const INK_SIDE = 112; // px of the ink of a page, which is only for display
const WARM_SIDE = 140; // px; the first prediction is slow, so it is made on loading
const WITHOUT_DISTANCE = ["probabilities", "not_digit", "seen", "ink", "box", "centre", "scale", "stroke"];
const ALL = [...WITHOUT_DISTANCE, "distance"];

let runtime;
let digits;
let pages;
let settings;
let explainer; // once it is asked for

addEventListener("message", async ({ data }) => {
  if (data.kind === "explain" || data.kind === "weights") return tellInside(data);
  try {
    if (data.files) {
      await load(data);
      postMessage({ ready: true });
    } else {
      const started = performance.now();
      const answer = await (data.kind === "page" ? read(data) : predict(data));
      postMessage({ id: data.id, answer: { ...answer, time_ms: performance.now() - started } });
    }
  } catch (error) {
    postMessage({ failure: error.message || String(error) });
  }
});

async function load({ files, ...values }) {
  if (typeof WebAssembly !== "object") {
    throw new Error("Reading needs WebAssembly, which this browser does not support. The rest of the page works.");
  }
  const [script, wasmBinary, ...models] = await Promise.all(
    [files.script, files.wasm, files.digits, files.pages].map(fetchWhole),
  );
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  runtime = await import(address);
  URL.revokeObjectURL(address);
  // threads need headers that simple hosts do not send, and would not speed up such small networks
  Object.assign(runtime.env.wasm, { numThreads: 1, wasmBinary });
  [digits, pages] = [await open(models[0]), await open(models[1])]; // one at a time: the runtime starts with the first
  settings = values;
  await runDigits(new Uint8Array(4 * WARM_SIDE ** 2).fill(255), 1, WARM_SIDE, WARM_SIDE);
}

function open(model) {
  return runtime.InferenceSession.create(model, { executionProviders: ["wasm"] });
}

/** Tell what happens inside the digit network; models that tell it are loaded when they are first needed. */
async function tellInside({ id, kind, ...question }) {
  try {
    const { explaining, digits: { thresholds } } = settings;
    explainer ??= Explainer.load(explaining, { runtime, fetchWhole, open, thresholds }).catch((error) => {
      explainer = null; // the next question tries again
      throw error;
    });
    const answer = await (await explainer)[kind](question);
    postMessage({ id, answer }, buffers(answer));
  } catch ({ message }) {
    postMessage({ id, error: message });
  }
}

/** Fetch a file, and check that it has the digest that the page was built with. */
async function fetchWhole({ url, integrity }) {
  const response = await fetch(url, { integrity }).catch(() => {
    throw new Error(`Could not load ${url}: it is missing, cut short, or from another build.`);
  });
  return response.arrayBuffer();
}

async function runDigits(pixels, number, height, width, names = WITHOUT_DISTANCE) {
  return toData(await digits.run({ pixels: new runtime.Tensor("uint8", pixels, [number, height, width, 4]) }, names));
}

async function runPage({ pixels, height, width }) {
  return toData(await pages.run({ picture: new runtime.Tensor("uint8", pixels, [1, height, width, 3]) }));
}

function toData(outputs) {
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data]));
}

/** Answer for a drawing of one digit; what is doubtful is looked at again as a page. */
async function predict(drawing, found) {
  const { width, height, pixels } = drawing;
  const answer = toAnswer(await runDigits(pixels, 1, height, width, ALL), { width, height });
  if (!isDoubtful(answer)) return answer;
  return lookAgain(answer, found ?? (await find(toPicture(drawing), MOST_SIDE)), describe);
}

/** Read a page. */
async function read(page) {
  const picture = toPicture(page);
  const found = await find(picture);
  const reading = await readPage(picture, found, { runDigits, describe });
  const agreed = mayBeSingle(found) ? agree(reading, found, await predict(page, found)) : reading;
  return { text: agreed.lines.join("\n"), ...agreed, size: [page.height, page.width], ink: reduce(found.evidence.ink, INK_SIDE) };
}

function find(picture, most) {
  return findDigits(picture, { runPage, runDigits, ...settings.pages }, most);
}

/** What the digit network says of the ink of a glyph alone, in px of the picture that the steps are of. */
function describe({ evidence }, index, steps) {
  const glyph = evidence.glyphs[index];
  const [height, width] = padded(glyph.patch);
  return isolate(toAnswer(evidence.outputs[index], { width, height }), glyph, steps);
}

/** Convert the model's outputs for one drawing to an answer. */
function toAnswer({ probabilities, not_digit, seen, ink, box, centre, scale, stroke, distance }, { width, height }) {
  const isBlank = !(ink[0] > 0);
  const ranking = isBlank ? [] : rank(probabilities);
  const steps = { size: [height, width], isolated: false, ink: ink[0], distance: distance && toLevels(distance) };
  const measured = { box: [...box], centre: [...centre], scale: scale[0], stroke: [...stroke] };
  const nothing = { box: null, centre: null, scale: null, stroke: null };
  return {
    ...(isBlank ? BLANK : judge(probabilities, not_digit[0], settings.digits.thresholds)),
    digit: isBlank ? null : ranking[0],
    not_digit: isBlank ? 0 : not_digit[0],
    top_k: ranking.map((digit) => ({ digit, probability: probabilities[digit] })),
    seen: toRows(toLevels(seen), 28),
    steps: { ...steps, ...(isBlank ? nothing : measured) },
  };
}
