/** The weights of a model's layers, each loaded when it is first shown. */

import { inTime } from "./question.js";

const RETRY_MS = 4000;
const SLOW = "they do not come; trying again…";
const SWITCHED = "they are those of another model; trying again…";

export class Weights {
  #load;
  #model;
  #changed;
  #found = new Map(); // by the names of their layers

  /**
   * @param {(layer: string) => Promise<object>} load  resolves to weights, with the `model` that has them if that is known
   * @param {string} [model]  that they are to be of
   * @param {(isSwitched: boolean) => void} changed  is called when there is something else to show; `isSwitched` if there
   *     is another model by now
   */
  constructor(load, model, changed) {
    [this.#load, this.#model, this.#changed] = [load, model, changed];
  }

  /** The `weights` of a layer, null until they are there, and the `problem` if they are not to be had now. */
  find(layer) {
    if (!this.#found.has(layer)) {
      this.#found.set(layer, { weights: null, problem: "" });
      this.#ask(layer);
    }
    return this.#found.get(layer);
  }

  async #ask(layer) {
    const found = await inTime(this.#load(layer), SLOW).catch((error) => ({ problem: error.message }));
    const isSwitched = Boolean(found.model && this.#model && found.model !== this.#model);
    const problem = isSwitched ? SWITCHED : (found.problem ?? "");
    this.#found.set(layer, { weights: problem ? null : found, problem });
    this.#changed(isSwitched);
    if (problem) setTimeout(() => this.#retry(layer), RETRY_MS);
  }

  /** Ask again, if the layer is still on show. */
  #retry(layer) {
    this.#found.delete(layer);
    this.#changed(false);
  }
}
