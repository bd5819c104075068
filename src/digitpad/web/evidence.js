/** What both networks say of the glyphs on a page, as in `digitpad.pages.evidence`. */

import { findGlyphs } from "./finder.js";

export const FLOOR = 1e-7; // probabilities below this are no more telling

const DIGIT_FLOOR = 1e-5; // of the chance of being a digit at all, which is 1 minus a float32 near 1
const BUCKET = 16; // px: patches are filled up to multiples of this, so that many are read at once

/**
 * Find the glyphs of a picture, and ask both networks about each. `runPage` and `runDigits` run their graphs and return
 * the data of the outputs; the second gets many drawings of one size.
 */
export async function gather(picture, runPage, runDigits, most) {
  const { glyphs, ink } = await findGlyphs(picture, runPage, most);
  const { looks, outputs } = await look(glyphs.map(({ patch }) => patch), runDigits);
  return { glyphs, ink, digit: looks, page: glyphs.map(({ logits }) => logSoftmax(logits)), outputs };
}

/** Ask the digit network about patches: log probabilities of the digits and of not being one, and all outputs. */
export async function look(patches, runDigits) {
  const buckets = new Map();
  patches.forEach((patch, index) => {
    const size = padded(patch);
    const bucket = buckets.get(size.join()) ?? { size, indices: [] };
    bucket.indices.push(index);
    buckets.set(size.join(), bucket);
  });
  const outputs = [];
  for (const { size, indices } of buckets.values()) {
    const named = await runDigits(toPixels(indices.map((index) => patches[index]), size), indices.length, ...size);
    indices.forEach((index, place) => {
      outputs[index] = Object.fromEntries(
        Object.entries(named).map(([name, data]) => {
          const length = data.length / indices.length;
          return [name, data.slice(place * length, (place + 1) * length)];
        }),
      );
    });
  }
  return { looks: outputs.map(logShares), outputs };
}

/** Height and width of a patch when it is filled up, px. */
export function padded({ height, width }) {
  return [height, width].map((side) => BUCKET * Math.ceil(side / BUCKET));
}

/** Patches as RGBA, black on white, filled up with white. */
function toPixels(patches, [height, width]) {
  const pixels = new Uint8Array(4 * patches.length * height * width).fill(255);
  patches.forEach((patch, number) => {
    patch.levels.forEach((level, index) => {
      const at = 4 * ((number * height + Math.floor(index / patch.width)) * width + (index % patch.width));
      pixels.fill(level, at, at + 3);
    });
  });
  return pixels;
}

function logShares({ probabilities, not_digit: [notDigit] }) {
  const isDigit = Math.log(Math.max(1 - notDigit, DIGIT_FLOOR));
  const digits = [...probabilities].map((probability) => Math.log(Math.max(probability, FLOOR)) + isDigit);
  return [...digits, Math.log(Math.max(notDigit, FLOOR))];
}

function logSoftmax(logits) {
  const values = [...logits];
  const largest = Math.max(...values);
  const sum = Math.log(values.reduce((total, value) => total + Math.exp(value - largest), 0));
  return values.map((value) => Math.max(value - largest - sum, Math.log(FLOOR)));
}
