/** A number as buttons, a box over each of its digits, and one digit that is chosen to be explained. */

import { caption, isRead } from "./answer.js";
import { check, followArrows } from "./radio.js";

export class NumberView {
  #place;
  #boxes;
  #explain;
  #shown = null;
  #key = "";
  #chosen = -1;
  #buttons = new Map(); // by the place of the digit in the reading

  /**
   * `place` is for the buttons, `boxes` lies over what was read; `explain` is called with the digit that is chosen, or
   * null, and with what is shown.
   */
  constructor(place, boxes, explain) {
    [this.#place, this.#boxes, this.#explain] = [place, boxes, explain];
  }

  hide() {
    this.#shown = null;
    this.#key = "";
    this.#buttons.clear();
    this.#place.hidden = true;
    this.#place.replaceChildren();
    this.#boxes.replaceChildren();
  }

  /** Show a `reading`. While it has as many digits as the one before, the same one stays chosen. */
  show(shown) {
    const { reading } = shown;
    const key = JSON.stringify(reading.digits.map(({ line }) => line));
    const isNew = key !== this.#key;
    this.#shown = shown;
    this.#key = key;
    if (isNew) this.#addButtons();
    this.#buttons.forEach((button, at) => describe(button, reading.digits[at]));
    this.#place.hidden = !reading.text;
    this.#boxes.replaceChildren(...reading.digits.map((digit) => toBox(digit, reading.size)));
    this.#choose(isNew ? this.#first() : this.#chosen);
  }

  /** Choose the digit at a point, given in shares of what was read; nothing if there is none. */
  chooseAt([x, y]) {
    if (!this.#shown) return;
    const { digits, size } = this.#shown.reading;
    const [row, column] = [y * size[0], x * size[1]];
    const isHere = ({ box: [top, left, bottom, right] }) => row >= top && row <= bottom && column >= left && column <= right;
    const at = digits.findIndex(isHere);
    if (at >= 0) this.#choose(at);
  }

  #addButtons() {
    const { digits, lines } = this.#shown.reading;
    const rows = lines.map(() => document.createElement("div"));
    this.#buttons.clear();
    digits.forEach((digit, at) => {
      if (digit.line === null) return;
      const button = newButton();
      button.addEventListener("click", () => this.#choose(at));
      this.#buttons.set(at, button);
      rows[digit.line].append(button);
    });
    this.#place.replaceChildren(...rows);
    followArrows(this.#place, [...this.#place.querySelectorAll("button")]);
  }

  /** The digit that is explained at first: one that needs to be looked at, or else the first. */
  #first() {
    const { digits } = this.#shown.reading;
    return Math.max(0, digits.findIndex(({ line, status }) => line !== null && status === "unsure"));
  }

  #choose(at) {
    this.#chosen = at;
    this.#buttons.forEach((button, index) => check(button, index === at));
    if (!this.#buttons.has(at)) this.#place.querySelector("button")?.setAttribute("tabindex", 0);
    [...this.#boxes.children].forEach((box, index) => box.classList.toggle("dp-chosen", index === at));
    this.#explain(this.#shown.reading.digits[at] ?? null, this.#shown);
  }
}

function newButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("role", "radio");
  return button;
}

function describe(button, digit) {
  button.dataset.status = digit.status;
  button.textContent = isRead(digit) ? digit.digit : "?";
  button.setAttribute("aria-label", isRead(digit) ? caption(digit) : "Not a digit");
}

function toLabel(digit) {
  if (!isRead(digit)) return "";
  return digit.status === "unsure" ? `${digit.digit}?` : digit.digit;
}

function toBox(digit, [height, width]) {
  const box = document.createElement("span");
  const [top, left, bottom, right] = digit.box;
  box.dataset.status = digit.status;
  box.dataset.label = toLabel(digit);
  place(box, { left, top, width: right - left, height: bottom - top }, [width, height]);
  return box;
}

/** Place an element over a part of another of some size. */
export function place(element, { left, top, width, height }, [wide, high]) {
  const share = (length, whole) => `${(100 * length) / whole}%`;
  Object.assign(element.style, {
    left: share(left, wide),
    top: share(top, high),
    width: share(width, wide),
    height: share(height, high),
  });
}
