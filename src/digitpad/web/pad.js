/**
 * A pad to draw a digit or a number on, which shows the answer while you draw, and what the model saw.
 *
 *     import { mount } from "./pad.js";
 *     mount(element, { predict, read });
 *
 * The pad depends on nothing but `predict`, which gets a canvas with the drawing and its strokes, and `read`, which gets
 * the same. Both return a promise, with `top_k` 10: the first of the answer described in `digitpad.answer.to_dict`,
 * optionally with a `notice` to show with it, the second of the one described in `digitpad.pages.formats.to_dict`, with
 * predictions and the `size` of the canvas. If a promise is rejected, the pad shows the error's message and tries again,
 * unless the error is `permanent`.
 */

import { shrink, toImage } from "./canvas.js";
import { Drawing, SIDE } from "./drawing.js";
import { FORMS } from "./export.js";
import { copyOrSave, copyText, decode, followFiles } from "./files.js";
import { followKeyboard, followShortcuts } from "./keyboard.js";
import { followPointer } from "./pointer.js";
import { Asker, inTime } from "./question.js";
import { View } from "./view.js";

const ASKED_SIDE = 140; // px of the drawing that the model gets; larger ones are not read better, only slower
const PICTURE_SIDE = 560; // px of a picture that is read as one digit
const [NARROWEST, WIDEST] = [0.75, 3]; // width over height of the sheet, for pictures
const COPY_SIDE = 560;
const SLOW_MS = 3000;
const WIDTHS = { digit: SIDE, number: 3 * SIDE };
const REMEMBERED = "digitpad.mode";

/**
 * Put a pad into an element.
 *
 * @param {HTMLElement} root  becomes the pad
 * @param {object} options
 * @param {(canvas: HTMLCanvasElement, strokes: number[][][]) => Promise<object>} options.predict  a stroke is a list of
 *     points, [x, y], on a pad 280 wide
 * @param {(canvas: HTMLCanvasElement, strokes: number[][][]) => Promise<object>} [options.read]  reads a number; without
 *     it the pad is for one digit
 * @param {string} [options.slow]  message to show while an answer takes long
 * @param {() => void} [options.onBlank]  called when the pad becomes blank
 * @param {EventTarget} [options.keys]  target to listen on for keys and for pasted and dropped pictures: the pad by
 *     default, or the document if the page has only the pad
 * @returns {{clear: () => void, close: () => void}}  functions to clear the pad, and to close it when it is removed
 *     from the page
 */
export function mount(root, { predict, read, slow = "", onBlank = () => {}, keys = root }) {
  const view = new View(root);
  const drawing = new Drawing();
  let shown = null; // the drawing that the current answer belongs to
  let frame = 0;
  let mode = "digit";

  const asker = new Asker(
    async () => {
      if (drawing.isBlank) return;
      const sheet = drawing.sheet;
      const asked = { marks: [...drawing.visible], mode };
      const started = performance.now();
      const strokes = asked.marks.filter(({ points }) => points).map(({ points }) => points);
      const timer = setTimeout(() => slow && !drawing.isBlank && view.complain(slow), SLOW_MS);
      const found = await inTime(ask(drawing.toCanvas(ASKED_SIDE), strokes), slow).finally(() => clearTimeout(timer));
      const milliseconds = performance.now() - started;
      const ink = await toImage(found.prediction?.steps.ink_picture);
      if (sheet !== drawing.sheet) return; // cleared, undone or replaced in the meantime
      shown = { ...asked, ...found, ink };
      if (found.reading) view.showReading(shown, milliseconds);
      else view.showAnswer(shown, milliseconds);
      view.complain(found.prediction?.notice ?? "");
    },
    (error) => {
      if (!drawing.isBlank) view.showFailure(error.message);
    },
    (isAsking) => view.showAsking(isAsking),
  );

  /** A number is read as such; on the pad for one digit, so are several, and a picture that shows none at first sight. */
  async function ask(canvas, strokes) {
    const isPicture = drawing.isPicture;
    const small = isPicture ? shrink(canvas, PICTURE_SIDE) : canvas;
    const prediction = mode === "digit" ? await predict(small, strokes) : null;
    const status = prediction?.status;
    const mayBeMore = !prediction || status === "several digits" || (isPicture && status === "not a digit");
    const reading = read && mayBeMore ? await read(canvas, strokes) : null;
    if (reading && (!prediction || reading.text)) return { reading, canvas };
    return { prediction, canvas: small };
  }

  /** Make the sheet as wide as a number, or as the picture on it. */
  function fitSheet() {
    if (!read) return;
    const [mark] = drawing.visible;
    const shape = mark?.image && mode === "number" ? mark.image.width / mark.image.height : WIDTHS[mode] / SIDE;
    drawing.width = SIDE * Math.min(WIDEST, Math.max(NARROWEST, shape));
    view.showMode(mode, drawing.width);
  }

  function choose(chosen) {
    mode = chosen;
    remember(mode);
    changed();
  }

  function redraw() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => view.paint(drawing));
  }

  function changed() {
    fitSheet();
    redraw();
    view.say("");
    if (drawing.isBlank) {
      shown = null;
      view.showBlank();
      view.complain("");
      onBlank();
    } else {
      asker.ask();
    }
  }

  function keepInRecent() {
    if (shown && (shown.reading ? shown.reading.text : shown.prediction.status !== "blank")) view.addRecent(shown, restore);
    shown = null;
  }

  function restore(kept) {
    clear();
    if (kept.mode !== mode) choose(kept.mode);
    kept.marks.forEach((mark) => drawing.add(mark));
    shown = kept; // so that it can be kept again before it is read again
    changed();
    view.canvas.focus({ preventScroll: true });
  }

  function clear() {
    keepInRecent();
    drawing.clear();
    view.liftCursor();
    changed();
  }

  function undo() {
    drawing.undo();
    view.liftCursor();
    changed();
  }

  async function load(file) {
    if (!file) return;
    try {
      const image = await decode(file);
      keepInRecent();
      drawing.add({ image });
      changed();
    } catch {
      view.say(`This browser cannot open ${file.name || "this"} as a picture. Try a PNG, JPEG or WebP.`);
    }
  }

  async function copy() {
    if (drawing.isBlank) return view.say("There is nothing to copy yet.");
    view.say(await copyOrSave(drawing.toCanvas(COPY_SIDE)));
  }

  async function copyReading(form) {
    if (shown?.reading) view.say(await copyText(FORMS[form](shown.reading), `digits.${form === "text" ? "txt" : form.toLowerCase()}`));
  }

  const commands = { clear, undo, copy, load, copyReading };
  view.onCommand(commands);
  followPointer(view, drawing, changed, keepInRecent);
  followKeyboard(view, drawing, changed, keepInRecent);
  followShortcuts(keys, commands, view);
  followFiles(keys, load);
  const close = view.onResize(redraw);
  if (read) {
    view.onMode(choose);
    choose(recall());
  }
  view.showBlank();
  return { clear, close };
}

/** The mode that was chosen last, where the browser lets pages remember. */
function recall() {
  try {
    return localStorage.getItem(REMEMBERED) in WIDTHS ? localStorage.getItem(REMEMBERED) : "digit";
  } catch {
    return "digit";
  }
}

function remember(mode) {
  try {
    localStorage.setItem(REMEMBERED, mode);
  } catch {
    // then it is not remembered
  }
}
