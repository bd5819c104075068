/** Finds glyphs on a picture with the page network, and cuts out the ink of each, as `digitpad.pages.finder` does. */

import { closer, pyramid } from "./levels.js";

export const MOST_GLYPHS = 200;
export const PATCH_MARGIN = 6; // px of paper around the ink of a patch

const [SMALLEST, LARGEST] = [11, 105]; // px; glyphs of other sizes are left to another level
const BEST = [22, 52];
const TINY = 20;
const [TILE, TILE_MARGIN] = [448, 32];
const MOST_TILES = 8;
const LEAST_CHANCE = 0.3;
const [PAPER, INK] = [31, 224]; // levels of ink that count as none and as full
const SPREAD = Math.fround(255 / (INK - PAPER));

/**
 * Find glyphs at all levels of a picture, most of them more than once, and its ink at the finest level. `run` runs the
 * page graph on a level and returns the data of its outputs; levels with a side longer than `most` px are left out.
 */
export async function findGlyphs(picture, run, most = Infinity) {
  const levels = pyramid(picture);
  const kept = levels.filter(({ size }) => Math.max(...size) <= most);
  const found = [];
  let allInk = 0; // on the finest level
  let finest = null; // the ink itself
  for (const level of kept) {
    const outputs = await run(level);
    const ink = sumInk(level, outputs);
    allInk ||= ink;
    finest ??= toInk(level, outputs);
    found.push(cutAll(level, outputs, ink));
  }
  const closerUp = [];
  if (kept[0] === levels[0]) {
    const tiny = found[0].filter(({ size }) => size < TINY);
    for (const tile of toTiles(picture, 2 * kept[0].scale, tiny)) closerUp.push(cutAll(tile, await run(tile), allInk));
  }
  return { glyphs: [...closerUp, ...found].flat(), ink: finest };
}

/** The ink of a level without what was filled up. */
function toInk({ size: [height, width], width: stride }, { ink }) {
  const levels = new Uint8Array(height * width);
  for (let y = 0; y < height; y += 1) levels.set(ink.subarray(y * stride, y * stride + width), y * width);
  return { width, height, levels };
}

/** How well the size of a glyph suits the network, up to 1. */
export function fit({ size }) {
  return Math.min(1, size / BEST[0], BEST[1] / size);
}

/** Enlarged tiles of the picture, where there are tiny glyphs. */
function toTiles(picture, enlarged, tiny) {
  const counts = new Map();
  for (const { box } of tiny) {
    const tile = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2].map((at) => Math.floor(at / TILE)).join();
    counts.set(tile, (counts.get(tile) ?? 0) + 1);
  }
  const fullest = [...counts].sort(([, one], [, other]) => other - one).slice(0, MOST_TILES);
  return fullest.map(([tile]) => {
    const [row, column] = tile.split(",").map(Number);
    const [top, left] = [row, column].map((at) => Math.max(0, at * TILE - TILE_MARGIN));
    const bottom = Math.min(picture.height, (row + 1) * TILE + TILE_MARGIN);
    const right = Math.min(picture.width, (column + 1) * TILE + TILE_MARGIN);
    return closer(picture, enlarged, top, left, bottom, right);
  });
}

/** All ink on a level, in levels times square px of the picture. */
function sumInk({ size: [height, width], scale, width: stride }, { ink }) {
  let sum = 0;
  for (let y = 0; y < height; y += 1) {
    for (let at = y * stride; at < y * stride + width; at += 1) if (ink[at] > PAPER) sum += ink[at];
  }
  return sum / scale ** 2;
}

/** Cut out the ink of the glyphs on a level; `allInk` is that on the picture. */
function cutAll(level, { ink, owner, glyphs }, allInk) {
  const [height, width] = level.size;
  const pixels = Array.from({ length: MOST_GLYPHS + 1 }, () => []); // of each owner
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * level.width + x;
      if (ink[at] > PAPER) pixels[owner[(y >> 1) * (level.width >> 1) + (x >> 1)]].push(at);
    }
  }
  return pixels.slice(1).flatMap((own, number) => {
    const row = glyphs.subarray(15 * number, 15 * (number + 1));
    return own.length ? cut(level, ink, row, own, allInk) : [];
  });
}

/** Cut out the ink of one glyph; nothing if it is uncertain or too little ink for its size. */
function cut(level, ink, row, own, allInk) {
  const [, , size, chance] = row;
  let [top, left, bottom, right, sum] = [Infinity, Infinity, 0, 0, 0];
  for (const at of own) {
    const [y, x] = [Math.floor(at / level.width), at % level.width];
    [top, left] = [Math.min(top, y), Math.min(left, x)];
    [bottom, right] = [Math.max(bottom, y + 1), Math.max(right, x + 1)];
    sum += ink[at];
  }
  const longer = Math.max(bottom - top, right - left);
  if (chance < LEAST_CHANCE || size < SMALLEST || size > LARGEST || longer < 0.5 * size) return [];
  const [height, width] = [bottom - top + 2 * PATCH_MARGIN, right - left + 2 * PATCH_MARGIN];
  const patch = { width, height, levels: new Uint8Array(width * height).fill(255) };
  for (const at of own) {
    const [y, x] = [Math.floor(at / level.width) - top + PATCH_MARGIN, (at % level.width) - left + PATCH_MARGIN];
    const dark = Math.min(255, Math.max(0, Math.fround((ink[at] - PAPER) * SPREAD)));
    patch.levels[y * width + x] = 255 - Math.floor(dark);
  }
  const box = [top, left, bottom, right].map((edge, i) => edge / level.scale + (i % 2 ? level.left : level.top));
  const { scale, top: originTop, left: originLeft } = level;
  const share = sum / scale ** 2 / allInk;
  return [{ box, size, chance, logits: row.slice(4), patch, scale, share, origin: [originTop, originLeft] }];
}
