/** Rectangles around ink, [top, left, bottom, right] in px, as in `digitpad.pages.boxes`. */

export function area([top, left, bottom, right]) {
  return Math.max(0, bottom - top) * Math.max(0, right - left);
}

export function intersect(one, other) {
  return [
    Math.max(one[0], other[0]),
    Math.max(one[1], other[1]),
    Math.min(one[2], other[2]),
    Math.min(one[3], other[3]),
  ];
}

/** The area that two boxes share, as a share of what they cover together. */
export function agreement(one, other) {
  const shared = area(intersect(one, other));
  const covered = area(one) + area(other) - shared;
  return covered ? shared / covered : 0;
}

/** The smallest box around some boxes. */
export function join(boxes) {
  const edges = [0, 1, 2, 3].map((edge) => boxes.map((box) => box[edge]));
  return [Math.min(...edges[0]), Math.min(...edges[1]), Math.max(...edges[2]), Math.max(...edges[3])];
}

export function longerSide([top, left, bottom, right]) {
  return Math.max(bottom - top, right - left);
}
