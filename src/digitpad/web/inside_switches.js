/** What is switched off: steps of the contract, layers and maps; and what the altered network says. */

import { listOff, nameStep, sayAnswer, write } from "./inside_words.js";

const NO_DRAWING = "These steps need the drawing. A digit of a number comes without it.";

export class Switches {
  #find;
  #off = new Set();
  #steps = [];
  #hasCanvas = true;
  #changed;

  constructor({ find }, changed) {
    [this.#find, this.#changed] = [find, changed];
    find("allOn").addEventListener("click", () => this.#switchAllOn());
    for (const name of ["steps", "stages"]) {
      find(name).addEventListener("change", ({ target }) => this.set(target.value, target.checked));
    }
  }

  /** The names of all that is off; steps of the contract are never off without a drawing. */
  get without() {
    return [...this.#off].filter((name) => this.#hasCanvas || !this.#steps.includes(name));
  }

  isOff(name) {
    return this.#off.has(name);
  }

  /** Whether a map is off, alone or with all of its layer. */
  isMapOff(layer, map) {
    return this.#off.has(layer) || this.#off.has(`${layer}/${map}`);
  }

  set(name, isOn) {
    if (isOn) this.#off.delete(name);
    else this.#off.add(name);
    this.#changed();
  }

  /** Say whether there is a drawing, without which steps of the contract cannot be left out. */
  allow(hasCanvas) {
    this.#hasCanvas = hasCanvas;
  }

  paint({ explanation, prediction }) {
    this.#steps = explanation.steps;
    const boxes = explanation.steps.map((step) => [step, nameStep(step)]);
    this.#showBoxes("steps", boxes, !this.#hasCanvas);
    this.#showBoxes("stages", explanation.layers.map(({ name }) => [name, name]), false);
    write(this.#find("stepsNote"), this.#hasCanvas ? "" : NO_DRAWING);
    this.#showBanner(explanation, prediction);
  }

  close() {}

  #showBanner(explanation, prediction) {
    const { without, status, digit } = explanation;
    this.#find("banner").hidden = !without.length;
    if (!without.length) return;
    const isRead = status === "digit" || status === "unsure";
    write(this.#find("altered"), isRead ? `${digit}` : "–");
    const said = `The altered network says ${sayAnswer(explanation)}; the model itself says ${sayAnswer(prediction)}.`;
    write(this.#find("bannerText"), `Switched off: ${listOff(without)}. ${said}`);
  }

  #showBoxes(name, values, isDisabled) {
    const place = this.#find(name);
    const key = values.join();
    if (place.dataset.key !== key) place.replaceChildren(...values.map(toBox));
    place.dataset.key = key;
    place.querySelectorAll("input").forEach((box) => {
      box.checked = isDisabled || !this.#off.has(box.value);
      box.disabled = isDisabled;
    });
  }

  #switchAllOn() {
    this.#off.clear();
    this.#changed();
    this.#find("look").focus(); // the button goes with its banner
  }
}

function toBox([value, name]) {
  const label = document.createElement("label");
  const box = Object.assign(document.createElement("input"), { type: "checkbox", value });
  label.append(box, ` ${name}`);
  return label;
}
