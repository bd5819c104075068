/** Recent drawings and their answers, which can be put back on the pad. */

import { caption } from "./answer.js";
import { newCanvas, paintFitted } from "./canvas.js";
import { THUMB_SIDE } from "./steps.js";

const MOST = 8;

export class Recents {
  #place;
  #list;

  /** `list` is a list in `place`, which is hidden while the list is empty. */
  constructor(place, list) {
    [this.#place, this.#list] = [place, list];
  }

  /** Add what was shown of a drawing; `restore` is called with it when it is to be put back. */
  add(shown, restore) {
    const { canvas, prediction, reading } = shown;
    const answer = reading ? reading.lines.join(" ") : caption(prediction);
    const item = document.createElement("li");
    item.dataset.state = reading ? "number" : prediction.status;
    const button = document.createElement("button");
    button.type = "button";
    button.title = "Put it back on the pad";
    button.setAttribute("aria-label", `${answer}. Put it back on the pad.`);
    const picture = newCanvas(THUMB_SIDE, THUMB_SIDE);
    paintFitted(picture.getContext("2d"), canvas);
    const label = document.createElement("span");
    label.textContent = answer;
    button.append(picture, label);
    button.addEventListener("click", () => {
      item.remove();
      this.#place.hidden = this.#list.children.length === 0;
      restore(shown);
    });
    item.append(button);
    this.#list.prepend(item);
    while (this.#list.children.length > MOST) this.#list.lastElementChild.remove();
    this.#place.hidden = false;
  }
}
