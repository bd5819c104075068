/** Reading order, as in `digitpad.pages.order`: which digits form a line, and where one number ends and the next begins. */

const OVERLAP = 0.45; // of the lower of two heights: neighbours in a line overlap at least this much
const LIKE = 0.4; // neighbours in a line are at least this much as high as each other
const FAR = 5; // heights: digits further apart are not neighbours
const MOST_TILT = (25 * Math.PI) / 180;
const APART = 0.5; // heights: gaps between numbers are wider than those within them by at least this, on average
const EXPLAINED = 0.8; // of the variance of gaps: by parting them in two; evenly spread gaps have 0.75

/** Lines from top to bottom; each is a list of numbers from left to right, and each of those a list of indices. */
export function toLines(boxes) {
  if (!boxes.length) return [];
  const rows = toRows(upright(boxes, tilt(boxes)));
  const limit = widestGapWithin(rows.flatMap(gaps));
  return rows.map((row) => split(row, limit).map((number) => number.map(({ index }) => index)));
}

export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How far the lines fall to the right, radians: the median direction to the nearest neighbour on the right. */
function tilt(boxes) {
  const placed = upright(boxes, 0);
  const directions = placed.flatMap((box) => {
    const reach = 3 * Math.max(box.height, box.width);
    const near = placed
      .map((other) => [other.x - box.x, other.y - box.y])
      .filter(([x, y]) => x > 0 && x < reach && Math.abs(y) < 0.5 * x);
    if (!near.length) return [];
    const cost = ([x, y]) => x + 2 * Math.abs(y);
    const [x, y] = near.reduce((best, step) => (cost(step) < cost(best) ? step : best));
    return [Math.atan2(y, x)];
  });
  if (directions.length < 2) return 0; // one neighbour says little: digits of a number are not level
  return Math.max(-MOST_TILT, Math.min(MOST_TILT, median(directions)));
}

/** Turn boxes around the origin, so that lines are level. */
function upright(boxes, angle) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return boxes.map(([top, left, bottom, right], index) => {
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    return { index, x: x * cos + y * sin, y: y * cos - x * sin, height: bottom - top, width: right - left };
  });
}

/** Chain every box to the nearest row that ends to its left and overlaps it. */
function toRows(placed) {
  const rows = [];
  for (const box of [...placed].sort((one, other) => one.x - other.x)) {
    let [best, nearest] = [null, Infinity];
    for (const row of rows) {
      const last = row.at(-1);
      const [low, high] = [Math.min(box.height, last.height), Math.max(box.height, last.height)];
      const overlap =
        Math.min(box.y + box.height / 2, last.y + last.height / 2) -
        Math.max(box.y - box.height / 2, last.y - last.height / 2);
      const step = box.x - last.x;
      const away = Math.abs(box.y - last.y) / low + (0.1 * step) / low;
      if (overlap > OVERLAP * low && low > LIKE * high && step < FAR * high && away < nearest) {
        [best, nearest] = [row, away];
      }
    }
    if (best) best.push(box);
    else rows.push([box]);
  }
  return inOrder(rows);
}

/** Rows from top to bottom; those at the same height, as in columns, from left to right. */
function inOrder(rows) {
  const height = (row) => median(row.map((box) => box.height));
  const middle = (row) => median(row.map((box) => box.y));
  const ordered = [];
  let rest = [...rows].sort((one, other) => middle(one) - middle(other));
  while (rest.length) {
    const [first] = rest;
    const level = rest.filter((row) => Math.abs(middle(row) - middle(first)) < 0.5 * height(first));
    ordered.push(...[...level].sort((one, other) => one[0].x - other[0].x));
    rest = rest.filter((row) => !level.includes(row));
  }
  return ordered;
}

/** Gaps between neighbours, in heights. */
function gaps(row) {
  const height = median(row.map((box) => box.height));
  return row.slice(1).map((box, i) => (box.x - box.width / 2 - row[i].x - row[i].width / 2) / height);
}

/** The widest gap within a number: gaps are parted in two where the parts differ most (Otsu), if they clearly do. */
function widestGapWithin(found) {
  const ordered = [...found].sort((one, other) => one - other);
  const total = found.reduce((sum, gap) => sum + gap, 0);
  let [most, apart, widest, below] = [0, 0, Infinity, 0];
  ordered.slice(0, -1).forEach((low, i) => {
    below += low;
    const [count, above] = [i + 1, ordered.length - i - 1];
    const difference = (total - below) / above - below / count;
    const explained = (count * above * difference ** 2) / ordered.length;
    if (explained > most) [most, apart, widest] = [explained, difference, low];
  });
  const mean = total / ordered.length;
  const spread = ordered.reduce((sum, gap) => sum + (gap - mean) ** 2, 0);
  return apart > APART && most > EXPLAINED * spread ? widest : Infinity;
}

function split(row, limit) {
  const numbers = [[row[0]]];
  gaps(row).forEach((gap, i) => {
    if (gap > limit + 1e-6) numbers.push([row[i + 1]]);
    else numbers.at(-1).push(row[i + 1]);
  });
  return numbers;
}
