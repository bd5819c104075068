/**
 * A picture at halved sizes, as in `digitpad.pages.levels`. A picture is `{ width, height, pixels }`, with pixels as
 * red, green and blue bytes; a level also has the `size` without what was filled up, its `scale`, and where it begins.
 */

const MULTIPLE = 32;
const LEAST = 48; // px, of the longer side of the smallest level
const ENLARGED_BELOW = 96; // px

/** A picture from RGBA pixels; what is transparent is white under dark ink, and black under light ink. */
export function toPicture({ width, height, pixels }) {
  const picture = newPicture(width, height);
  let [light, covered] = [0, 0];
  for (let at = 0; at < pixels.length; at += 4) {
    light += (pixels[at + 1] * pixels[at + 3]) / 255;
    covered += pixels[at + 3] / 255;
  }
  const paper = light > 127.5 * covered ? 0 : 255;
  for (let at = 0, to = 0; at < pixels.length; at += 4) {
    const share = pixels[at + 3] / 255;
    for (let channel = 0; channel < 3; channel += 1, to += 1) {
      picture.pixels[to] = Math.round(pixels[at + channel] * share + paper * (1 - share));
    }
  }
  return picture;
}

export function pyramid(picture) {
  let scale = Math.ceil(ENLARGED_BELOW / Math.max(picture.width, picture.height));
  let part = enlarge(picture, scale);
  const levels = [toLevel(part, scale)];
  while (Math.max(part.width, part.height) >= 2 * LEAST) {
    part = halve(part);
    scale /= 2;
    levels.push(toLevel(part, scale));
  }
  return levels;
}

/** A part of the picture, enlarged by a whole factor. */
export function closer(picture, enlarged, top, left, bottom, right) {
  return toLevel(enlarge(crop(picture, top, left, bottom, right), enlarged), enlarged, top, left);
}

/** Average squares of two by two pixels; an odd last row or column is repeated. */
function halve({ width, height, pixels }) {
  const half = newPicture(Math.ceil(width / 2), Math.ceil(height / 2));
  for (let y = 0, at = 0; y < half.height; y += 1) {
    const above = 6 * y * width;
    const below = 2 * y + 1 < height ? above + 3 * width : above;
    for (let x = 0; x < half.width; x += 1) {
      const right = 2 * x + 1 < width ? 3 : 0;
      for (let channel = 0; channel < 3; channel += 1, at += 1) {
        const here = 6 * x + channel;
        const sum =
          pixels[above + here] + pixels[above + here + right] + pixels[below + here] + pixels[below + here + right];
        half.pixels[at] = (sum + 2) >> 2;
      }
    }
  }
  return half;
}

/** Levels at most so long on their longer side: averages of squares, which are smaller at the right and lower edge. */
export function reduce({ width, height, levels }, side) {
  const times = Math.ceil(Math.max(width, height) / side);
  const [wide, high] = [width, height].map((length) => Math.ceil(length / times));
  const reduced = new Uint8Array(wide * high);
  for (let y = 0; y < high; y += 1) {
    for (let x = 0; x < wide; x += 1) {
      let [sum, count] = [0, 0];
      for (let row = y * times; row < Math.min(height, (y + 1) * times); row += 1) {
        for (let column = x * times; column < Math.min(width, (x + 1) * times); column += 1, count += 1) {
          sum += levels[row * width + column];
        }
      }
      reduced[y * wide + x] = Math.round(sum / count);
    }
  }
  return { width: wide, height: high, levels: reduced };
}

function enlarge(picture, times) {
  if (times <= 1) return picture;
  return sample(picture, times * picture.width, times * picture.height, (at) => Math.floor(at / times));
}

function crop(picture, top, left, bottom, right) {
  const part = newPicture(right - left, bottom - top);
  for (let y = 0; y < part.height; y += 1) {
    const start = 3 * ((top + y) * picture.width + left);
    part.pixels.set(picture.pixels.subarray(start, start + 3 * part.width), 3 * y * part.width);
  }
  return part;
}

function toLevel(picture, scale, top = 0, left = 0) {
  const [width, height] = [picture.width, picture.height].map((side) => MULTIPLE * Math.ceil(side / MULTIPLE));
  const filled = sample(picture, width, height, (at, side) => Math.min(at, side - 1));
  return { ...filled, size: [picture.height, picture.width], scale, top, left };
}

/** A picture whose rows and columns are those of another at other places. */
function sample(picture, width, height, place) {
  if (width === picture.width && height === picture.height) return picture;
  const sampled = newPicture(width, height);
  const columns = Array.from({ length: width }, (_, x) => 3 * place(x, picture.width));
  for (let y = 0, at = 0; y < height; y += 1) {
    const row = 3 * picture.width * place(y, picture.height);
    for (const column of columns) {
      sampled.pixels[at++] = picture.pixels[row + column];
      sampled.pixels[at++] = picture.pixels[row + column + 1];
      sampled.pixels[at++] = picture.pixels[row + column + 2];
    }
  }
  return sampled;
}

function newPicture(width, height) {
  return { width, height, pixels: new Uint8Array(3 * width * height) };
}
