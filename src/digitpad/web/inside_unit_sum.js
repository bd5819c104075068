/** How one value of a map comes about: the windows that it looks at, the weights, the products and their sum. */

const ACTIVATIONS = { relu: (value) => Math.max(0, value), silu: (value) => value / (1 + Math.exp(-value)) };

/**
 * Compute one value of a layer with weights, as the network does.
 *
 * @param {object} layer
 * @param {{shape: number[], data: Float32Array}} before  the maps before
 * @param {{kernel: object, bias: object}} weights  of the layer
 * @param {number[]} unit  its map, row and column
 * @returns {object}  for each input that adds to it the `windows`, `weights` and `products`, with its `sum`; the sum of
 *     all, the bias, what they are together, and the `result` after the activation
 */
export function compute(layer, before, weights, [map, row, column]) {
  const inputs = layer.window
    ? toWindows(layer, before, weights.kernel, [map, row, column])
    : toProducts(before, weights.kernel, map);
  const sum = inputs.reduce((total, input) => total + input.sum, 0);
  const bias = weights.bias.data[map];
  return { inputs, sum, bias, together: sum + bias, result: activate(layer, sum + bias) };
}

/** Compute one value of a pooling layer. */
export function pool(layer, before, [map, row, column]) {
  const values = toWindow(layer, before, map, [row, column]);
  const inside = values.filter((value) => value !== null);
  const mean = inside.reduce((total, value) => total + value, 0) / inside.length;
  const together = layer.pooling === "max" ? Math.max(...inside) : mean;
  return { values, together, result: activate(layer, together) };
}

function activate({ activation }, value) {
  return activation ? ACTIVATIONS[activation](value) : value;
}

/** What a unit looks at on a map before, row by row; null where that is outside. */
function toWindow({ window, stride, padding }, { shape: [height, width, channels], data }, channel, [row, column]) {
  return Array.from({ length: window * window }, (_, at) => {
    const y = row * stride - padding + Math.floor(at / window);
    const x = column * stride - padding + (at % window);
    return y < 0 || x < 0 || y >= height || x >= width ? null : data[(y * width + x) * channels + channel];
  });
}

function toWindows(layer, before, kernel, [map, ...unit]) {
  const [, channels, window] = kernel.shape;
  const size = window * window;
  return Array.from({ length: channels }, (_, channel) => {
    const values = toWindow(layer, before, channel, unit);
    const first = (map * channels + channel) * size;
    const weights = kernel.data.slice(first, first + size);
    const products = values.map((value, at) => (value ?? 0) * weights[at]);
    return { map: channel, values, weights, products, sum: products.reduce((total, product) => total + product, 0) };
  });
}

/** The products of a dense unit, which looks at every value before. */
function toProducts({ shape: [, width, channels], data }, kernel, unit) {
  const units = kernel.shape[1];
  return Array.from(data, (value, at) => {
    const weight = kernel.data[at * units + unit];
    const place = Math.floor(at / channels);
    return { map: at % channels, row: Math.floor(place / width), column: place % width, value, weight, sum: value * weight };
  });
}
