/** A picture that was opened or taken: shown whole, turned as one likes, and read whole or in part. */

import { crop, rotate, shrink } from "./canvas.js";

const SIDE = 1600; // px, the longest side of what is shown and read; larger pages are not read better

/** Never changed: a turned picture, or one that is read in part, is another one. */
export class Picture {
  #source; // a file, or a canvas; as large as it came, because a part of it may show more than the whole when shrunk
  #turns;

  constructor(source, turns, image, part = null, asked = image) {
    this.#source = source;
    this.#turns = turns;
    this.image = image; // what is shown, a canvas
    this.part = part; // what is read of it, in shares of its width and height; null for all
    this.asked = asked; // what is read, a canvas
  }

  /** Open a file or a canvas; rejects if the browser cannot decode it. */
  static async open(source) {
    return new Picture(source, 0, await decode(source, 0, WHOLE));
  }

  /** Turn it by 90 degrees to the right. */
  rotate() {
    return new Picture(this.#source, (this.#turns + 1) % 4, rotate(this.image));
  }

  /** Read only a part, as large as it came; null for all. */
  async select(part) {
    if (!part) return new Picture(this.#source, this.#turns, this.image);
    return new Picture(this.#source, this.#turns, this.image, part, await decode(this.#source, this.#turns, part));
  }
}

const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

/** A part of a picture after so many turns, as a canvas of at most `SIDE` px. */
async function decode(source, turns, part) {
  let place = part;
  for (let left = turns; left > 0; left -= 1) place = turnBack(place);
  const image = source instanceof Blob ? await open(source) : source;
  let canvas = shrink(crop(image, place), SIDE);
  for (let left = turns; left > 0; left -= 1) canvas = rotate(canvas);
  canvas.dataset.paper = paperUnder(canvas.getContext("2d"));
  return canvas;
}

/** Open a file as an image element, which every browser shows the right way up, as its EXIF says. */
async function open(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
  } finally {
    URL.revokeObjectURL(image.src);
  }
  return image;
}

/** Where a part of a picture was before the picture was turned to the right. */
function turnBack({ left, top, width, height }) {
  return { left: top, top: 1 - left - width, width: height, height: width };
}

/**
 * The paper colour under a transparent picture, found as in the contract: the colour of the border if that is opaque,
 * otherwise white under dark ink and black under light ink.
 */
function paperUnder(context) {
  const { width, height } = context.canvas;
  const sides = [[0, 0, width, 1], [0, height - 1, width, 1], [0, 0, 1, height], [width - 1, 0, 1, height]];
  const border = sides.flatMap((side) => [...context.getImageData(...side).data]);
  const [red, green, blue, opacity] = [0, 1, 2, 3].map((channel) => border.filter((_, index) => index % 4 === channel));
  if (mean(opacity) > 127.5) return `rgb(${[red, green, blue].map(median)})`;
  const { data } = context.getImageData(0, 0, width, height);
  let [ink, light] = [0, 0];
  for (let index = 0; index < data.length; index += 4) {
    ink += data[index + 3];
    light += data[index + 3] * data[index + 1];
  }
  return light > 127.5 * ink ? "#000" : "#fff";
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
