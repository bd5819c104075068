/** The elements of a pad, and what they show. */

import { describeNumber, headline, isRead, spoken, spokenNumber } from "./answer.js";
import { toImageData } from "./canvas.js";
import { SIDE } from "./drawing.js";
import { percent } from "./language.js";
import { Lens } from "./lens.js";
import { NumberView, place } from "./number.js";
import { check, followArrows } from "./radio.js";
import { Recents } from "./recents.js";
import { NAMES, SEEN_SIDE, describeSteps } from "./steps.js";
import { TEMPLATE } from "./template.js";

const ANNOUNCE_MS = 700; // screen readers announce the answer when the drawing pauses
const COMMANDS = ["clear", "undo", "copy", "rotate", "zoomIn", "zoomOut", "camera", "take", "stop"];
const KEYS = {
  drawing: "Arrow keys move the pen, Space lowers and lifts it, Control+Z undoes, Escape clears.",
  picture: "Plus and minus zoom, arrow keys move the picture, R rotates it, Enter reads what is in view, Escape clears.",
};

export class View {
  lens = new Lens();
  width = SIDE;
  #root;
  #number;
  #recents;
  #announcement = { text: "", timer: 0 };
  #isComplaint = false;
  #changed = () => {};
  #inside = null;
  #explained = null;

  constructor(root) {
    this.#root = root;
    root.classList.add("digitpad");
    root.innerHTML = TEMPLATE;
    this.showAsking(false);
    this.canvas = this.#find("pad");
    this.video = this.#find("video");
    this.cursor = this.#find("cursor");
    this.brush = this.#find("brush");
    this.#number = new NumberView(this.#find("number"), this.#find("boxes"), (...chosen) => this.#explain(...chosen));
    this.#recents = new Recents(this.#find("recents"), this.#find("recent"));
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

  /** Call the commands of these names when their buttons are clicked. */
  onCommand(commands) {
    const all = { ...commands, zoomIn: this.zoomIn, zoomOut: this.zoomOut };
    COMMANDS.forEach((name) => this.#find(name).addEventListener("click", () => all[name]()));
    this.#find("part").addEventListener("click", commands.toggleView);
    this.#followFile("open", "file", commands.load);
    this.#followFile("photo", "shot", commands.load);
    this.#find("photo").hidden = !matchMedia("(pointer: coarse)").matches; // where a click opens the camera
    this.#find("export").querySelectorAll("button").forEach((button) => {
      button.addEventListener("click", () => commands.copyReading(button.dataset.form));
    });
  }

  #followFile(button, input, load) {
    const file = this.#find(input);
    this.#find(button).addEventListener("click", () => file.click());
    file.addEventListener("change", () => {
      load(file.files[0]);
      file.value = ""; // so that the same file can be chosen again
    });
  }

  /** Offer to read what the camera sees. */
  offerCamera() {
    this.#find("camera").hidden = false;
  }

  /** Make room for corrections. Returns the place for them. */
  offerCorrections() {
    const place = this.#find("correct");
    place.hidden = false;
    return place;
  }

  /** Let people look inside; `create` gets a place for that. */
  inside(create) {
    this.#inside = create(this.#find("inside"));
    this.#inside.show(this.#explained);
    return this.#inside;
  }

  /** Call back when the pad has to be painted anew. Returns a function that stops it. */
  onChange(callback) {
    this.#changed = callback;
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
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    const [left, top] = this.lens.toSheet([0, 0]);
    const unit = scale * this.lens.scale;
    context.setTransform(unit, 0, 0, unit, left * scale, top * scale);
    drawing.paint(context, getComputedStyle(this.canvas).color);
  }

  /** Where an event is on the sheet, in px of the pad. */
  toSheet({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    return [((clientX - box.left) * this.width) / box.width, ((clientY - box.top) * SIDE) / box.height];
  }

  zoomIn = () => this.#look(() => this.lens.zoomIn(this.#size));
  zoomOut = () => this.#look(() => this.lens.zoomOut(this.#size));
  showWhole = () => this.#look(() => this.lens.reset());

  /** Enlarge around a point of the sheet, and move. */
  zoomAndPan(factor, at, by) {
    this.#look(() => [this.lens.zoom(factor, at, this.#size), this.lens.pan(by, this.#size)]);
  }

  get #size() {
    return [this.width, SIDE];
  }

  #look(change) {
    change();
    const [left, top] = this.lens.toSheet([0, 0]);
    const [width, height] = this.#size.map((side) => side * this.lens.scale);
    place(this.#find("overlay"), { left, top, width, height }, this.#size);
    this.#showPartButton();
    this.#changed();
  }

  /** Show the tools for strokes, or for a picture, of which only a part may be read. */
  showTools({ picture, area }) {
    place(this.#find("boxes"), area, this.#size);
    this.#find("pictureTools").hidden = !picture;
    this.#find("brushTools").hidden = Boolean(picture);
    this.#root.dataset.part = Boolean(picture?.part);
    this.#root.dataset.picture = Boolean(picture);
    this.canvas.setAttribute("aria-description", picture ? KEYS.picture : KEYS.drawing);
    if (picture) this.#showPartButton();
    else this.showWhole();
  }

  #showPartButton() {
    const isPart = this.#root.dataset.part === "true";
    const button = this.#find("part");
    button.textContent = isPart ? "Read all" : "Read this part";
    button.setAttribute("aria-disabled", !isPart && this.lens.isWhole);
  }

  /** Frame a part of the sheet, from one point to another; null for none. */
  showFrame(from, to) {
    const frame = this.#find("frame");
    frame.hidden = !from;
    if (!from) return;
    const [[left, top], [right, bottom]] = [from, to].map((point) => this.lens.toPad(point));
    const [width, height] = [Math.abs(right - left), Math.abs(bottom - top)];
    place(frame, { left: Math.min(left, right), top: Math.min(top, bottom), width, height }, this.#size);
  }

  /** Show what the camera sees in place of the pad, and that it is on; null for the pad. */
  showVideo(stream) {
    const isLive = Boolean(stream);
    this.video.srcObject = stream;
    this.video.hidden = this.#find("light").hidden = this.#find("liveTools").hidden = !isLive;
    this.canvas.hidden = this.#find("tools").hidden = isLive;
    this.#root.dataset.live = isLive;
    this.#root.dataset.part = false;
    this.showWhole();
    this.#find(isLive ? "stop" : "camera").focus();
    if (!isLive) return null;
    this.#find("pictureTools").hidden = this.#find("brushTools").hidden = true;
    return this.video.play();
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
    this.hideReading();
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

  showAnswer(shown, time) {
    const { prediction } = shown;
    this.#root.dataset.state = prediction.status;
    this.hideReading();
    this.#show({ ...prediction, title: headline(prediction), time });
    this.#showBars(prediction);
    this.#showSteps(shown);
    this.#announce(spoken(prediction));
  }

  /** Show a number, with a box over each of its digits; one of them is explained. */
  showReading(shown, time) {
    const { reading, area } = shown;
    const status = reading.digits.some(isRead) ? "number" : "not a digit";
    this.#root.dataset.state = status;
    this.#show({ status, title: describeNumber(reading), reason: reading.reason, time });
    this.#find("export").hidden = !reading.text;
    place(this.#find("boxes"), area, this.#size);
    this.#number.show(shown);
    this.#announce(spokenNumber(reading));
  }

  /** Choose the digit at a point of the pad, if a number is on view. */
  chooseAt([x, y], { left, top, width, height }) {
    this.#number.chooseAt([(x - left) / width, (y - top) / height]);
  }

  addRecent(shown, restore) {
    this.#recents.add(shown, restore);
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

  /** Take away a number and its boxes, which belong to another picture. */
  hideReading() {
    this.#number.hide();
    this.#find("export").hidden = true;
  }

  /** Explain one digit of a number; null if there is none. */
  #explain(digit, shown) {
    this.#showBars(digit);
    this.#showSteps({ ...shown, digit, prediction: digit?.prediction });
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

  /** Show the way from the drawing, or the page, to the picture that the model saw. */
  #showSteps(shown) {
    const steps = shown ? describeSteps(shown) : [];
    [...this.#find("steps").children].forEach((item, index) => {
      const { name = NAMES[index], caption = "", paint } = steps[index] ?? {};
      item.querySelector("strong").textContent = name;
      item.querySelector("small").textContent = caption;
      const context = item.querySelector("canvas").getContext("2d");
      context.reset();
      paint?.(context);
    });
    const seen = this.#find("seen").getContext("2d");
    seen.clearRect(0, 0, SEEN_SIDE, SEEN_SIDE);
    const { prediction, canvas, digit } = shown ?? {};
    if (prediction) seen.putImageData(toImageData(prediction.seen), 0, 0);
    this.#explained = shown && { prediction, canvas: digit ? null : canvas };
    this.#inside?.show(this.#explained);
  }

  /** Announce a text when it has been the latest one for a while. */
  #announce(text) {
    if (this.#announcement.text === text) return;
    clearTimeout(this.#announcement.timer);
    const timer = setTimeout(() => {
      const place = this.#find("announcement");
      if (place.textContent !== text) place.textContent = text;
    }, ANNOUNCE_MS);
    this.#announcement = { text, timer };
  }
}
