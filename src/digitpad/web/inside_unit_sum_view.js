/** Shows how one value of a map comes about: windows, weights, products, their sum, and the activation. */

import { Sheet } from "./inside_sheet.js";
import { roundParts } from "./inside_sums.js";
import { compute, pool } from "./inside_unit_sum.js";
import { largest } from "./inside_tiles.js";
import { plain, short, signed, write } from "./inside_words.js";

const MOST_INPUTS = 8;
const AGREED = 1e-3;
const NAMES = { relu: "ReLU", silu: "SiLU", max: "The largest", average: "The mean" };
const GAP = 22; // px between squares, for the signs
const LEAST_CELL = 17; // px: smaller cells bear no numbers

export class UnitSum {
  #find;
  #changed;
  #rows = [];

  constructor({ find, changed }) {
    [this.#find, this.#changed] = [find, changed];
  }

  paint(about) {
    const { layer, unit, inputs, weights, problem } = about;
    this.#write("sumName", inputs ? "How this value comes about" : "");
    this.#write("others", "");
    if (!inputs) return this.#show([], about, inkText(about.value));
    if (layer.pooling) return this.#showPooled(about, pool(layer, inputs, unit));
    if (!weights) return this.#show([], about, problem ? `There are no weights to show: ${problem}` : "Loading the weights…");
    this.#showSum(about, compute(layer, inputs, weights, unit));
  }

  close() {
    this.#rows.forEach(({ sheet }) => sheet.close());
  }

  #showPooled(about, { values, together, result }) {
    const { layer, unit } = about;
    const text = `${NAMES[layer.pooling]} of these values of map ${unit[0]} of ${about.before.name} is ${plain(together, 3)}.`;
    this.#show([{ squares: [values], text: "" }], about, `${text}${activation(layer, result)}${compare(about, result)}`);
  }

  #showSum(about, { inputs, sum, bias, together, result }) {
    const { layer } = about;
    const sorted = [...inputs].sort((one, other) => Math.abs(other.sum) - Math.abs(one.sum));
    const shown = sorted.slice(0, MOST_INPUTS);
    const rest = sum - shown.reduce((total, input) => total + input.sum, 0);
    const numOthers = inputs.length - shown.length;
    const { parts, total } = roundParts([...shown.map((input) => input.sum), rest, bias], 3);
    const rows = shown.map((input, at) => ({ ...toRow(input, about), sum: signed(parts[at], 3) }));
    const [others, biased] = parts.slice(-2);
    const products = total - biased; // as on show
    const text = `Products ${signed(products, 3)}, bias ${signed(biased, 3)}, together ${signed(total, 3)}.`;
    this.#show(rows, about, `${text}${activation(layer, result)}${compare(about, result)}`);
    const inputNoun = layer.window ? "maps" : "values";
    this.#write("others", numOthers ? `The other ${numOthers} ${inputNoun} together: ${signed(others, 3)}` : "");
  }

  #show(rows, about, text) {
    this.#write("sumText", text);
    while (this.#rows.length < rows.length) this.#rows.push(this.#newRow());
    this.#rows.forEach(({ item, sheet, label, sum }, at) => {
      const row = rows[at];
      item.hidden = !row;
      if (!row) return;
      item.classList.toggle("dp-in-wide", rows.length === 1);
      item.classList.toggle("dp-in-plain", !row.squares);
      write(label, row.text);
      write(sum, row.sum ?? "");
      sheet.canvas.hidden = !row.squares;
      if (row.squares) paintSquares(sheet, row.squares, about.palette);
    });
  }

  #newRow() {
    const item = document.createElement("li");
    const [label, canvas, sum] = ["span", "canvas", "b"].map((tag) => document.createElement(tag));
    canvas.setAttribute("role", "img");
    item.append(label, canvas, sum);
    this.#find("inputs").append(item);
    return { item, label, sum, sheet: new Sheet(canvas, this.#changed) };
  }

  #write(name, text) {
    write(this.#find(name), text);
  }
}

function inkText(value) {
  return `Ink: ${plain(value, 3)}, which is ${Math.round(255 * value)} of 255.`;
}

function activation({ activation }, result) {
  return activation ? ` ${NAMES[activation]} makes that ${plain(result, 3)}.` : "";
}

/** Whether the result is the value of the map. */
function compare({ value, isOff, noun }, result) {
  const name = noun.toLowerCase();
  if (isOff) return ` But the ${name} is switched off, and shows 0.`;
  if (Math.abs(result - value) < AGREED) return ` The ${name} shows ${plain(value, 3)}.`;
  return ` This is a fault: the ${name} shows ${plain(value, 3)}.`;
}

function toRow(input, { layer, before, inputs }) {
  const isPicture = inputs.shape[2] === 1;
  if (layer.window) {
    const text = isPicture ? "Picture × weights = products" : `map ${input.map}`;
    return { text, squares: [input.values, input.weights, input.products] };
  }
  const [height, width] = inputs.shape;
  const place = height * width > 1 ? `row ${input.row + 1}, column ${input.column + 1}` : "";
  const from = isPicture ? place : `${before.window === 0 ? "unit" : "map"} ${input.map}${place ? `, ${place}` : ""}`;
  return { text: `${from}: ${plain(input.value, 3)} × ${plain(input.weight, 3)} =` };
}

/** Paint squares of values side by side: a window, the weights and the products. */
function paintSquares(sheet, squares, palette) {
  const cells = Math.sqrt(squares[0].length);
  const gaps = squares.length - 1;
  const number = squares.length === 1 ? 3 : squares.length; // one alone is no larger
  const side = (sheet.width - GAP * (number - 1)) / number;
  const context = sheet.begin(sheet.width ? sheet.width / side : 3);
  squares.forEach((values, at) => paintSquare(context, values, { x: at * (side + GAP), cell: side / cells, cells, palette }));
  context.fillStyle = palette.ink;
  context.font = "600 16px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  ["×", "="].slice(0, gaps).forEach((sign, at) => context.fillText(sign, (at + 1) * side + (at + 0.5) * GAP, side / 2));
  const told = squares.map((values, at) => `${["values", "weights", "products"][at]}: ${values.map(tell).join(" ")}`);
  sheet.canvas.ariaLabel = told.join("; ");
}

function tell(value) {
  return value === null ? "outside" : short(value);
}

function paintSquare(context, values, { x, cell, cells, palette }) {
  const scale = largest(values);
  context.fillStyle = palette.line;
  context.fillRect(x, 0, cells * cell, cells * cell);
  context.font = `${Math.min(13, cell / 2.3)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  values.forEach((value, at) => {
    const [left, top] = [x + (at % cells) * cell, Math.floor(at / cells) * cell];
    const share = (value ?? 0) / scale;
    context.fillStyle = palette.css(share);
    context.fillRect(left + 0.5, top + 0.5, cell - 1, cell - 1);
    if (value === null || cell < LEAST_CELL) return;
    context.fillStyle = palette.textOn(share);
    context.fillText(short(value), left + cell / 2, top + cell / 2);
  });
}
