/** A canvas that is painted in CSS px, whatever the screen's density, and that knows its size without being measured. */

export class Sheet {
  width = 0; // CSS px
  #canvas;
  #context;
  #aspect = 1;
  #sizes;

  /** `changed` is called when the canvas has another width. */
  constructor(canvas, changed = () => {}) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    this.#sizes = new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width === this.width) return;
      this.width = contentRect.width;
      changed();
    });
    this.#sizes.observe(canvas);
  }

  get canvas() {
    return this.#canvas;
  }

  get height() {
    return this.width / this.#aspect;
  }

  /** Clear the canvas, and get it to paint on; `aspect` is its width over its height. */
  begin(aspect = 1) {
    if (aspect !== this.#aspect) this.#canvas.style.aspectRatio = `${aspect}`;
    this.#aspect = aspect;
    const density = Math.min(devicePixelRatio, 2); // finer than this, squares look the same and take longer
    const [width, height] = [this.width, this.height].map((side) => Math.max(1, Math.round(side * density)));
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height });
    this.#context.setTransform(density, 0, 0, density, 0, 0);
    this.#context.clearRect(0, 0, this.width, this.height);
    this.#context.imageSmoothingEnabled = false;
    return this.#context;
  }

  close() {
    this.#sizes.disconnect();
  }
}
