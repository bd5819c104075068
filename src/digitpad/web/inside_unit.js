/** One map of a layer, large, with its filter; and how the value at one place of it comes about. */

import { followCells } from "./inside_cursor.js";
import { FRAME, frame, paintSeen } from "./inside_evidence_picture.js";
import { SIDE, sticksOut, toField } from "./inside_place.js";
import { Sheet } from "./inside_sheet.js";
import { Mosaic, largest, paintTiles } from "./inside_tiles.js";
import { UnitSum } from "./inside_unit_sum_view.js";
import { plain, signed, write } from "./inside_words.js";

export class UnitPanel {
  #find;
  #changed;
  #announce;
  #layers;
  #sheets;
  #mosaics = [new Mosaic(), new Mosaic()];
  #sum;
  #filter = []; // what is painted as such
  #about = null;
  #units = new Map(); // the chosen places, by the names of their layers

  /** `layers` tells the map that is `chosen`. */
  constructor({ find, changed, announce }, layers) {
    this.#layers = layers;
    [this.#find, this.#changed, this.#announce] = [find, changed, announce];
    this.#sheets = Object.fromEntries(["map", "field", "filter"].map((name) => [name, new Sheet(find(name), changed)]));
    this.#sum = new UnitSum({ find, changed });
    const size = () => this.#about.layer.shape.slice(0, 2);
    followCells(find("map"), {
      find: ([x, y]) => [y, x].map((share, axis) => Math.max(0, Math.min(size()[axis] - 1, Math.floor(share * size()[axis])))),
      size,
      chosen: () => this.#unit,
      choose: (unit, isByKey) => this.#choose(unit, isByKey),
    });
  }

  paint({ explanation, palette, weigh }) {
    const { chosen } = this.#layers;
    if (!chosen) return;
    const { layer, map, noun } = chosen;
    const { weights = null, problem = "" } = layer.pooling === null ? weigh(layer.name) : {};
    const about = (this.#about = { ...chosen, weights, problem, palette, seen: explanation.seen });
    const [row, column] = this.#unit;
    const isSingle = layer.shape[0] * layer.shape[1] === 1;
    const name = layer.shape[2] === 1 ? "The picture" : `${noun} ${map}`;
    const place = isSingle ? "" : `, row ${row + 1}, column ${column + 1}`;
    write(this.#find("mapName"), `${name}${place}: ${plain(this.#value)}`);
    write(this.#find("mapTitle"), about.isOff ? "The map, switched off" : "The map");
    this.#find("mapFigure").hidden = isSingle; // it is in the name
    if (!isSingle) this.#paintMap(about);
    this.#paintField(about);
    this.#find("filterFigure").hidden = !weights;
    if (weights) this.#paintFilter(about);
    this.#sum.paint({ ...about, unit: [map, row, column], value: this.#value });
  }

  /** Forget the chosen places, which are those of another model. */
  forget() {
    this.#units.clear();
  }

  close() {
    Object.values(this.#sheets).forEach((sheet) => sheet.close());
    this.#sum.close();
  }

  /** The chosen place; at first, and until one is chosen, that of the largest value of the map. */
  get #unit() {
    const { layer, map, values } = this.#about;
    const chosen = this.#units.get(layer.name);
    if (chosen) return chosen;
    const [height, width, count] = layer.shape;
    let best = 0;
    for (let at = 1; at < height * width; at += 1) {
      if (Math.abs(values.data[at * count + map]) > Math.abs(values.data[best * count + map])) best = at;
    }
    return [Math.floor(best / width), best % width];
  }

  get #value() {
    const { layer, map, values } = this.#about;
    const [row, column] = this.#unit;
    return values.data[(row * layer.shape[1] + column) * layer.shape[2] + map];
  }

  #choose(unit, isByKey) {
    this.#units.set(this.#about.layer.name, unit);
    if (isByKey) this.#announce(`Row ${unit[0] + 1}, column ${unit[1] + 1}: ${plain(this.#value)}`);
    this.#changed();
  }

  #paintMap({ layer, map, values, palette, scale, isOff }) {
    const [height, width, count] = layer.shape;
    const sheet = this.#sheets.map;
    const context = sheet.begin(width / height);
    const at = (_, row, column) => values.data[(row * width + column) * count + map];
    const picture = this.#mosaics[0].paint({ count: 1, height, width, at }, 1, (value) => palette.pixel(value / scale));
    const off = { isOff: () => isOff, chosen: null, accent: palette.accent };
    paintTiles(context, picture, { count: 1, columns: 1, width: sheet.width, height: sheet.height, gap: 0, ...off });
    const [row, column] = this.#unit;
    const side = sheet.width / width;
    context.strokeStyle = palette.accent;
    context.lineWidth = 3;
    context.strokeRect(column * side + 1, row * side + 1, side - 2, side - 2);
    this.#find("map").ariaLabel = this.#find("mapName").textContent;
  }

  #paintField({ layer, seen }) {
    const sheet = this.#sheets.field;
    const context = sheet.begin();
    const field = toField(layer, this.#unit);
    paintSeen(context, seen, sheet.width);
    frame(context, field, sheet.width / SIDE, { colour: FRAME, thickness: 3 });
    const { top, left, height: side } = field;
    const [rows, columns] = [top, left].map((first) => `${Math.max(1, first + 1)} to ${Math.min(SIDE, first + side)}`);
    const beyond = sticksOut(field) ? ", and beyond its edge" : "";
    this.#find("field").ariaLabel = `It looks at rows ${rows} and columns ${columns} of the picture${beyond}.`;
  }

  /** Paint the weights of the chosen map: one tile for each map before it. They stay the same while one draws. */
  #paintFilter({ layer, map, inputs, weights, palette }) {
    const painted = [map, weights, palette, this.#sheets.filter.width, devicePixelRatio];
    if (painted.every((each, at) => each === this.#filter[at])) return;
    this.#filter = painted;
    const { count, height, width, at } = toFilter(layer, inputs, weights.kernel, map);
    let scale = 1e-6;
    const columns = Math.ceil(Math.sqrt(count));
    for (let tile = 0; tile < count; tile += 1) {
      for (let cell = 0; cell < height * width; cell += 1) {
        scale = Math.max(scale, Math.abs(at(tile, Math.floor(cell / width), cell % width)));
      }
    }
    const sheet = this.#sheets.filter;
    const rows = Math.ceil(count / columns);
    const context = sheet.begin((columns * width) / (rows * height));
    const picture = this.#mosaics[1].paint({ count, height, width, at }, columns, (value) => palette.pixel(value / scale));
    const looks = { gap: Math.min(2, sheet.width / columns / 8), isOff: () => false, chosen: null, accent: palette.accent };
    paintTiles(context, picture, { count, columns, width: sheet.width, height: sheet.height, ...looks });
    write(this.#find("filterName"), count === 1 ? "Its filter" : `Its filter, a tile for each of ${count} maps`);
    this.#find("filter").ariaLabel = `The weights, from ${signed(-scale)} to ${signed(scale)} at most`;
    write(this.#find("filterLegendLow"), signed(-scale));
    write(this.#find("filterLegendHigh"), signed(scale));
  }
}

/** The weights of a map as maps. */
function toFilter(layer, inputs, { shape, data }, map) {
  if (layer.window) {
    const [, count, window] = shape;
    const at = (input, row, column) => data[((map * count + input) * window + row) * window + column];
    return { count, height: window, width: window, at };
  }
  const [height, width, count] = inputs.shape;
  const at = (input, row, column) => data[((row * width + column) * count + input) * shape[1] + map];
  return { count, height, width, at };
}
