/**
 * A pad to draw a digit or a number on, which shows the answer while you draw, and what the model saw.
 *
 *     import { mount } from "./pad.js";
 *     mount(element, { predict, read });
 *
 * The pad depends on nothing but `predict`, which gets a canvas with the drawing and its strokes, and `read`, which gets
 * the same. Both return a promise, with `top_k` 10: the first of the answer described in `digitpad.answer.to_dict`,
 * optionally with a `notice` to show with it, the second of the one described in `digitpad.pages.formats.to_dict`, with
 * predictions, the `size` of the canvas and the `ink_picture`. If a promise is rejected, the pad shows the error's message
 * and tries again, unless the error is `permanent`.
 */

import { describeTime } from "./answer.js";
import { ask } from "./answering.js";
import { Drawing, SIDE } from "./drawing.js";
import { FORMS } from "./export.js";
import { copyOrSave, copyText, followFiles } from "./files.js";
import { followGestures } from "./gestures.js";
import { followKeyboard, followPictureKeys, followShortcuts } from "./keyboard.js";
import { Live } from "./live.js";
import { WIDTHS, recall, remember } from "./mode.js";
import { Picture } from "./picture.js";
import { followPointer } from "./pointer.js";
import { Asker, inTime } from "./question.js";
import { View } from "./view.js";

const [NARROWEST, WIDEST] = [0.75, 3]; // width over height of the sheet, for pictures
const COPY_SIDE = 560;
const SLOW_MS = 3000;
const PICTURE_HINT = "Drag a frame to read only a part. Clear the pad to draw on it.";

/**
 * Put a pad into an element.
 *
 * @param {HTMLElement} root  becomes the pad
 * @param {object} options
 * @param {(canvas: HTMLCanvasElement, strokes: number[][][]) => Promise<object>} options.predict  a stroke is a list of
 *     points, [x, y], on a pad 280 high
 * @param {(canvas: HTMLCanvasElement, strokes: number[][][]) => Promise<object>} [options.read]  reads a number; without
 *     it the pad is for one digit
 * @param {((canvas: HTMLCanvasElement) => Promise<object>)[]} [options.lanes]  read the pictures of a camera, as `read`
 *     does, each one at a time; without them there is no camera
 * @param {string} [options.slow]  message to show while an answer takes long
 * @param {() => void} [options.onBlank]  called when the pad becomes blank
 * @param {EventTarget} [options.keys]  target to listen on for keys and for pasted and dropped pictures: the pad by
 *     default, or the document if the page has only the pad
 * @returns {{clear: () => void, close: () => void, correct: Function, inside: Function}}  functions to clear the pad, to
 *     close it when it is removed from the page, and to let people correct it with a `Corrector` and look `Inside`
 */
export function mount(root, options) {
  const pad = new Pad(root, { slow: "", onBlank: () => {}, keys: root, ...options });
  return { clear: () => pad.clear(), close: () => pad.close(), correct: (create) => pad.correct(create), inside: pad.inside };
}

class Pad {
  #options;
  #view;
  #drawing = new Drawing();
  #mode = "digit";
  #shown = null; // the answer on show and the drawing that it belongs to
  #changes = 0; // of the drawing
  #answered = 0; // the change that the answer on show followed
  #sheet = 0; // of the drawing when it was last changed
  #request = 0; // counts the pictures that were asked for: the latest wins
  #frame = 0;
  #asker;
  #live;
  #corrector = { show() {}, close() {} };
  #stopWatching;

  constructor(root, options) {
    this.#options = options;
    const view = (this.#view = new View(root));
    this.#asker = new Asker(
      () => this.#answer(),
      (error) => this.#isWaiting && this.#fail(error),
      (isAsking) => view.showAsking(isAsking),
    );
    this.#follow(view, options);
    this.#stopWatching = view.onChange(() => this.#redraw());
    if (options.read) {
      view.onMode((mode) => this.#choose(mode));
      this.#choose(recall());
    }
    view.showBlank();
  }

  /** Follow everything that a person can do. */
  #follow(view, { keys, lanes }) {
    const commands = {
      clear: () => this.clear(),
      undo: () => this.#undo(),
      copy: () => this.#copy(),
      load: (file) => this.#load(file, file?.name),
      copyReading: (form) => this.#copyReading(form),
      rotate: () => this.#replace(this.#drawing.picture.rotate()),
      toggleView: () => this.#toggleView(),
      camera: () => this.#watch(),
      take: () => this.#take(),
      stop: () => this.#live.stop(),
    };
    const [drawing, changed] = [this.#drawing, () => this.#changed()];
    view.onCommand(commands);
    followPointer(view, drawing, changed);
    followGestures(view, {
      find: () => drawing.picture,
      select: (from, to) => this.#select(from, to),
      choose: (point) => view.chooseAt(point, drawing.area),
    });
    followKeyboard(view, drawing, changed);
    followPictureKeys(view, drawing, commands);
    followShortcuts(keys, commands, view);
    followFiles(keys, commands.load);
    if (!lanes) return;
    view.offerCamera();
    this.#live = new Live(view, lanes);
  }

  async #answer() {
    const [drawing, view, { slow }] = [this.#drawing, this.#view, this.#options];
    if (!this.#isWaiting) return;
    const [{ sheet }, changes] = [drawing, this.#changes];
    const started = performance.now();
    const timer = setTimeout(() => slow && this.#isWaiting && view.complain(slow), SLOW_MS);
    const shown = await inTime(ask(drawing, this.#mode, this.#options), slow).finally(() => clearTimeout(timer));
    if (sheet !== drawing.sheet || !this.#isWaiting) return; // cleared, undone or replaced in the meantime
    [this.#shown, this.#answered] = [shown, changes];
    const time = describeTime(performance.now() - started, shown.reading ?? shown.prediction);
    if (shown.reading) view.showReading(shown, time);
    else view.showAnswer(shown, time);
    this.#offerCorrection();
    view.complain(shown.prediction?.notice ?? "");
  }

  /** Let the answer on show be corrected, unless the drawing has changed since it was asked for. */
  #offerCorrection() {
    if (this.#isWaiting && this.#answered === this.#changes) this.#corrector.show(this.#shown);
  }

  #fail(error) {
    this.#corrector.show(null); // what is on show belongs to an earlier drawing
    this.#view.showFailure(error.message);
  }

  /** Whether there is a drawing on view, which waits for an answer. */
  get #isWaiting() {
    return !this.#drawing.isBlank && !this.#live?.isOn;
  }

  /** Make the sheet as wide as a number, or as the picture on it. */
  #fitSheet() {
    const image = this.#mode === "number" ? this.#drawing.picture?.image : null;
    const shape = image ? image.width / image.height : WIDTHS[this.#mode] / SIDE;
    this.#drawing.width = SIDE * limit(shape);
    this.#view.showMode(this.#mode, this.#drawing.width);
  }

  #choose(mode) {
    this.#mode = mode;
    remember(mode);
    this.#live?.stop();
    this.#changed();
  }

  #redraw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#view.paint(this.#drawing));
  }

  #changed() {
    const [drawing, view] = [this.#drawing, this.#view];
    this.#changes += 1;
    if (this.#options.read) this.#fitSheet();
    view.showTools(drawing);
    this.#redraw();
    view.say("");
    this.#corrector.close();
    if (drawing.sheet !== this.#sheet) view.hideReading(); // it is of another picture
    this.#sheet = drawing.sheet;
    if (drawing.isBlank) {
      this.#shown = null;
      this.#corrector.show(null);
      view.showBlank();
      view.complain("");
      this.#options.onBlank();
    } else {
      this.#asker.ask();
    }
  }

  #keepInRecent() {
    const shown = this.#shown;
    const isWorthIt = shown && (shown.reading ? shown.reading.text : shown.prediction.status !== "blank");
    if (isWorthIt) this.#view.addRecent(shown, (kept) => this.#restore(kept));
    this.#shown = null;
  }

  #restore(kept) {
    this.#live?.stop();
    this.clear();
    if (kept.mode !== this.#mode) this.#choose(kept.mode);
    kept.marks.forEach((mark) => this.#drawing.add(mark));
    this.#shown = kept; // so that it can be kept again before it is read again
    this.#changed();
    this.#view.canvas.focus({ preventScroll: true });
  }

  /** Clear the pad; what was on it is kept among the recent drawings. */
  clear() {
    if (this.#live?.isOn) return this.#live.stop();
    this.#request += 1;
    this.#keepInRecent();
    this.#drawing.clear();
    this.#view.liftCursor();
    this.#changed();
  }

  /**
   * Let people correct the answers, from now on.
   *
   * @param {(place: HTMLElement, keys: EventTarget, leave: () => void) => object} create  creates a `Corrector` in a
   *     place below the answer; `leave` puts the focus back on the pad
   */
  correct(create) {
    const place = this.#view.offerCorrections();
    this.#corrector = create(place, this.#options.keys, () => this.#view.canvas.focus({ preventScroll: true }));
    this.#offerCorrection();
    return this.#corrector;
  }

  /** Let people look inside the model; `create(place)` creates an `Inside`. */
  inside = (create) => this.#view.inside(create);

  close() {
    this.#live?.stop();
    this.#stopWatching();
  }

  #undo() {
    if (this.#live?.isOn) return;
    this.#drawing.undo();
    this.#view.liftCursor();
    this.#changed();
  }

  /** Put a picture from a file or a canvas on the pad. */
  async #load(source, name = "this") {
    if (!source) return;
    const picture = await this.#latest(Picture.open(source), `This browser cannot open ${name} as a picture. Try a PNG, JPEG or WebP.`);
    if (!picture) return;
    this.#live?.stop();
    this.#keepInRecent();
    this.#replace(picture);
    this.#view.say(PICTURE_HINT);
  }

  /** Wait for a picture; null if it cannot be had, which is told as `trouble`, or if another one is wanted by then. */
  async #latest(promise, trouble) {
    const request = (this.#request += 1);
    const picture = await promise.catch(() => null);
    if (request !== this.#request) return null;
    if (!picture) this.#view.say(trouble);
    return picture;
  }

  #replace(picture) {
    this.#view.showWhole();
    this.#drawing.add({ picture });
    this.#changed();
  }

  /** Read only what is between two points of the pad. */
  #select(from, to) {
    const part = this.#drawing.toPart(from, to);
    if (part) this.#read(part);
  }

  /** Read what is in view; if only a part is read, read all again. */
  #toggleView() {
    const drawing = this.#drawing;
    const { lens } = this.#view;
    if (drawing.picture.part) this.#read(null);
    else if (!lens.isWhole) this.#select(lens.toPad([0, 0]), lens.toPad([drawing.width, SIDE]));
  }

  async #read(part) {
    const selected = await this.#latest(this.#drawing.picture.select(part), "The picture's file cannot be read any more. Open it again.");
    if (selected) this.#replace(selected);
  }

  async #copy() {
    if (this.#drawing.isBlank) return this.#view.say("There is nothing to copy yet.");
    this.#view.say(await copyOrSave(this.#drawing.toCanvas(COPY_SIDE)));
  }

  async #copyReading(form) {
    const { reading } = (this.#live?.isOn ? this.#live.shown : this.#shown) ?? {};
    if (reading) this.#view.say(await copyText(FORMS[form](reading), `digits.${form === "text" ? "txt" : form.toLowerCase()}`));
  }

  /** Read what the camera sees, until it is stopped; what is on the pad waits. */
  async #watch() {
    this.#view.say("");
    const begin = (shape) => {
      this.#corrector.show(null);
      this.#view.showMode("number", SIDE * limit(shape));
    };
    await this.#live.start(begin, () => this.#changed()).catch((error) => this.#view.say(error.message));
  }

  /** Keep what the camera sees at this moment. */
  #take() {
    this.#mode = "number";
    remember(this.#mode);
    this.#load(this.#live.take());
  }
}

/** The width over the height of a sheet for a picture of some shape. */
function limit(shape) {
  return Math.min(WIDEST, Math.max(NARROWEST, shape));
}
