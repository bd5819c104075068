/** Layers: what each of them computed, as tiles, and how one value of one map comes about. */

import { followCells } from "./inside_cursor.js";
import { PICTURE, SIDE } from "./inside_place.js";
import { Sheet } from "./inside_sheet.js";
import { SCORE, Strip, describeSize } from "./inside_strip.js";
import { countColumns, largest, Mosaic, paintTiles, toMaps } from "./inside_tiles.js";
import { nameScore, signed, write } from "./inside_words.js";

const [LEAST_TILE, TILES_HEIGHT] = [25, 330]; // px
const POOLED = { max: "the largest value of each window", average: "the mean of each window" };
const ACTIVATED = { relu: "ReLU, which turns what is below zero into 0", silu: "SiLU, which lets little of what is below zero pass" };

export class LayersPanel {
  #find;
  #changed;
  #announce;
  #switches;
  #sheet;
  #mosaic = new Mosaic();
  #strip;
  #layer = null; // the name of the chosen one
  #chosen = new Map(); // maps by the names of their layers
  #columns = 1;
  #layers = [];
  #maps = {};
  #without = []; // what is off in these maps; the switches may be ahead of them

  constructor({ find, changed, announce, switches }) {
    [this.#find, this.#changed, this.#announce, this.#switches] = [find, changed, announce, switches];
    this.#sheet = new Sheet(find("tiles"), changed);
    this.#strip = new Strip(find("strip"), (name) => this.#chooseLayer(name));
    find("layerSwitch").addEventListener("click", () => this.#toggle(this.#layer));
    find("mapSwitch").addEventListener("click", () => this.#toggle(`${this.#layer}/${this.#map}`));
    const size = () => [Math.ceil(this.#current.shape[2] / this.#columns), this.#columns];
    followCells(find("tiles"), {
      find: ([x, y]) => [y, x].map((share, axis) => Math.floor(share * size()[axis])),
      size,
      chosen: () => [Math.floor(this.#map / this.#columns), this.#map % this.#columns],
      choose: ([row, column], isByKey) => this.#chooseMap(row * this.#columns + column, isByKey),
      follows: false,
    });
  }

  paint(shown) {
    const { explanation, palette } = shown;
    this.#without = explanation.without;
    this.#layers = [PICTURE, ...explanation.layers, SCORE];
    const picture = { shape: PICTURE.shape, data: Float32Array.from(explanation.seen.flat(), (level) => level / 255) };
    const scores = { shape: SCORE.shape, data: Float32Array.from(explanation.logits) };
    this.#maps = { ...explanation.maps, [PICTURE.name]: picture, [SCORE.name]: scores };
    if (!this.#layers.some(({ name }) => name === this.#layer)) this.#layer = this.#layers[1].name;
    this.#strip.paint(this.#layers, this.#maps, this.#layer, { palette, isOff: (name) => this.#without.includes(name) });
    this.#describe();
    const isScore = this.#layer === SCORE.name;
    this.#find("tiles").hidden = this.#find("tilesLegend").hidden = this.#find("detail").hidden = isScore;
    this.#find("scores").hidden = !isScore;
    if (isScore) this.#showScores(explanation.logits);
    else this.#paintMaps(shown);
  }

  /** Forget what is chosen, which is of another model. */
  forget() {
    this.#chosen.clear();
  }

  close() {
    this.#sheet.close();
  }

  /** The chosen map, and what it comes from; null if it is none. */
  get chosen() {
    const layer = this.#current;
    if (layer === SCORE) return null;
    const [values, map] = [this.#maps[layer.name], this.#map];
    const before = this.#layers[this.#layers.indexOf(layer) - 1] ?? null;
    const isOff = this.#isOff(layer.name, map);
    return { layer, map, noun: this.#noun, values, before, inputs: this.#maps[before?.name], scale: largest(values.data), isOff };
  }

  /** Whether a map is off, alone or with all of its layer. */
  #isOff(layer, map) {
    return this.#without.includes(layer) || this.#without.includes(`${layer}/${map}`);
  }

  get #current() {
    return this.#layers.find(({ name }) => name === this.#layer);
  }

  /** The chosen map of the chosen layer; at first, the one with the largest value. */
  get #map() {
    if (!this.#chosen.has(this.#layer)) {
      const { data, shape } = this.#maps[this.#layer];
      const most = data.reduce((best, value, at) => (value > data[best] ? at : best), 0);
      this.#chosen.set(this.#layer, most % shape[2]);
    }
    return this.#chosen.get(this.#layer);
  }

  #chooseLayer(name) {
    this.#layer = name;
    this.#changed();
  }

  #chooseMap(map, isByKey) {
    if (map >= this.#current.shape[2]) return;
    this.#chosen.set(this.#layer, map);
    if (isByKey) this.#announce(`${this.#noun} ${map}`);
    this.#changed();
  }

  #toggle(name) {
    this.#switches.set(name, this.#switches.isOff(name));
    this.#changed();
  }

  get #noun() {
    return this.#current.window === 0 ? "Unit" : "Map";
  }

  #describe() {
    const layer = this.#current;
    const hasSwitch = layer !== PICTURE && layer !== SCORE;
    write(this.#find("layerName"), `${layer.name}: ${describeSize(layer)}`);
    write(this.#find("layerNote"), explain(layer));
    for (const name of ["layerSwitch", "mapSwitch"]) this.#find(name).hidden = !hasSwitch;
    if (!hasSwitch) return;
    const isLayerOff = this.#switches.isOff(layer.name);
    const isMapOff = this.#switches.isOff(`${layer.name}/${this.#map}`);
    write(this.#find("layerSwitch"), `Switch ${layer.name} ${isLayerOff ? "on" : "off"}`);
    write(this.#find("mapSwitch"), `Switch ${this.#noun.toLowerCase()} ${this.#map} ${isMapOff ? "on" : "off"}`);
    this.#find("mapSwitch").disabled = isLayerOff;
  }

  #paintMaps({ palette }) {
    const layer = this.#current;
    const values = this.#maps[layer.name];
    const scale = largest(values.data);
    const maps = toMaps(values);
    this.#columns = countColumns(maps.count, this.#sheet.width || SIDE, TILES_HEIGHT, LEAST_TILE);
    const isOff = (map) => this.#isOff(layer.name, map);
    this.#paintTiles(maps, (value) => palette.pixel(value / scale), { isOff, accent: palette.accent, columns: this.#columns });
    this.#find("tiles").ariaLabel = `${layer.name}, ${describeSize(layer)}; ${this.#noun.toLowerCase()} ${this.#map} is chosen`;
    write(this.#find("tilesLegendLow"), signed(-scale));
    write(this.#find("tilesLegendHigh"), signed(scale));
  }

  #paintTiles(maps, pixel, looks) {
    const { columns } = looks;
    const rows = Math.ceil(maps.count / columns);
    const context = this.#sheet.begin((columns * maps.width) / (rows * maps.height));
    const picture = this.#mosaic.paint(maps, columns, pixel);
    const { width, height } = this.#sheet;
    const chosen = maps.count > 1 ? this.#map : null;
    paintTiles(context, picture, { ...looks, count: maps.count, width, height, gap: 2, chosen });
  }

  #showScores(logits) {
    const place = this.#find("scores");
    if (!place.children.length) place.innerHTML = logits.map(() => "<li><span></span><em><i></i></em><b></b></li>").join("");
    const scale = largest(logits);
    [...place.children].forEach((row, index) => {
      write(row.querySelector("span"), nameScore(index));
      write(row.querySelector("b"), signed(logits[index]));
      row.querySelector("i").style.transform = `scaleX(${logits[index] / scale})`;
      row.classList.toggle("dp-in-negative", logits[index] < 0);
    });
  }
}

/** What a layer does, in a sentence. */
function explain({ name, window, pooling, activation }) {
  if (name === PICTURE.name) return "What the model saw, which all layers start from.";
  if (name === SCORE.name) return "Each score is the evidence at all places, and a bias; the highest is the answer.";
  const does = pooling
    ? `Takes ${POOLED[pooling]}, ${window} × ${window}`
    : window
      ? `Slides windows of ${window} × ${window} over what comes before it, and adds up products with its weights`
      : "Each unit adds up the products of all values before it with its weights";
  return `${does}${activation ? `; then ${ACTIVATED[activation]}` : ""}.`;
}
