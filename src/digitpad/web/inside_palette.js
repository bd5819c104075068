/** Colours for signed values: one hue above zero, another below, and the colour of the paper at zero. */

const STEPS = 255; // on either side of zero

export class Palette {
  #colours = new Uint32Array(2 * STEPS + 1); // as the pixels of an ImageData: alpha, blue, green, red

  /** Take the colours that the style sheet gives to elements, as they are now. */
  constructor({ above, zero, below, accent, ink, line }) {
    [this.accent, this.ink, this.line] = [accent, ink, line].map((element) => getComputedStyle(element).backgroundColor);
    const [high, middle, low] = [above, zero, below].map((element) => parse(getComputedStyle(element).backgroundColor));
    for (let step = -STEPS; step <= STEPS; step += 1) {
      const [red, green, blue] = mix(middle, step > 0 ? high : low, Math.abs(step) / STEPS);
      this.#colours[step + STEPS] = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    }
  }

  /** The colour of a share of the largest value, -1 to 1, as a pixel of an ImageData. */
  pixel(share) {
    return this.#colours[Math.round(Math.max(-1, Math.min(1, share)) * STEPS) + STEPS];
  }

  /** The same, for CSS. */
  css(share) {
    return `rgb(${toLevels(this.pixel(share)).join(" ")})`;
  }

  /** The colour of a text on the colour of a share. */
  textOn(share) {
    return brightness(toLevels(this.pixel(share))) > 140 ? "#000" : "#fff";
  }
}

function toLevels(pixel) {
  return [0, 8, 16].map((shift) => (pixel >> shift) & 255);
}

function brightness([red, green, blue]) {
  return 0.3 * red + 0.59 * green + 0.11 * blue;
}

function parse(colour) {
  return colour.match(/[\d.]+/g).slice(0, 3).map(Number);
}

function mix(from, to, share) {
  return from.map((level, channel) => Math.round(level + (to[channel] - level) * share));
}
