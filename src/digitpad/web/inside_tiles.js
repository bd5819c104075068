/** Maps as tiles: many small pictures, painted as one. */

/** Paints the values of many maps into one small picture, a pixel a value; so a canvas gets them all at once. */
export class Mosaic {
  #canvas = document.createElement("canvas");
  #data = null;

  /**
   * @param {object} maps
   * @param {number} maps.count  of the maps
   * @param {number} maps.height  of a map, and so on
   * @param {(map: number, row: number, column: number) => number} maps.at  a value
   * @param {number} columns  of tiles
   * @param {(value: number) => number} pixel  its colour
   * @returns {HTMLCanvasElement}  the same each time
   */
  paint({ count, height, width, at }, columns, pixel) {
    const [wide, high] = [columns * width, Math.ceil(count / columns) * height];
    if (this.#data?.width !== wide || this.#data.height !== high) {
      Object.assign(this.#canvas, { width: wide, height: high });
      this.#data = new ImageData(wide, high);
    }
    const pixels = new Uint32Array(this.#data.data.buffer).fill(0);
    for (let map = 0; map < count; map += 1) {
      const first = Math.floor(map / columns) * height * wide + (map % columns) * width;
      for (let row = 0; row < height; row += 1) {
        for (let column = 0; column < width; column += 1) pixels[first + row * wide + column] = pixel(at(map, row, column));
      }
    }
    this.#canvas.getContext("2d").putImageData(this.#data, 0, 0);
    return this.#canvas;
  }
}

/** The maps of a layer, for a mosaic. */
export function toMaps({ shape: [height, width, count], data }) {
  return { count, height, width, at: (map, row, column) => data[(row * width + column) * count + map] };
}

/** The largest absolute value of an array, at least a little above zero. */
export function largest(data) {
  let most = 1e-6;
  for (const value of data) most = Math.max(most, Math.abs(value));
  return most;
}

/** How many columns of tiles fill a place so wide and about so high. */
export function countColumns(count, width, height, least) {
  const side = Math.max(least, Math.min(72, Math.sqrt((width * height) / count)));
  return Math.max(1, Math.min(count, Math.floor(width / side)));
}

/** Paint a mosaic of `count` tiles over a context so wide, with gaps; some are crossed out, one is framed. */
export function paintTiles(context, picture, { count, columns, width, height, gap, isOff, chosen, accent }) {
  const rows = Math.ceil(count / columns);
  const [wide, high] = [width / columns, height / rows];
  context.drawImage(picture, 0, 0, width, height);
  for (let line = 1; line < columns; line += 1) context.clearRect(line * wide - gap / 2, 0, gap, height);
  for (let line = 1; line < rows; line += 1) context.clearRect(0, line * high - gap / 2, width, gap);
  const corner = (map) => [(map % columns) * wide, Math.floor(map / columns) * high];
  context.strokeStyle = accent;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let map = 0; map < count; map += 1) {
    if (!isOff(map)) continue;
    const [x, y] = corner(map);
    context.moveTo(x + 2, y + high - 2);
    context.lineTo(x + wide - 2, y + 2);
  }
  context.stroke();
  if (chosen === null) return;
  const [x, y] = corner(chosen);
  context.lineWidth = 3;
  context.strokeRect(x + 1, y + 1, wide - 2, high - 2);
}
