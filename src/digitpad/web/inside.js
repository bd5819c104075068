/** The view inside the model: what spoke for the answer, what every layer computed, and switches to break it. */

import { EvidencePanel } from "./inside_evidence.js";
import { LayersPanel } from "./inside_layers.js";
import { Painter } from "./inside_painter.js";
import { Palette } from "./inside_palette.js";
import { Switches } from "./inside_switches.js";
import { HUES, TEMPLATE } from "./inside_template.js";
import { UnitPanel } from "./inside_unit.js";
import { write } from "./inside_words.js";

const RETRY_MS = 1000;
const EVERY_MS = { evidence: 30, layers: 50, detail: 120, broken: 0 }; // between two times of painting, unless one points
const BLANK = "Nothing is drawn. Draw a digit to see what happens inside.";
const STALE = "Nothing is drawn. This is about the last drawing.";

export class Inside {
  #place;
  #source;
  #asked = null; // what the view is to be about: a prediction and the canvas of its drawing
  #found = null; // what it is about
  #isWanted = false;
  #isBusy = false;
  #isClosed = false;
  #painter;
  #palette = null;
  #weights = new Map(); // by the names of their layers
  #model = null; // whose weights these are
  #panels;
  #switches;
  #ended = new AbortController();

  /**
   * @param {HTMLElement} place  an empty element
   * @param {object} source
   * @param {(question: {seen: number[][], canvas: HTMLCanvasElement | null, without: string[]}) => Promise<object>}
   *     source.explain  resolves to what `digitpad.explanation.formats.to_dict` describes, with arrays unpacked
   * @param {(layer: string) => Promise<{kernel: object, bias: object}>} source.weights
   */
  constructor(place, source) {
    [this.#place, this.#source] = [place, source];
    place.innerHTML = TEMPLATE;
    place.ariaLabel = "Look inside";
    const find = (name) => this.#find(name);
    const tools = { find, changed: () => this.#painter.paintSoon(true), announce: (text) => write(find("announcement"), text) };
    const switches = (this.#switches = new Switches(tools, () => this.#ask()));
    const layers = new LayersPanel({ ...tools, switches });
    this.#panels = { evidence: new EvidencePanel(tools), layers, detail: new UnitPanel(tools, layers), broken: switches };
    const toPart = ([name, panel]) => {
      return { section: find(name), every: EVERY_MS[name], paint: () => panel.paint(this.#shown) };
    };
    this.#painter = new Painter(Object.entries(this.#panels).map(toPart), () => this.#begin());
    find("look").addEventListener("click", () => this.#toggle());
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.#changeColours(), { signal: this.#ended.signal });
  }

  /** Be about an answer and the canvas of its drawing, which is null if there is none; null if the pad is blank. */
  show(asked) {
    this.#asked = asked && asked.prediction.status !== "blank" ? asked : null;
    if (this.#asked) this.#switches.allow(Boolean(asked.canvas));
    this.#ask();
  }

  close() {
    this.#isClosed = true;
    this.#ended.abort();
    this.#painter.close();
    Object.values(this.#panels).forEach((panel) => panel.close());
  }

  get #isOpen() {
    return this.#find("look").ariaExpanded === "true" && !this.#isClosed;
  }

  #toggle() {
    const isOpen = !this.#isOpen;
    this.#find("look").ariaExpanded = isOpen;
    this.#showState();
    if (isOpen) this.#ask();
  }

  #showState() {
    const isBlank = !this.#asked;
    this.#find("body").hidden = !this.#isOpen || !this.#found;
    this.#place.classList.toggle("dp-in-stale", isBlank);
    this.#say(this.#isOpen && isBlank ? (this.#found ? STALE : BLANK) : "");
  }

  #say(message) {
    write(this.#find("message"), message);
  }

  #ask() {
    if (!this.#isOpen) return;
    this.#isWanted = Boolean(this.#asked);
    if (!this.#asked) return this.#showState();
    if (!this.#isBusy) this.#work();
  }

  /** Ask one question at a time, always about the latest answer. */
  async #work() {
    this.#setBusy(true);
    while (this.#isWanted && this.#isOpen) {
      this.#isWanted = false;
      const [asked, without] = [this.#asked, this.#switches.without];
      try {
        const explanation = await this.#source.explain({ seen: asked.prediction.seen, canvas: asked.canvas, without });
        if (this.#asked && String(without) === String(this.#switches.without)) this.#take(explanation, asked);
      } catch (error) {
        this.#say(`The view is not up to date: ${error.message}`);
        if (error.permanent) continue;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        this.#isWanted = Boolean(this.#asked);
      }
    }
    this.#setBusy(false);
  }

  /** For tests: whether the view is not up to date. */
  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    this.#place.dataset.asking = isBusy;
  }

  #take(explanation, { prediction, canvas }) {
    if (this.#model !== explanation.model) this.#weights.clear();
    this.#model = explanation.model;
    this.#found = { explanation, prediction, hasCanvas: Boolean(canvas), weigh: (layer) => this.#weigh(layer) };
    this.#showState();
    this.#painter.paintSoon();
  }

  /** The weights of a layer; null until they are there. */
  #weigh(name) {
    if (!this.#weights.has(name)) {
      const weights = this.#weights;
      weights.set(name, null);
      this.#source.weights(name).then(
        (found) => [weights.set(name, found), this.#painter.paintSoon(true)],
        (error) => [weights.delete(name), this.#say(`There are no weights to show: ${error.message}`)],
      );
    }
    return this.#weights.get(name);
  }

  #changeColours() {
    this.#palette = null;
    this.#painter.paintSoon(true);
  }

  /** Whether there is anything to paint. */
  #begin() {
    if (!this.#isOpen || !this.#found) return false;
    this.#palette ??= new Palette(Object.fromEntries(HUES.map((name) => [name, this.#find(`${name}Hue`)])));
    this.#place.classList.toggle("dp-in-altered", this.#found.explanation.without.length > 0);
    return true;
  }

  get #shown() {
    return { ...this.#found, palette: this.#palette };
  }

  #find(name) {
    return this.#place.querySelector(`[data-in="${name}"]`);
  }
}
