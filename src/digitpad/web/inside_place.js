/** Where things are in the picture that the model saw. */

export const SIDE = 28; // px
const ROWS = ["top", "", "bottom"]; // thirds of the picture
const COLUMNS = ["left", "", "right"];
const INKED = 0.2; // mean ink of a place that is said to be on the ink

/** The picture as a layer, which comes before the first. */
export const PICTURE = { name: "picture", shape: [SIDE, SIDE, 1], window: 1, stride: 1, padding: 0, start: 0, step: 1, field: 1 };

/** What a unit of a layer looks at, px of the picture; parts may lie outside. */
export function toField({ start, step, field }, [row, column]) {
  return { top: start + row * step, left: start + column * step, height: field, width: field };
}

/** What stands for a place of the grid, px of the picture: a square; the outer ones reach the picture's edge. */
export function toSquare(grid, [row, column]) {
  const [[top, bottom], [left, right]] = [toSpan(grid, row, 0), toSpan(grid, column, 1)];
  return { top, left, height: bottom - top, width: right - left };
}

function toSpan({ start, step, field, shape }, at, axis) {
  const edge = (place) => Math.max(0, Math.min(SIDE, start + field / 2 + (place - 0.5) * step));
  return [at === 0 ? 0 : edge(at), at === shape[axis] - 1 ? SIDE : edge(at + 1)];
}

/** The place of the grid at a point of the picture, px. */
export function placeAt({ start, step, field, shape }, [x, y]) {
  const find = (px, axis) => Math.max(0, Math.min(shape[axis] - 1, Math.floor((px - start - field / 2) / step + 0.5)));
  return [find(y, 0), find(x, 1)];
}

/** Whether parts of a square are outside of the picture. */
export function sticksOut({ top, left, height, width }) {
  return top < 0 || left < 0 || top + height > SIDE || left + width > SIDE;
}

/** Where a place of the grid is, in words: "at the top left", "in the middle", "at the right", ... */
export function describePlace({ shape }, place) {
  const [row, column] = place.map((at, axis) => Math.floor((3 * (at + 0.5)) / shape[axis]));
  if (row === 1 && column === 1) return "in the middle";
  return `at the ${[ROWS[row], COLUMNS[column]].filter(Boolean).join(" ")}`;
}

/** Whether a square of the picture is mostly on the ink, or beside it. */
export function isOnInk(seen, { top, left, height, width }) {
  let [sum, count] = [0, 0];
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(SIDE, top + height); y += 1) {
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(SIDE, left + width); x += 1) {
      sum += seen[y][x] / 255;
      count += 1;
    }
  }
  return count > 0 && sum / count > INKED;
}
