/**
 * A pad to draw a digit on, which shows the answer while you draw, and what the model saw.
 *
 *     import { mount } from "./pad.js";
 *     mount(element, { predict });
 *
 * The pad depends on nothing but `predict`, which gets a canvas with the drawing and its strokes. It returns a promise
 * of the answer as described in `digitpad.answer.to_dict`, with `top_k` 10 and optionally a `notice` to show with it.
 * If the promise is rejected, the pad shows the error's message and tries again, unless the error is `permanent`.
 */

import { toImage } from "./canvas.js";
import { Drawing } from "./drawing.js";
import { copyOrSave, decode, followFiles } from "./files.js";
import { followKeyboard, followShortcuts } from "./keyboard.js";
import { followPointer } from "./pointer.js";
import { Asker, inTime } from "./question.js";
import { View } from "./view.js";

const ASKED_SIDE = 140; // px of the drawing that the model gets; larger ones are not read better, only slower
const COPY_SIDE = 560;
const SLOW_MS = 3000;

/**
 * Put a pad into an element.
 *
 * @param {HTMLElement} root  becomes the pad
 * @param {object} options
 * @param {(canvas: HTMLCanvasElement, strokes: number[][][]) => Promise<object>} options.predict  a stroke is a list of
 *     points, [x, y], on a pad 280 wide
 * @param {string} [options.slow]  message to show while an answer takes long
 * @param {() => void} [options.onBlank]  called when the pad becomes blank
 * @param {EventTarget} [options.keys]  target to listen on for keys and for pasted and dropped pictures: the pad by
 *     default, or the document if the page has only the pad
 * @returns {{clear: () => void, close: () => void}}  functions to clear the pad, and to close it when it is removed
 *     from the page
 */
export function mount(root, { predict, slow = "", onBlank = () => {}, keys = root }) {
  const view = new View(root);
  const drawing = new Drawing();
  let shown = null; // the drawing that the current answer belongs to
  let frame = 0;

  const asker = new Asker(
    async () => {
      if (drawing.isBlank) return;
      const sheet = drawing.sheet;
      const asked = { marks: [...drawing.visible], canvas: drawing.toCanvas(ASKED_SIDE) };
      const started = performance.now();
      const strokes = asked.marks.filter(({ points }) => points).map(({ points }) => points);
      const timer = setTimeout(() => slow && !drawing.isBlank && view.complain(slow), SLOW_MS);
      const prediction = await inTime(predict(asked.canvas, strokes), slow).finally(() => clearTimeout(timer));
      const milliseconds = performance.now() - started;
      const ink = await toImage(prediction.steps.ink_picture);
      if (sheet !== drawing.sheet) return; // cleared, undone or replaced in the meantime
      shown = { ...asked, prediction, ink };
      view.showAnswer(shown, milliseconds);
      view.complain(prediction.notice ?? "");
    },
    (error) => {
      if (!drawing.isBlank) view.showFailure(error.message);
    },
    (isAsking) => view.showAsking(isAsking),
  );

  function redraw() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => view.paint(drawing));
  }

  function changed() {
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
    if (shown && shown.prediction.status !== "blank") view.addRecent(shown, restore);
    shown = null;
  }

  function restore(kept) {
    clear();
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

  const commands = { clear, undo, copy, load };
  view.onCommand(commands);
  followPointer(view, drawing, changed, keepInRecent);
  followKeyboard(view, drawing, changed, keepInRecent);
  followShortcuts(keys, commands, view);
  followFiles(keys, load);
  const close = view.onResize(redraw);
  view.showBlank();
  return { clear, close };
}
