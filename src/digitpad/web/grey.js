/** Levels of grey, as Python has them. */

/** Convert values from 0 to 1 to levels from 0 to 255, rounding halves to even as NumPy does. */
export function toLevels(shares) {
  return Uint8Array.from(shares, (share) => {
    const level = Math.fround(255 * share);
    return level % 1 === 0.5 ? 2 * Math.round(level / 2) : Math.round(level);
  });
}

/** Levels, row by row. */
export function toRows(values, width) {
  return Array.from({ length: values.length / width }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
}
