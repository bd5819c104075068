/** What is switched off: steps of the contract, layers and maps; and what the altered network says. */

import { listOff, nameStep, sayAnswer, write } from "./inside_words.js";

const NO_DRAWING = "These steps need the drawing. A digit of a number comes without it.";
const APART = "These steps need the ink alone. This digit was read apart from other marks.";
const ALL_ON = "All is switched on.";

export class Switches {
  #find;
  #off = new Set();
  #steps = [];
  #hasCanvas = true;
  #isApart = false;
  #isToggled = false; // by a person, who has to be told what became of it
  #changed;
  #announce;

  constructor({ find, announce }, changed) {
    [this.#find, this.#changed, this.#announce] = [find, changed, announce];
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

  /** Whether a step of the contract is off, which takes the drawing. */
  get needsCanvas() {
    return this.without.some((name) => this.#steps.includes(name));
  }

  set(name, isOn) {
    if (isOn) this.#off.delete(name);
    else this.#off.add(name);
    this.#isToggled = true;
    this.#changed();
  }

  /**
   * Say whether there is a drawing, without which steps of the contract cannot be left out, and whether what was read is
   * only a part of it.
   */
  allow(hasCanvas, isApart) {
    [this.#hasCanvas, this.#isApart] = [hasCanvas && !isApart, isApart];
  }

  /** Forget what is off, which may be no part of another model. */
  forget() {
    this.#off.clear();
  }

  paint({ explanation }) {
    this.#steps = explanation.steps;
    const boxes = explanation.steps.map((step) => [step, nameStep(step)]);
    this.#showBoxes("steps", boxes, !this.#hasCanvas);
    this.#showBoxes("stages", explanation.layers.map(({ name }) => [name, name]), false);
    write(this.#find("stepsNote"), this.#hasCanvas ? "" : this.#isApart ? APART : NO_DRAWING);
  }

  close() {}

  /** Say what is off, and what the network says then, at once: nobody is to take the altered network for the model. */
  showBanner({ explanation, prediction }) {
    const { without, status, digit } = explanation;
    const isRead = status === "digit" || status === "unsure";
    const said = `The altered network says ${sayAnswer(explanation)}; the model itself says ${sayAnswer(prediction)}.`;
    const text = without.length ? `Switched off: ${listOff(without)}. ${said}` : "";
    this.#find("banner").hidden = !text;
    write(this.#find("altered"), isRead ? `${digit}` : "–");
    write(this.#find("bannerText"), text);
    if (this.#isToggled) this.#announce(text || ALL_ON);
    this.#isToggled = false;
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
    this.#isToggled = true;
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
