/** The strip of layers to choose from, each with a small picture of what it computed. */

import { largest, Mosaic, toMaps } from "./inside_tiles.js";
import { PICTURE } from "./inside_place.js";
import { check, followArrows } from "./radio.js";
import { write } from "./inside_words.js";

const THUMB = 112; // px of a small picture
const MOST_MAPS = 9;

/** The scores as a layer, which comes after the last. */
export const SCORE = { name: "score", shape: [1, 1, 11] };

export class Strip {
  #place;
  #choose;
  #key = "";
  #mosaics = new Map();

  /** `choose` is called with the name of a layer. */
  constructor(place, choose) {
    [this.#place, this.#choose] = [place, choose];
  }

  /** Show layers with their `maps`, by name; one is chosen. */
  paint(layers, maps, chosen, { palette, isOff }) {
    const key = layers.map(({ name, shape }) => `${name} ${shape}`).join();
    if (key !== this.#key) this.#build(layers);
    this.#key = key;
    [...this.#place.children].forEach((button, at) => {
      const { name } = layers[at];
      if (button.ariaChecked !== `${name === chosen}`) check(button, name === chosen);
      button.classList.toggle("dp-in-off", isOff(name));
      this.#paintThumb(button.querySelector("canvas").getContext("2d"), name, maps[name], palette);
    });
  }

  #build(layers) {
    const buttons = layers.map((layer) => {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.setAttribute("role", "radio");
      const canvas = Object.assign(document.createElement("canvas"), { width: THUMB, height: THUMB, ariaHidden: "true" });
      const [name, size] = ["strong", "small"].map((tag) => document.createElement(tag));
      write(name, layer.name);
      write(size, describeSize(layer).replace(", ", "\n"));
      button.append(canvas, name, size);
      button.addEventListener("click", () => this.#choose(layer.name));
      return button;
    });
    this.#place.replaceChildren(...buttons);
    followArrows(this.#place, buttons);
  }

  #paintThumb(context, name, values, palette) {
    const all = toMaps(values);
    const isUnits = all.height * all.width === 1;
    const count = isUnits ? all.count : Math.min(all.count, MOST_MAPS);
    const mosaic = this.#mosaics.get(name) ?? new Mosaic();
    this.#mosaics.set(name, mosaic);
    const scale = largest(values.data);
    const columns = Math.ceil(Math.sqrt(count));
    const picture = mosaic.paint({ ...all, count }, columns, (value) => palette.pixel(value / scale));
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, THUMB, THUMB);
    const side = THUMB / columns;
    const high = Math.ceil(count / columns) * side;
    context.drawImage(picture, 0, (THUMB - high) / 2, THUMB, high);
  }
}

/** The size of what a layer computes. */
export function describeSize({ name, shape: [height, width, count] }) {
  if (name === PICTURE.name) return `${width} × ${height} px`;
  if (name === SCORE.name) return "10 digits and “not a digit”";
  return height * width === 1 ? `${count} units` : `${count} maps, ${width} × ${height}`;
}
