/** Where things are in the picture that the model saw. */

export const SIDE = 28; // px
const ROWS = ["top", "", "bottom"]; // thirds of the picture
const COLUMNS = ["left", "", "right"];
const INKED = 0.2; // mean ink of a place that is said to be on the ink

/** The picture as a layer, which comes before the first. */
export const PICTURE = { name: "picture", shape: [SIDE, SIDE, 1], window: 1, stride: 1, padding: 0, start: 0, step: 1, field: 1 };

/** What a unit of a layer looks at, px of the picture; parts may lie outside. */
export function toField({ start, step, field }, [row, column]) {
  return { top: start + row * step, left: start + column * step, side: field };
}

/** The square that stands for a place of the grid, px of the picture. */
export function toSquare({ start, step, field }, [row, column]) {
  const first = start + field / 2 - step / 2;
  return { top: first + row * step, left: first + column * step, side: step };
}

/** The place of the grid at a point of the picture, px; null if there is none. */
export function placeAt(grid, [x, y]) {
  const { top, left, side } = toSquare(grid, [0, 0]);
  const [row, column] = [Math.floor((y - top) / side), Math.floor((x - left) / side)];
  return row >= 0 && column >= 0 && row < grid.shape[0] && column < grid.shape[1] ? [row, column] : null;
}

/** Where a place of the grid is, in words: "at the top left", "in the middle", "at the right", ... */
export function describePlace({ shape }, place) {
  const [row, column] = place.map((at, axis) => Math.floor((3 * (at + 0.5)) / shape[axis]));
  if (row === 1 && column === 1) return "in the middle";
  return `at the ${[ROWS[row], COLUMNS[column]].filter(Boolean).join(" ")}`;
}

/** Whether a square of the picture is mostly on the ink, or beside it. */
export function isOnInk(seen, { top, left, side }) {
  let [sum, count] = [0, 0];
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(SIDE, top + side); y += 1) {
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(SIDE, left + side); x += 1) {
      sum += seen[y][x] / 255;
      count += 1;
    }
  }
  return count > 0 && sum / count > INKED;
}
