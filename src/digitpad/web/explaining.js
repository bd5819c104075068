/** Tells what happens inside the digit network, as `digitpad.explanation` does and with the same graphs. */

import { toLevels, toRows } from "./grey.js";
import { BLANK, judge, rank } from "./verdict.js";

const SIDE = 28;
const NEEDS_NETWORK = "Looking inside needs the network once, to load what tells of the model.";
const OUTPUTS = ["logits", "probabilities", "not_digit", "bias", "evidence"];

export class Explainer {
  #card;
  #runtime;
  #layers;
  #contract;
  #thresholds;

  /** Load the graphs; `address` is that of what their cards say. */
  static async load(address, { runtime, fetchWhole, open, thresholds }) {
    const explainer = new Explainer();
    const card = await fetchCard(address);
    const [layers, contract] = await Promise.all([card.files.layers, card.files.contract].map(fetchWhole)).catch((error) => {
      throw new Error(`${NEEDS_NETWORK} ${error.message}`);
    });
    [explainer.#layers, explainer.#contract] = [await open(layers), await open(contract)];
    [explainer.#card, explainer.#runtime, explainer.#thresholds] = [card, runtime, thresholds];
    return explainer;
  }

  async explain({ seen, without, ...picture }) {
    const { files, layers, steps, ...told } = this.#card;
    const left = [...steps.keys()].filter((at) => without.includes(steps[at]));
    const off = [...new Set(without.filter((name) => !steps.includes(name)).flatMap((name) => this.#number(name)))];
    const levels = left.length ? await this.#see(picture, left) : Uint8Array.from(seen.flat());
    const maps = layers.map(({ name }) => toOutput(name));
    const found = await this.#run(levels, [...OUTPUTS, ...maps], off);
    return {
      ...this.#judge(levels, found),
      seen: toRows(levels, SIDE),
      logits: [...found.logits.data],
      bias: [...found.bias.data],
      evidence: found.evidence,
      maps: Object.fromEntries(layers.map(({ name }, index) => [name, found[maps[index]]])),
      ...told,
      layers,
      steps,
      without: [...new Set(without)],
    };
  }

  async weights({ layer }) {
    const [kernel, bias] = ["kernel", "bias"].map((part) => `${toOutput(layer)}_${part}`);
    const found = await this.#run(new Uint8Array(SIDE * SIDE), [kernel, bias], []);
    return { kernel: found[kernel], bias: found[bias] };
  }

  #judge(levels, { probabilities, not_digit }) {
    const isBlank = !levels.some(Boolean);
    const ranking = isBlank ? [] : rank(probabilities.data);
    return {
      ...(isBlank ? BLANK : judge(probabilities.data, not_digit.data[0], this.#thresholds)),
      digit: isBlank ? null : ranking[0],
      top_k: ranking.map((digit) => ({ digit, probability: probabilities.data[digit] })),
      not_digit: not_digit.data[0],
    };
  }

  /** What the network would see of a picture without some steps of the contract. */
  async #see({ pixels, width, height }, left) {
    if (!pixels) throw new Error("Expected the drawing, to leave out steps of the contract; got only what the model saw.");
    const given = { pixels: new this.#runtime.Tensor("uint8", pixels, [1, height, width, 4]), off: this.#off(left) };
    const { seen } = await this.#contract.run(given, ["seen"]);
    return toLevels(seen.data);
  }

  async #run(levels, names, off) {
    const given = { seen: new this.#runtime.Tensor("uint8", levels, [1, SIDE, SIDE, 1]), off: this.#off(off) };
    const outputs = Object.entries(await this.#layers.run(given, names));
    return Object.fromEntries(outputs.map(([name, { dims, data }]) => [name, { shape: [...dims], data }]));
  }

  #off(numbers) {
    const given = numbers.length ? numbers : [-1];
    return new this.#runtime.Tensor("int32", Int32Array.from(given), [given.length]);
  }

  /** The maps that a name such as "convolution 2" or "convolution 2/17" stands for, counted through all layers. */
  #number(name) {
    const [wanted, index] = name.split("/");
    let first = 0;
    for (const { name: each, shape } of this.#card.layers) {
      const count = shape.at(-1);
      if (each === wanted && index === undefined) return Array.from({ length: count }, (_, at) => first + at);
      if (each === wanted && /^[0-9]+$/.test(index) && Number(index) < count) return [first + Number(index)];
      first += count;
    }
    throw new Error(`Expected a step of the contract, a layer or one of its maps; got ${name}.`);
  }
}

async function fetchCard(address) {
  const response = await fetch(address).catch(() => null);
  const card = response?.ok && (await response.json().catch(() => null));
  if (!card) throw new Error(`${NEEDS_NETWORK} Could not load ${address}.`);
  return card;
}

function toOutput(name) {
  return name.replaceAll(" ", "_");
}

/** What can be handed over to another thread. */
export function buffers({ evidence, maps = {}, kernel, bias }) {
  return [evidence, kernel, bias, ...Object.values(maps)].flatMap((array) => array?.data?.buffer ?? []);
}
