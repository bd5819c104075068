/** What of the sheet is in view: a picture on it can be enlarged and moved. Points are on the sheet, as it is shown. */

const MOST = 8;
const STEP = 1.5;

export class Lens {
  scale = 1;
  #left = 0; // where the view begins on the pad
  #top = 0;

  get isWhole() {
    return this.scale === 1;
  }

  reset() {
    [this.scale, this.#left, this.#top] = [1, 0, 0];
  }

  /** Enlarge around a point of a sheet of some size. */
  zoom(factor, [x, y], size) {
    const scale = Math.min(MOST, Math.max(1, this.scale * factor));
    const change = 1 / this.scale - 1 / scale;
    this.scale = scale;
    this.#move(this.#left + x * change, this.#top + y * change, size);
  }

  zoomIn([width, height]) {
    this.zoom(STEP, [width / 2, height / 2], [width, height]);
  }

  zoomOut([width, height]) {
    this.zoom(1 / STEP, [width / 2, height / 2], [width, height]);
  }

  /** Move the picture, as far as there is more of it. */
  pan([x, y], size) {
    this.#move(this.#left - x / this.scale, this.#top - y / this.scale, size);
  }

  /** Where a point of the sheet is on the pad. */
  toPad([x, y]) {
    return [this.#left + x / this.scale, this.#top + y / this.scale];
  }

  /** Where a point of the pad is on the sheet. */
  toSheet([x, y]) {
    return [(x - this.#left) * this.scale, (y - this.#top) * this.scale];
  }

  #move(left, top, [width, height]) {
    const most = 1 - 1 / this.scale;
    this.#left = Math.min(most * width, Math.max(0, left));
    this.#top = Math.min(most * height, Math.max(0, top));
  }
}
