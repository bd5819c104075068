/** The view inside the model: what spoke for the answer, what every layer computed, and switches to break it. */

import { EvidencePanel } from "./inside_evidence.js";
import { LayersPanel } from "./inside_layers.js";
import { Painter } from "./inside_painter.js";
import { Palette } from "./inside_palette.js";
import { Switches } from "./inside_switches.js";
import { HUES, TEMPLATE } from "./inside_template.js";
import { UnitPanel } from "./inside_unit.js";
import { Weights } from "./inside_weights.js";
import { write } from "./inside_words.js";
import { Asker, inTime } from "./question.js";

const EVERY_MS = { evidence: 30, layers: 50, detail: 120, broken: 0 }; // between two times of painting, unless one points
const LATE_MS = 1000; // behind the answer on show, from which the view says so
const BLANK = "Nothing is drawn. Draw a digit to see what happens inside.";
const STALE = "Nothing is drawn. This is about the last drawing.";
const NO_DIGIT = "No digit was found, so there is nothing to look into.";
const NO_DIGIT_STALE = "No digit was found. This is about the last one.";
const WAITING = "Looking inside…";
const LATE = "This is about an earlier drawing.";
const SLOW = "No reply yet; trying again…";

export class Inside {
  #place;
  #source;
  #asked = null; // what the view is to be about: a prediction and the canvas of its drawing
  #hasNoDigit = false; // though something was read
  #found = null; // what it is about
  #asker;
  #trouble = ""; // why it is not up to date
  #lateTimer = 0;
  #isLate = false;
  #isClosed = false;
  #painter;
  #palette = null;
  #weights = null;
  #model; // that the view is of, if that is known
  #panels;
  #switches;
  #ended = new AbortController();

  /**
   * @param {HTMLElement} place  an empty element
   * @param {object} source
   * @param {(question: {seen: number[][], canvas: HTMLCanvasElement | null, without: string[]}) => Promise<object>}
   *     source.explain  resolves to what `digitpad.explanation.formats.to_dict` describes, with arrays unpacked; the `canvas` is
   *     null unless a step of the contract is off, which takes the drawing
   * @param {(layer: string) => Promise<{kernel: object, bias: object}>} source.weights
   */
  constructor(place, source) {
    [this.#place, this.#source] = [place, source];
    place.innerHTML = TEMPLATE;
    place.ariaLabel = "Look inside";
    const setAsking = (isAsking) => (place.dataset.asking = isAsking); // for tests
    this.#asker = new Asker(() => this.#question(), (error) => this.#fail(error), setAsking);
    const find = (name) => this.#find(name);
    const tools = { find, changed: () => this.#painter.paintSoon(true), announce: (text) => write(find("announcement"), text) };
    const switches = (this.#switches = new Switches(tools, () => this.#ask()));
    const layers = new LayersPanel({ ...tools, switches });
    this.#panels = { evidence: new EvidencePanel(tools), layers, detail: new UnitPanel(tools, layers), broken: switches };
    const toPart = ([name, panel]) => {
      return { section: find(name), every: EVERY_MS[name], paint: () => panel.paint(this.#shown) };
    };
    this.#painter = new Painter(Object.entries(this.#panels).map(toPart), () => this.#prepare());
    find("look").addEventListener("click", () => this.#toggle());
    find("body").addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation()); // clears the pad
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.#changeColours(), { signal: this.#ended.signal });
  }

  /**
   * Be about an answer and the canvas of its drawing, which is null if there is none; null if the pad is blank, and without
   * a `prediction` if no digit was found.
   */
  show(asked) {
    this.#hasNoDigit = Boolean(asked) && !asked.prediction;
    this.#asked = asked?.prediction && asked.prediction.status !== "blank" ? asked : null;
    if (this.#asked) this.#switches.allow(Boolean(asked.canvas), Boolean(asked.canvas && asked.prediction.steps.isolated));
    else [this.#trouble, this.#isLate] = ["", false];
    this.#ask();
  }

  close() {
    this.#isClosed = true;
    this.#ended.abort();
    clearTimeout(this.#lateTimer);
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
    this.#find("body").hidden = !this.#isOpen || !this.#found;
    this.#place.classList.toggle("dp-in-stale", !this.#asked || this.#isLate);
    write(this.#find("message"), this.#isOpen ? this.#message : "");
  }

  get #message() {
    const isStale = Boolean(this.#found);
    if (!this.#asked && this.#hasNoDigit) return isStale ? NO_DIGIT_STALE : NO_DIGIT;
    if (!this.#asked) return isStale ? STALE : BLANK;
    return this.#trouble || (this.#isLate ? (isStale ? LATE : WAITING) : "");
  }

  #ask() {
    if (!this.#isOpen) return;
    if (this.#asked && this.#asked !== this.#found?.asked) this.#watch();
    this.#showState();
    if (this.#asked) this.#asker.ask();
  }

  /** Say so if the view stays behind the answer on show. */
  #watch() {
    this.#lateTimer ||= setTimeout(() => {
      this.#lateTimer = 0;
      this.#isLate = Boolean(this.#asked) && this.#asked !== this.#found?.asked;
      this.#showState();
    }, LATE_MS);
  }

  /** Ask about the latest answer. */
  async #question() {
    const [asked, without, since] = [this.#asked, this.#switches.without, performance.now()];
    if (!asked || !this.#isOpen) return;
    const explanation = await this.#explain(asked, without);
    if (!this.#asked || String(without) !== String(this.#switches.without)) return;
    this.#take(explanation, asked, since);
  }

  /** Explain an answer; if a model took over that lacks what is off, nothing is off from now on. */
  async #explain(asked, without) {
    const { seen } = asked.prediction;
    const canvas = this.#switches.needsCanvas ? asked.canvas : null;
    try {
      return await inTime(this.#source.explain({ seen, canvas, without }), SLOW);
    } catch (error) {
      if (!error.permanent || !without.length || !this.#model) throw error;
      const { model } = await inTime(this.#source.explain({ seen, canvas: null, without: [] }), SLOW);
      if (model === this.#model) throw error;
      this.#switches.forget();
      throw Object.assign(new Error("there is another model by now."), { permanent: false }); // which is asked next
    }
  }

  #fail(error) {
    this.#trouble = `The view is not up to date: ${error.message}`;
    this.#showState();
  }

  #take(explanation, asked, since) {
    const isOther = Boolean(this.#weights) && this.#model !== explanation.model;
    if (isOther) Object.values(this.#panels).forEach((panel) => panel.forget());
    if (isOther || !this.#weights) this.#begin(explanation.model);
    const isToggled = String(explanation.without) !== String(this.#found?.explanation.without ?? []);
    this.#found = { asked, explanation, prediction: asked.prediction, weigh: (layer) => this.#weights.find(layer) };
    this.#trouble = "";
    clearTimeout(this.#lateTimer);
    this.#lateTimer = 0;
    const isBehind = asked !== this.#asked;
    this.#isLate = isBehind && performance.now() - since > LATE_MS;
    if (isBehind) this.#watch();
    this.#showState();
    this.#switches.showBanner(this.#found);
    this.#place.classList.toggle("dp-in-altered", explanation.without.length > 0);
    this.#painter.paintSoon(isToggled);
    if (isOther && explanation.without.length) this.#ask(); // for all is on again
  }

  /** Be about a model. */
  #begin(model) {
    this.#model = model;
    this.#weights = new Weights((layer) => this.#source.weights(layer), model, (isSwitched) => {
      this.#painter.paintSoon(true);
      if (isSwitched) this.#ask();
    });
  }

  #changeColours() {
    this.#palette = null;
    this.#painter.paintSoon(true);
  }

  /** Whether there is anything to paint. */
  #prepare() {
    if (!this.#isOpen || !this.#found) return false;
    this.#palette ??= new Palette(Object.fromEntries(HUES.map((name) => [name, this.#find(`${name}Hue`)])));
    return true;
  }

  get #shown() {
    return { ...this.#found, palette: this.#palette };
  }

  #find(name) {
    return this.#place.querySelector(`[data-in="${name}"]`);
  }
}
