/** The elements of a pad, and what they show. */

import { caption, describeNumber, headline, isRead, spoken, spokenNumber } from "./answer.js";
import { fitInto, newCanvas, paintFitted, toImageData } from "./canvas.js";
import { SIDE } from "./drawing.js";
import { percent } from "./language.js";
import { DIGIT_SIDE, SEEN_SIDE, THUMB_SIDE, describeSteps } from "./steps.js";

const BRUSH = { min: 6, max: 48, start: 22 };
const NUM_RECENT = 8;
const ANNOUNCE_MS = 700; // screen readers announce the answer when the drawing pauses

export class View {
  #root;
  #announcement = 0;
  #isComplaint = false;

  constructor(root) {
    this.#root = root;
    root.classList.add("digitpad");
    root.innerHTML = TEMPLATE;
    this.showAsking(false);
    this.width = SIDE;
    this.canvas = this.#find("pad");
    this.cursor = this.#find("cursor");
    this.brush = this.#find("brush");
    this.#find("bars").innerHTML = BARS;
    this.#find("steps").innerHTML = STEPS;
  }

  /** Offer to draw one digit or a number; `choose` is called with "digit" or "number". */
  onMode(choose) {
    const modes = this.#find("modes");
    modes.hidden = false;
    const buttons = [...modes.children];
    buttons.forEach((button) => button.addEventListener("click", () => choose(button.dataset.mode)));
    followArrows(modes, buttons);
  }

  showMode(mode, width) {
    this.#root.dataset.mode = mode;
    this.#root.style.setProperty("--dp-shape", width / SIDE);
    this.width = width;
    [...this.#find("modes").children].forEach((button) => check(button, button.dataset.mode === mode));
  }

  get brushWidth() {
    return Number(this.brush.value);
  }

  onCommand({ clear, undo, copy, load, copyReading }) {
    const file = this.#find("file");
    this.#find("clear").addEventListener("click", clear);
    this.#find("undo").addEventListener("click", undo);
    this.#find("copy").addEventListener("click", copy);
    this.#find("open").addEventListener("click", () => file.click());
    this.#find("export").querySelectorAll("button").forEach((button) => {
      button.addEventListener("click", () => copyReading(button.dataset.form));
    });
    file.addEventListener("change", () => {
      load(file.files[0]);
      file.value = ""; // so that the same file can be chosen again
    });
  }

  /** Call back when the size, pixel density or colour scheme changes. Returns a function that stops it. */
  onResize(callback) {
    const ended = new AbortController();
    const { signal } = ended;
    const sizes = new ResizeObserver(callback);
    sizes.observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback, { signal });
    const watchDensity = () => {
      const density = matchMedia(`(resolution: ${devicePixelRatio}dppx)`); // changes once, when it no longer matches
      density.addEventListener("change", () => [callback(), watchDensity()], { signal, once: true });
    };
    watchDensity();
    return () => {
      sizes.disconnect();
      ended.abort();
    };
  }

  paint(drawing) {
    const width = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!width) return; // the pad is hidden
    const scale = width / this.width;
    const height = Math.round(SIDE * scale);
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const context = this.canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, this.width, SIDE);
    drawing.paint(context, getComputedStyle(this.canvas).color);
  }

  /** Convert the position of an event to the drawing's coordinates. */
  toDrawing({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    return [((clientX - box.left) * this.width) / box.width, ((clientY - box.top) * SIDE) / box.height];
  }

  moveCursor([x, y], isDown) {
    this.cursor.hidden = false;
    this.cursor.classList.toggle("dp-down", isDown);
    this.cursor.style.left = `${(100 * x) / this.width}%`;
    this.cursor.style.top = `${(100 * y) / SIDE}%`;
  }

  /** Lift the pen that the keyboard moves. */
  liftCursor() {
    this.cursor.classList.remove("dp-down");
  }

  /** Show what was done, until the drawing changes. */
  say(note) {
    this.#tell(note, false);
  }

  /** Show why there is no answer yet, until there is one. */
  complain(complaint) {
    this.#tell(complaint, true);
  }

  /** Show the latest message; an empty one removes only a message of its own kind. */
  #tell(message, isComplaint) {
    const place = this.#find("message");
    if (!message && isComplaint !== this.#isComplaint) return;
    this.#isComplaint = isComplaint;
    if (place.textContent !== message) place.textContent = message; // screen readers announce every change
  }

  showBlank() {
    this.#root.dataset.state = "blank";
    const isNumber = this.#root.dataset.mode === "number";
    this.#show({ title: "Nothing drawn yet", reason: isNumber ? "Draw a number." : "Draw a digit from 0 to 9." });
    this.#showNumber(null);
    this.#showBars(null);
    this.#showSteps(null);
    this.#announce("");
  }

  /** For tests: whether an answer is awaited. */
  showAsking(isAsking) {
    this.#root.dataset.asking = isAsking;
  }

  showFailure(message) {
    if (this.#find("digit").dataset.status === "blank") this.#show({ title: "No answer yet", reason: "" });
    else this.#find("time").textContent = "This answer belongs to an earlier drawing.";
    this.#root.dataset.state = "failed";
    this.#announce("");
    this.complain(message);
  }

  showAnswer(shown, milliseconds) {
    const { prediction } = shown;
    const time = `${milliseconds.toFixed(0)} ms, ${prediction.time_ms.toFixed(1)} ms of it reading`;
    this.#root.dataset.state = prediction.status;
    this.#showNumber(null);
    this.#show({ ...prediction, title: headline(prediction), time });
    this.#showBars(prediction);
    this.#showSteps(shown);
    this.#announce(spoken(prediction));
  }

  /** Show a number, with a box over each of its digits; one of them is explained. */
  showReading(shown, milliseconds) {
    const { reading } = shown;
    const read = reading.digits.filter(isRead);
    const time = `${milliseconds.toFixed(0)} ms, ${reading.time_ms.toFixed(1)} ms of it reading`;
    this.#root.dataset.state = read.length ? "number" : "not a digit";
    this.#show({ status: read.length ? "number" : "not a digit", title: describeNumber(reading), reason: reading.reason, time });
    this.#showNumber(shown);
    this.#announce(spokenNumber(reading));
  }

  addRecent(kept, restore) {
    const { canvas, prediction, reading } = kept;
    const [list, place] = [this.#find("recent"), this.#find("recents")];
    const item = document.createElement("li");
    const button = document.createElement("button");
    const answer = reading ? reading.lines.join(" ") : caption(prediction);
    item.dataset.state = reading ? "number" : prediction.status;
    button.type = "button";
    button.title = "Put it back on the pad";
    button.setAttribute("aria-label", `${answer}. Put it back on the pad.`);
    const label = document.createElement("span");
    label.textContent = answer;
    const picture = newCanvas(THUMB_SIDE, THUMB_SIDE);
    paintFitted(picture.getContext("2d"), canvas);
    button.append(picture, label);
    button.addEventListener("click", () => {
      item.remove();
      place.hidden = list.children.length === 0;
      restore(kept);
    });
    item.append(button);
    list.prepend(item);
    while (list.children.length > NUM_RECENT) list.lastElementChild.remove();
    place.hidden = false;
  }

  #find(name) {
    return this.#root.querySelector(`[data-dp="${name}"]`);
  }

  #show({ status = "blank", digit = null, title, reason, time = "" }) {
    const place = this.#find("digit");
    place.textContent = isRead({ status }) ? digit : "";
    place.dataset.status = status;
    this.#find("confidence").textContent = title;
    this.#find("reason").textContent = reason;
    this.#find("time").textContent = time;
  }

  /** The digits as buttons, line by line, and their boxes; null for none. */
  #showNumber(shown) {
    const place = this.#find("number");
    const boxes = this.#find("boxes");
    place.replaceChildren();
    boxes.replaceChildren();
    place.hidden = this.#find("export").hidden = !shown?.reading.text;
    if (!shown) return;
    const { digits, size } = shown.reading;
    const choose = (digit) => {
      [...place.querySelectorAll("button")].forEach((button) => check(button, button.digit === digit));
      [...boxes.children].forEach((box) => box.classList.toggle("dp-chosen", box.digit === digit));
      this.#showBars(digit);
      this.#showSteps(digit && { canvas: shown.canvas, prediction: digit.prediction, ink: null });
    };
    const placed = digits.filter(({ line }) => line !== null);
    const numLines = shown.reading.lines.length;
    for (let line = 0; line < numLines; line += 1) {
      const row = document.createElement("div");
      placed.filter((digit) => digit.line === line).forEach((digit) => row.append(toButton(digit, choose)));
      place.append(row);
    }
    const { left, top, width, height } = fitInto([this.width, SIDE], shown.canvas);
    Object.assign(boxes.style, {
      left: share(left, this.width),
      top: share(top, SIDE),
      width: share(width, this.width),
      height: share(height, SIDE),
    });
    digits.forEach((digit) => boxes.append(toBox(digit, size)));
    const buttons = [...place.querySelectorAll("button")];
    if (buttons.length) followArrows(place, buttons);
    choose(placed.find(({ status }) => status === "unsure") ?? placed[0] ?? digits[0] ?? null);
  }

  #showBars(prediction) {
    const { top_k = [], candidates = [] } = prediction ?? {};
    const probabilities = new Map(top_k.map(({ digit, probability }) => [digit, probability]));
    const bars = this.#find("bars");
    bars.classList.toggle("dp-pale", Boolean(prediction) && !isRead(prediction));
    [...bars.children].forEach((bar, digit) => {
      const probability = probabilities.get(digit) ?? 0;
      bar.classList.toggle("dp-best", top_k[0]?.digit === digit);
      bar.classList.toggle("dp-candidate", candidates.includes(digit));
      bar.querySelector("i").style.transform = `scaleX(${probability})`;
      bar.querySelector("b").textContent = top_k.length ? percent(probability) : "";
    });
  }

  #showSteps(shown) {
    const steps = shown ? describeSteps(shown) : [];
    [...this.#find("steps").children].forEach((item, index) => {
      const { caption = "", paint } = steps[index] ?? {};
      item.querySelector("small").textContent = caption;
      const context = item.querySelector("canvas").getContext("2d");
      context.reset();
      paint?.(context);
    });
    const seen = this.#find("seen").getContext("2d");
    seen.clearRect(0, 0, SEEN_SIDE, SEEN_SIDE);
    if (shown) seen.putImageData(toImageData(shown.prediction.seen), 0, 0);
  }

  #announce(text) {
    clearTimeout(this.#announcement);
    this.#announcement = setTimeout(() => {
      this.#find("announcement").textContent = text;
    }, ANNOUNCE_MS);
  }
}

/** A digit of a number, which can be chosen. */
function toButton(digit, choose) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("role", "radio");
  button.dataset.status = digit.status;
  button.textContent = isRead(digit) ? digit.digit : "?";
  button.setAttribute("aria-label", isRead(digit) ? caption(digit) : "Not read");
  button.digit = digit;
  button.addEventListener("click", () => choose(digit));
  return button;
}

function toBox(digit, [height, width]) {
  const box = document.createElement("span");
  const [top, left, bottom, right] = digit.box;
  box.dataset.status = digit.status;
  box.digit = digit;
  Object.assign(box.style, {
    top: share(top, height),
    left: share(left, width),
    height: share(bottom - top, height),
    width: share(right - left, width),
  });
  return box;
}

function share(length, whole) {
  return `${(100 * length) / whole}%`;
}

/** Mark a button of a group as the chosen one, or not. */
function check(button, isChosen) {
  button.setAttribute("aria-checked", isChosen);
  button.tabIndex = isChosen ? 0 : -1;
}

/** Let the arrow keys choose among the buttons of a group. */
function followArrows(group, buttons) {
  const ways = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
  group.onkeydown = (event) => {
    const at = buttons.indexOf(event.target);
    if (!(event.key in ways) || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + ways[event.key] + buttons.length) % buttons.length];
    next.click();
    next.focus();
  };
}

const BARS = Array.from({ length: 10 }, (_, digit) => `<li><span>${digit}</span><em><i></i></em><b></b></li>`).join("");

const STEPS = ["Drawing", "Ink", "Box", `${DIGIT_SIDE} px`, "Centred"]
  .map(
    (name) =>
      `<li><canvas width="${THUMB_SIDE}" height="${THUMB_SIDE}" aria-hidden="true"></canvas>` +
      `<strong>${name}</strong><small></small></li>`,
  )
  .join("");

const TEMPLATE = `
<div class="dp-board">
  <section class="dp-draw" aria-label="Drawing">
    <div class="dp-modes" data-dp="modes" role="radiogroup" aria-label="What to draw" hidden>
      <button type="button" role="radio" data-mode="digit">One digit</button>
      <button type="button" role="radio" data-mode="number">Number</button>
    </div>
    <div class="dp-sheet">
      <canvas data-dp="pad" tabindex="0" role="application" aria-label="Drawing pad"
        aria-description="Arrow keys move the pen, Space lowers and lifts it, Control+Z undoes, Escape clears."
      ></canvas>
      <div class="dp-boxes" data-dp="boxes" aria-hidden="true"></div>
      <span class="dp-cursor" data-dp="cursor" hidden></span>
    </div>
    <div class="dp-tools">
      <button type="button" data-dp="undo" title="Ctrl+Z">Undo</button>
      <button type="button" data-dp="clear" title="Esc">Clear</button>
      <button type="button" data-dp="open" title="Or drop or paste a picture">Open…</button>
      <button type="button" data-dp="copy">Copy PNG</button>
      <label>Brush <input data-dp="brush" type="range" min="${BRUSH.min}" max="${BRUSH.max}" value="${BRUSH.start}"
        title="[ and ]"></label>
      <input data-dp="file" type="file" accept="image/*" hidden>
    </div>
    <p class="dp-message" data-dp="message" role="status"></p>
  </section>
  <section class="dp-headline" aria-label="Answer">
    <output class="dp-digit" data-dp="digit" aria-live="off"></output>
    <div class="dp-number" data-dp="number" role="radiogroup" aria-label="The digits that were read" hidden></div>
    <div>
      <p class="dp-confidence" data-dp="confidence"></p>
      <p class="dp-reason" data-dp="reason"></p>
      <p class="dp-time" data-dp="time"></p>
      <p class="dp-export" data-dp="export" hidden>Copy as
        <button type="button" data-form="text">text</button>
        <button type="button" data-form="CSV">CSV</button>
        <button type="button" data-form="JSON">JSON</button>
      </p>
    </div>
    <p class="dp-unseen" data-dp="announcement" role="status"></p>
  </section>
  <ol class="dp-bars" data-dp="bars" start="0" aria-label="Probability of each digit"></ol>
  <section class="dp-saw" aria-label="What the model saw">
    <figure>
      <canvas data-dp="seen" width="${SEEN_SIDE}" height="${SEEN_SIDE}" role="img"
        aria-label="The 28 by 28 pixel picture that the model saw"></canvas>
      <figcaption>What the model saw</figcaption>
    </figure>
    <ol class="dp-steps" data-dp="steps" aria-label="Steps from the drawing to that picture"></ol>
  </section>
  <section class="dp-recents" data-dp="recents" aria-label="Recent drawings" hidden>
    <h2>Recent drawings</h2>
    <ul data-dp="recent"></ul>
  </section>
</div>
`;
