/** The elements of a pad, and what they show. */

import { caption, headline, isRead, spoken } from "./answer.js";
import { newCanvas, paintFitted, toImageData } from "./canvas.js";
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
    this.canvas = this.#find("pad");
    this.cursor = this.#find("cursor");
    this.brush = this.#find("brush");
    this.#find("bars").innerHTML = BARS;
    this.#find("steps").innerHTML = STEPS;
  }

  get brushWidth() {
    return Number(this.brush.value);
  }

  onCommand({ clear, undo, copy, load }) {
    const file = this.#find("file");
    this.#find("clear").addEventListener("click", clear);
    this.#find("undo").addEventListener("click", undo);
    this.#find("copy").addEventListener("click", copy);
    this.#find("open").addEventListener("click", () => file.click());
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
    const side = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!side) return; // the pad is hidden
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    const context = this.canvas.getContext("2d");
    context.setTransform(side / SIDE, 0, 0, side / SIDE, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    drawing.paint(context, getComputedStyle(this.canvas).color);
  }

  /** Convert the position of an event to the drawing's coordinates. */
  toDrawing({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    return [((clientX - box.left) * SIDE) / box.width, ((clientY - box.top) * SIDE) / box.height];
  }

  moveCursor([x, y], isDown) {
    this.cursor.hidden = false;
    this.cursor.classList.toggle("dp-down", isDown);
    this.cursor.style.left = `${(100 * x) / SIDE}%`;
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
    this.#show({ title: "Nothing drawn yet", reason: "Draw a digit from 0 to 9." });
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
    this.#show({ ...prediction, title: headline(prediction), time });
    this.#showBars(prediction);
    this.#showSteps(shown);
    this.#announce(spoken(prediction));
  }

  addRecent(kept, restore) {
    const { canvas, prediction } = kept;
    const [list, place] = [this.#find("recent"), this.#find("recents")];
    const item = document.createElement("li");
    const button = document.createElement("button");
    const answer = caption(prediction);
    item.dataset.state = prediction.status;
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
    <div class="dp-sheet">
      <canvas data-dp="pad" tabindex="0" role="application" aria-label="Drawing pad"
        aria-description="Arrow keys move the pen, Space lowers and lifts it, Control+Z undoes, Escape clears."
      ></canvas>
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
    <div>
      <p class="dp-confidence" data-dp="confidence"></p>
      <p class="dp-reason" data-dp="reason"></p>
      <p class="dp-time" data-dp="time"></p>
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
