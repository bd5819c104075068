/** Pointing at cells of a canvas: with the mouse, a finger, or the arrow keys. */

const WAYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * Follow whoever points at cells.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {object} cells
 * @param {(point: number[]) => number[] | null} cells.find  the cell [row, column] at a point, in shares of the canvas
 * @param {() => number[]} cells.size  how many rows and columns there are
 * @param {() => number[] | null} cells.chosen
 * @param {(cell: number[] | null, isByKey: boolean) => void} cells.choose
 * @param {boolean} [cells.follows]  whether the mouse points without a click
 * @param {boolean} [cells.lets]  whether Escape chooses none, and so does a mouse that leaves
 */
export function followCells(canvas, { find, size, chosen, choose, follows = true, lets = false }) {
  const point = ({ offsetX, offsetY }) => {
    const cell = find([offsetX / canvas.clientWidth, offsetY / canvas.clientHeight]);
    if (cell && String(cell) !== String(chosen())) choose(cell, false);
  };
  canvas.addEventListener("pointerdown", point);
  if (follows) canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerleave", ({ pointerType }) => {
    if (lets && pointerType === "mouse" && chosen()) choose(null, false);
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && lets && chosen()) choose(null, true);
    else if (event.key in WAYS) choose(move(chosen(), WAYS[event.key], size()), true);
    else return;
    event.preventDefault();
    event.stopPropagation(); // Escape also clears the pad
  });
}

function move(cell, way, size) {
  if (!cell) return size.map((count) => Math.floor((count - 1) / 2));
  return cell.map((at, axis) => Math.max(0, Math.min(size[axis] - 1, at + way[axis])));
}
