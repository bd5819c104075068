/** Lets people say what a drawing is when its answer is wrong: a button, a row to choose from, and a way back. */

import { NO_DIGIT, newId, toRecord, toStrokes } from "./record.js";

const MOST_DIGITS = 200; // of what it is, with the spaces

const DIGITS = Array.from({ length: 10 }, (_, digit) => `<button type="button" value="${digit}">${digit}</button>`).join("");
const TEMPLATE = `
<button type="button" data-dp="wrong" title="W" aria-expanded="false" hidden>Wrong?</button>
<p><span data-dp="note" role="status"></span> <button type="button" data-dp="takeBack" aria-label="Undo the correction"
  hidden>Undo</button></p>
<div class="dp-row" data-dp="row" role="group" aria-label="Correction" hidden>
  <p data-dp="hint"></p>
  ${DIGITS}
  <textarea data-dp="truth" aria-label="The number" inputmode="numeric" spellcheck="false"></textarea>
  <button type="button" data-dp="keep">Keep</button>
  <button type="button" data-dp="none" title="N">Not a digit</button>
  <button type="button" data-dp="cancel" title="Esc">Cancel</button>
  <p data-dp="fault" role="alert" hidden></p>
</div>`;

export class Corrector {
  #place;
  #leave;
  #keeping;
  #session = newId();
  #shown = null; // the answer on show
  #strokes = null; // of its drawing
  #kept = new WeakMap(); // corrections by the last mark of their drawing

  /**
   * @param {[HTMLElement, EventTarget, () => void]} where  what `pad.correct` gives
   * @param {object} keeping
   * @param {string} keeping.where  where corrections are kept, for people
   * @param {(record: object, onLate: (note: string) => void, earlier: string[]) => Promise<void>} keeping.send  keeps a
   *     record, and only then takes back the `earlier` ones of its drawing; `onLate` is told if that takes long
   * @param {(id: string, onLate: (note: string) => void) => Promise<void>} keeping.remove  takes a record back, with the
   *     earlier ones if they are kept still
   * @param {string} [keeping.model]  the model, if the answers do not say
   */
  constructor([place, keys, leave], keeping) {
    [this.#place, this.#leave, this.#keeping] = [place, leave, keeping];
    place.innerHTML = TEMPLATE;
    this.#find("hint").textContent = `What is it? The drawing is then kept in ${keeping.where}.`;
    this.#find("row").setAttribute("aria-description", this.#find("hint").textContent);
    this.#find("row").addEventListener("click", ({ target }) => target.matches("[value]") && this.#keep(target.value));
    this.#follow("wrong", () => (this.#isOpen ? this.#cancel() : this.#canOpen && this.#open()));
    this.#follow("takeBack", () => this.#takeBack());
    this.#follow("keep", () => this.#keepNumber());
    this.#follow("none", () => this.#keep(NO_DIGIT));
    this.#follow("cancel", () => this.#cancel());
    keys.addEventListener("keydown", (event) => this.#press(event), { capture: true }); // before the pad's own keys
  }

  /** Let the answer on show be corrected; null if there is none. */
  show(shown) {
    const isAnswer = Boolean(shown) && shown.prediction?.status !== "blank";
    const wasNumber = this.#isNumber;
    this.#shown = isAnswer ? shown : null;
    this.#strokes = isAnswer ? toStrokes(shown.marks) : null;
    if (!isAnswer || wasNumber || this.#isNumber) this.#close(); // the row for one digit suits every answer
    this.#find("wrong").hidden = !isAnswer;
    this.#find("wrong").setAttribute("aria-disabled", false);
    this.#showKept();
  }

  /** Let nothing be corrected until the next answer: the drawing changes, and the answer on show is of what it was. */
  close() {
    this.#find("wrong").setAttribute("aria-disabled", true);
    this.#close();
  }

  #close() {
    this.#find("row").hidden = true;
    this.#find("wrong").setAttribute("aria-expanded", false);
    this.#note("");
  }

  /** Show a message until the drawing changes. */
  tell(message) {
    this.#note(message);
  }

  get #isOpen() {
    return !this.#find("row").hidden;
  }

  get #canOpen() {
    const { hidden, ariaDisabled } = this.#find("wrong");
    return !hidden && ariaDisabled !== "true";
  }

  /** Whether the answer may be several digits. */
  get #isNumber() {
    return Boolean(this.#shown?.reading) || this.#shown?.prediction?.status === "several digits";
  }

  #open() {
    const isNumber = this.#isNumber;
    const truth = this.#find("truth");
    this.#find("row").hidden = false;
    this.#find("wrong").setAttribute("aria-expanded", true);
    this.#find("row").querySelectorAll("[value]").forEach((button) => (button.hidden = isNumber));
    truth.hidden = this.#find("keep").hidden = !isNumber;
    truth.value = this.#shown.reading?.text ?? "";
    truth.rows = Math.max(1, truth.value.split("\n").length);
    this.#complain("");
    if (isNumber) truth.select();
    (isNumber ? truth : this.#find("row").querySelector("[value]")).focus();
    this.#find("row").scrollIntoView({ block: "nearest" });
  }

  #cancel() {
    this.#close();
    this.#showKept();
    this.#leave();
  }

  #press(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const isTyping = target.matches?.("input:not([type=range]), textarea, select, [contenteditable]");
    if (!this.#isOpen) {
      if (isTyping || key.toLowerCase() !== "w" || !this.#canOpen) return;
      this.#open();
    } else if (key === "Escape") this.#cancel();
    else if (target === this.#find("truth") && key === "Enter" && !event.shiftKey) this.#keepNumber();
    else if (!isTyping && key.toLowerCase() === "n") this.#keep(NO_DIGIT);
    else if (!isTyping && !this.#isNumber && /^\d$/.test(key)) this.#keep(key);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #keepNumber() {
    const typed = this.#find("truth").value;
    const truth = typed.trim().replace(/[^\S\n]+/g, " ").replace(/\s*\n\s*/g, "\n");
    if (truth.length > MOST_DIGITS) this.#complain(`Expected at most ${MOST_DIGITS} digits and spaces; got ${truth.length}.`);
    else if (/^\d+([ \n]\d+)*$/.test(truth)) this.#keep(truth);
    else this.#complain(`Expected digits, spaces and new lines only; got ${typed.trim() ? `“${typed.trim()}”` : "nothing"}.`);
  }

  #complain(fault) {
    const place = this.#find("fault");
    place.hidden = !fault;
    place.textContent = fault;
    this.#find("truth").setAttribute("aria-invalid", Boolean(fault));
    if (fault) this.#find("row").scrollIntoView({ block: "nearest" });
  }

  /** Keep what the drawing on show is, in place of what was kept of it before. */
  async #keep(truth) {
    const [before, mark] = [this.#found, this.#shown.marks.at(-1)];
    const record = toRecord(this.#shown, this.#strokes, truth, { session: this.#session, model: this.#keeping.model });
    const kept = { record, note: "Keeping…", isKept: true, earlier: before ? [before, ...before.earlier] : [] };
    this.#kept.set(mark, kept);
    this.#close();
    this.#showKept();
    this.#leave();
    try {
      const earlier = kept.earlier.map(({ record: { id } }) => id);
      await this.#keeping.send(record, (note) => this.#update(kept, note), earlier);
      kept.earlier = [];
      this.#update(kept, `Kept as ${toText(kept)} in ${this.#keeping.where}.`);
    } catch ({ message }) {
      this.#refuse(kept, mark, message);
    }
  }

  /** Tell that a correction was not kept; what was kept of the drawing before stays. */
  #refuse(kept, mark, message) {
    const isOnShow = this.#found === kept;
    kept.isKept = false;
    const left = kept.earlier.find(({ isKept }) => isKept) ?? kept;
    left.note = `Not kept: ${message}${left.isKept ? ` It is still kept as ${toText(left)}.` : ""}`;
    if (this.#kept.get(mark) === kept) this.#kept.set(mark, left);
    if (isOnShow) this.#showKept();
    else this.tell(`The correction to ${toText(kept)} was not kept: ${message}`);
  }

  async #takeBack() {
    const [kept, mark] = [this.#found, this.#shown.marks.at(-1)];
    const undone = { ...kept, isKept: false, note: "Undoing…" };
    this.#kept.set(mark, undone);
    this.#showKept();
    this.#leave();
    try {
      await this.#keeping.remove(kept.record.id, (note) => this.#update(undone, note));
      this.#update(undone, "Undone: the correction is not kept.");
    } catch ({ message }) {
      if (this.#kept.get(mark) !== undone) return; // it was corrected again, which takes this one back, too
      undone.isKept = true;
      this.#update(undone, `Not undone: ${message}`);
      if (this.#found !== undone) this.tell(`The correction to ${toText(kept)} was not undone: ${message}`);
    }
  }

  #update(kept, note) {
    kept.note = note;
    if (this.#found === kept) this.#showKept();
  }

  /** What was kept of the drawing on show. */
  get #found() {
    const kept = this.#shown ? this.#kept.get(this.#shown.marks.at(-1)) : null;
    return kept && JSON.stringify(kept.record.strokes) === JSON.stringify(this.#strokes) ? kept : null;
  }

  #showKept() {
    if (this.#isOpen) return;
    const kept = this.#found;
    this.#note(kept?.note ?? "", kept?.isKept);
  }

  #note(text, canBeUndone = false) {
    const place = this.#find("note");
    if (place.textContent !== text) place.textContent = text; // screen readers announce every change
    this.#find("takeBack").hidden = !canBeUndone;
  }

  #follow(name, act) {
    this.#find(name).addEventListener("click", act);
  }

  #find(name) {
    return this.#place.querySelector(`[data-dp="${name}"]`);
  }
}

function toText({ record: { truth } }) {
  return truth.replaceAll("\n", " ");
}
