/**
 * A pad to draw a digit on, the answer while one draws, and what the model saw.
 *
 *     import { mount } from "./pad.js";
 *     mount(element, { predict });
 *
 * `predict` is the pad's only tie to the world: it gets a canvas with the drawing, and the strokes that it was drawn by,
 * and promises the answer as `digitpad.answer.to_dict` describes it, with `top_k` 10, and perhaps a `notice` to show
 * beside it. If it fails, the pad shows the error's message and tries again, unless the error is `permanent`.
 */

const SIDE = 280; // the pad is so wide in the unit of all coordinates here
const ASKED_SIDE = 140; // px of the drawing that the model gets: finer ones are read no better, and more slowly
const PICTURE_SIDE = 560; // px, the longest side of a picture from elsewhere
const COPY_SIDE = 560;
const THUMB_SIDE = 112;
const SEEN_SIDE = 28;
const DIGIT_SIDE = 20;
const MASS_CENTRE = 14.5; // where in the picture seen the contract puts the centre of mass
const CHANGED_PX = 0.15; // strokes that stay as they are differ by up to 0.1 px, measured at two resolutions
const MOST_NAMED = 4; // candidates; nobody reads longer lists
const BRUSH = { min: 6, max: 48, start: 22 };
const KEY_STEP = 10;
const NUM_RECENT = 8;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 4000;
const SLOW_MS = 3000;
const GIVE_UP_MS = 30_000; // then the latest drawing is asked about anew
const ANNOUNCE_MS = 700; // a screen reader hears the answer when the hand rests

/**
 * Put a pad into an element.
 *
 * @param {HTMLElement} root  becomes the pad
 * @param {object} options
 * @param {(canvas: HTMLCanvasElement, strokes: number[][][]) => Promise<object>} options.predict  a stroke is a list of
 *     points, [x, y], on a pad 280 wide
 * @param {string} [options.slow]  said while an answer takes long
 * @param {() => void} [options.onBlank]  called when the pad was cleared
 * @param {EventTarget} [options.keys]  where keys, pasted and dropped pictures are listened for: the pad itself, or the
 *     whole document where the pad is all there is
 * @returns {{clear: () => void, close: () => void}}  the pad, to be cleared from outside, and closed when it is taken
 *     off the page
 */
export function mount(root, { predict, slow = "", onBlank = () => {}, keys = root }) {
  const view = new View(root);
  const drawing = new Drawing();
  let shown = null; // the drawing that the answer on show belongs to
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
      if (sheet !== drawing.sheet) return; // cleared meanwhile
      shown = { ...asked, prediction, ink };
      view.showAnswer(shown, milliseconds);
      view.complain(prediction.notice ?? "");
    },
    (error) => {
      if (!drawing.isBlank) view.showFailure(error.message);
    },
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
    shown = kept; // it can be kept again before it is read again
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
      const image = await toCanvas(file);
      keepInRecent();
      drawing.add({ image });
      changed();
    } catch {
      view.say(`Expected a picture, such as a PNG or JPEG; ${file.name || "this"} cannot be read as one.`);
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

/** What was drawn: a list of marks, so that the last one can be taken back. Strokes, pictures and clearings are marks. */
class Drawing {
  #marks = [];
  #sheet = 0;

  /** A number that changes whenever the drawing begins anew. */
  get sheet() {
    return this.#sheet;
  }

  /** The marks on show: the strokes since the last picture or clearing, or the picture while nothing is drawn after. */
  get visible() {
    const index = this.#marks.findLastIndex((mark) => !mark.points);
    const strokes = this.#marks.slice(index + 1);
    if (strokes.length || index < 0) return strokes;
    return this.#marks[index].image ? [this.#marks[index]] : [];
  }

  get isBlank() {
    return this.visible.length === 0;
  }

  get isPicture() {
    return this.visible.some(({ image }) => image);
  }

  add(mark) {
    if (!mark.points || this.isPicture) this.#sheet += 1;
    this.#marks.push(mark);
  }

  clear() {
    if (!this.isBlank) this.add({});
  }

  undo() {
    if (this.#marks.pop()) this.#sheet += 1;
  }

  /** Take back one mark wherever it is. */
  drop(mark) {
    this.#marks = this.#marks.filter((other) => other !== mark);
    this.#sheet += 1;
  }

  paint(context, ink) {
    context.strokeStyle = context.fillStyle = ink;
    context.lineCap = context.lineJoin = "round";
    for (const mark of this.visible) {
      if (mark.image) paintFitted(context, mark.image);
      else paintStroke(context, mark);
    }
  }

  /** The drawing as the model gets it: dark on white, whatever the screen and the colours of the page. */
  toCanvas(side) {
    const [mark] = this.visible;
    if (mark?.image) return mark.image;
    const canvas = newCanvas(side, side);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "#fff";
    context.fillRect(0, 0, side, side);
    context.scale(side / SIDE, side / SIDE);
    this.paint(context, "#000");
    return canvas;
  }
}

/** Asks for an answer to the latest drawing, one question at a time; failures are tried again after a while. */
class Asker {
  #question;
  #fail;
  #isWanted = false;
  #isBusy = false;

  constructor(question, fail) {
    this.#question = question;
    this.#fail = fail;
  }

  ask() {
    this.#isWanted = true;
    if (!this.#isBusy) this.#work();
  }

  async #work() {
    this.#isBusy = true;
    let delay = FIRST_RETRY_MS;
    while (this.#isWanted) {
      this.#isWanted = false;
      try {
        await this.#question();
        delay = FIRST_RETRY_MS;
      } catch (error) {
        this.#fail(error);
        if (error.permanent) continue;
        await new Promise((resolve) => setTimeout(resolve, delay));
        delay = Math.min(2 * delay, LAST_RETRY_MS);
        this.#isWanted = true;
      }
    }
    this.#isBusy = false;
  }
}

/** What was promised, or a failure that says `slow` where it takes too long. */
function inTime(promise, slow) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(slow)), GIVE_UP_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The elements of a pad, and what they show. */
class View {
  #root;
  #announcement = 0;
  #isComplaint = false;

  constructor(root) {
    this.#root = root;
    root.classList.add("digitpad");
    root.innerHTML = TEMPLATE;
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

  /** Call back when the pad must be painted again: another size, another density, other colours. Returns what ends it. */
  onResize(callback) {
    const ended = new AbortController();
    const { signal } = ended;
    const sizes = new ResizeObserver(callback);
    sizes.observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback, { signal });
    const watchDensity = () => {
      const density = matchMedia(`(resolution: ${devicePixelRatio}dppx)`); // changes once, to no longer
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
    if (!side) return; // not on show
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    const context = this.canvas.getContext("2d");
    context.setTransform(side / SIDE, 0, 0, side / SIDE, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    drawing.paint(context, getComputedStyle(this.canvas).color);
  }

  /** A point of the page in the drawing's coordinates. */
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

  /** Lift the pen of the keyboard. */
  liftCursor() {
    this.cursor.classList.remove("dp-down");
  }

  /** Say what was done, until the drawing changes. */
  say(note) {
    this.#tell(note, false);
  }

  /** Say what keeps the answer away, until it is there. */
  complain(complaint) {
    this.#tell(complaint, true);
  }

  /** The latest message is on show; an empty one ends those of its own kind. */
  #tell(message, isComplaint) {
    const place = this.#find("message");
    if (!message && isComplaint !== this.#isComplaint) return;
    this.#isComplaint = isComplaint;
    if (place.textContent !== message) place.textContent = message; // a screen reader hears every change
  }

  showBlank() {
    this.#root.dataset.state = "blank";
    this.#show({ headline: "Nothing drawn yet", reason: "A blank pad is not a digit." });
    this.#showBars(null);
    this.#showSteps(null);
    this.#announce("");
  }

  showFailure(message) {
    this.#root.dataset.state = "failed";
    this.#find("time").textContent = "This is not an answer to the drawing as it is now.";
    this.#announce("");
    this.complain(message);
  }

  showAnswer(shown, milliseconds) {
    const { prediction } = shown;
    const time = `Answered after ${milliseconds.toFixed(0)} ms, ${prediction.time_ms.toFixed(1)} of them reading`;
    this.#root.dataset.state = prediction.status;
    this.#show({ ...prediction, headline: describeAnswer(prediction), time });
    this.#showBars(prediction);
    this.#showSteps(shown);
    this.#announce(speakAnswer(prediction));
  }

  addRecent(kept, restore) {
    const { canvas, prediction } = kept;
    const [list, place] = [this.#find("recent"), this.#find("recents")];
    const item = document.createElement("li");
    const button = document.createElement("button");
    const answer = describeShortly(prediction);
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

  #show({ status = "blank", digit = null, headline, reason, time = "" }) {
    const place = this.#find("digit");
    place.textContent = status === "not a digit" ? "" : digit;
    place.dataset.status = status;
    this.#find("confidence").textContent = headline;
    this.#find("reason").textContent = reason;
    this.#find("time").textContent = time;
  }

  #showBars(prediction) {
    const { status, top_k = [], candidates = [] } = prediction ?? {};
    const probabilities = new Map(top_k.map(({ digit, probability }) => [digit, probability]));
    const bars = this.#find("bars");
    bars.classList.toggle("dp-pale", status === "not a digit");
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

/** An answer beside its digit. */
function describeAnswer({ status, confidence, not_digit, candidates, top_k }) {
  if (status === "blank") return "Blank";
  if (status === "not a digit") return `No digit, ${percent(not_digit)} sure`;
  if (status === "unsure") return `Unsure: ${nameCandidates(candidates, top_k)}`;
  return `${percent(confidence)} confident`;
}

/** "4 or 9": an unsure answer names at least the second best. */
function nameCandidates(candidates, ranking) {
  const named = candidates.length > 1 ? candidates : ranking.slice(0, 2).map(({ digit }) => digit);
  if (named.length > MOST_NAMED) return `one of ${named.length} digits`;
  return `${named.slice(0, -1).join(", ")} or ${named.at(-1)}`;
}

/** An answer as one says it. */
function speakAnswer({ status, digit, confidence, reason }) {
  if (status === "blank") return `Blank. ${reason}`;
  if (status === "not a digit") return `Not a digit. ${reason}`;
  if (status === "unsure") return `Unsure, perhaps ${digit}. ${reason}`;
  return `Read as ${digit}, ${percent(confidence)} confident`;
}

/** An answer below its picture. */
function describeShortly({ status, digit, confidence }) {
  if (status === "not a digit") return "Not a digit";
  return `${digit}${status === "unsure" ? "?" : ""}, ${percent(confidence)}`;
}

/** Draw with mouse, finger or pen. A captured pointer may leave the pad; a cancelled one takes its stroke with it. */
function followPointer(view, drawing, changed, beginAnew) {
  const { canvas } = view;
  let stroke = null;
  let pointer = null;

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return;
    canvas.setPointerCapture(event.pointerId);
    view.cursor.hidden = true;
    pointer = event.pointerId;
    if (drawing.isPicture) beginAnew();
    stroke = { points: [view.toDrawing(event)], width: view.brushWidth };
    drawing.add(stroke);
    changed();
  });

  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer || !drawing.visible.includes(stroke)) return; // it may be undone or cleared
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) addPoint(stroke, view.toDrawing(each));
    changed();
  });

  const finish = (event) => {
    if (event.pointerId === pointer) pointer = stroke = null;
  };
  canvas.addEventListener("pointerup", finish);
  canvas.addEventListener("pointercancel", (event) => {
    if (event.pointerId !== pointer) return;
    drawing.drop(stroke);
    finish(event);
    changed();
  });
  canvas.addEventListener("lostpointercapture", finish);
}

/** Draw with the keyboard: arrow keys move the pen, Space puts it down and lifts it. */
function followKeyboard(view, drawing, changed, beginAnew) {
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let pen = [SIDE / 2, SIDE / 2];
  let stroke = null;

  view.canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!drawing.visible.includes(stroke)) stroke = null; // it was undone or cleared
    if (event.key === " " && event.repeat) return event.preventDefault();
    if (event.key === " ") {
      if (drawing.isPicture) beginAnew();
      stroke = stroke ? null : { points: [pen], width: view.brushWidth };
      if (stroke) drawing.add(stroke);
    } else if (event.key in moves) {
      const [x, y] = moves[event.key].map((way, axis) => pen[axis] + way * KEY_STEP * (event.shiftKey ? 3 : 1));
      pen = [Math.min(Math.max(x, 0), SIDE), Math.min(Math.max(y, 0), SIDE)];
      if (stroke) addPoint(stroke, pen);
    } else {
      return;
    }
    event.preventDefault();
    view.moveCursor(pen, stroke !== null);
    changed();
  });
  view.canvas.addEventListener("blur", () => {
    view.cursor.hidden = true;
    stroke = null;
  });
}

function followShortcuts(keys, { clear, undo }, view) {
  keys.addEventListener("keydown", (event) => {
    if (event.target.matches?.("input:not([type=range]), textarea, select, [contenteditable]")) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (event.key === "Escape") clear();
    else if (isCommand && !event.shiftKey && event.key.toLowerCase() === "z") undo();
    else if (!isCommand && event.key === "[") view.brush.stepDown(2);
    else if (!isCommand && event.key === "]") view.brush.stepUp(2);
    else return;
    event.preventDefault();
  });
}

function followFiles(keys, load) {
  keys.addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    if (!file) return;
    event.preventDefault();
    load(file);
  });
  keys.addEventListener("dragover", (event) => event.preventDefault());
  keys.addEventListener("drop", (event) => {
    event.preventDefault();
    load(event.dataTransfer.files[0]);
  });
}

/** Add a point unless the hand did not move. */
function addPoint({ points }, [x, y]) {
  const [lastX, lastY] = points.at(-1);
  if (Math.hypot(x - lastX, y - lastY) >= 0.5) points.push([x, y]);
}

/** A round, smooth stroke: curves from middle to middle of the way between points, which they bend towards. */
function paintStroke(context, { points, width }) {
  const [[x, y], ...rest] = points;
  context.beginPath();
  if (!rest.length) {
    context.arc(x, y, width / 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.lineWidth = width;
  context.moveTo(x, y);
  points.slice(1, -1).forEach(([px, py], index) => {
    const [nextX, nextY] = points[index + 2];
    context.quadraticCurveTo(px, py, (px + nextX) / 2, (py + nextY) / 2);
  });
  context.lineTo(...points.at(-1));
  context.stroke();
}

/**
 * Paint an image, on its own paper if it has some, as large as it fits into the square that a context's canvas is, in
 * the middle; where it came to lie.
 */
function paintFitted(context, image) {
  const side = context.canvas.width / context.getTransform().a;
  const scale = side / Math.max(image.width, image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  const [left, top] = [(side - width) / 2, (side - height) / 2];
  context.imageSmoothingQuality = "high";
  if (image.dataset.paper) {
    context.fillStyle = image.dataset.paper;
    context.fillRect(left, top, width, height);
  }
  context.drawImage(image, left, top, width, height);
  return { left, top, width, height };
}

/**
 * The way from the drawing to the picture seen, from the numbers and pictures that the model itself gave; nothing is
 * computed here a second time.
 */
function describeSteps({ canvas, prediction, ink: picture }) {
  const { size, ink, box, centre, scale, stroke } = prediction.steps;
  const [height, width] = size;
  const steps = [
    { caption: `${width} × ${height} px`, paint: (context) => paintFitted(context, canvas) },
    { caption: `covers ${ink ? percent(ink) : "nothing"}`, paint: (context) => picture && paintFitted(context, picture) },
  ];
  if (!box) return steps;
  const [top, left, bottom, right] = box;
  const seen = newCanvas(SEEN_SIDE, SEEN_SIDE);
  seen.getContext("2d").putImageData(toImageData(prediction.seen), 0, 0);
  const inPicture = (edge, axis) => (edge - centre[axis]) * scale + MASS_CENTRE;
  const [drawn, brought] = stroke;
  const wider = brought - drawn; // the box grew with its strokes
  const digit = [
    inPicture(left, 1) - wider / 2,
    inPicture(top, 0) - wider / 2,
    (right - left) * scale + wider,
    (bottom - top) * scale + wider,
  ];
  const shift = [digit[0] + digit[2] / 2 - SEEN_SIDE / 2, digit[1] + digit[3] / 2 - SEEN_SIDE / 2];
  return [
    ...steps,
    {
      caption: `${(right - left).toFixed(0)} × ${(bottom - top).toFixed(0)} px`,
      paint: (context) => {
        const place = paintFitted(context, canvas);
        const unit = place.width / width;
        const edges = [place.left + left * unit, place.top + top * unit, (right - left) * unit, (bottom - top) * unit];
        outline(context, edges);
      },
    },
    {
      caption: `scaled × ${scale.toPrecision(3)}${describeStrokes(drawn, brought)}`,
      paint: (context) => {
        const unit = THUMB_SIDE / DIGIT_SIDE;
        const [digitWidth, digitHeight] = [digit[2] * unit, digit[3] * unit];
        const place = [(THUMB_SIDE - digitWidth) / 2, (THUMB_SIDE - digitHeight) / 2, digitWidth, digitHeight];
        context.imageSmoothingEnabled = false;
        context.drawImage(seen, ...digit, ...place);
      },
    },
    {
      caption: `moved ${describeShift(shift)}`,
      paint: (context) => {
        const unit = THUMB_SIDE / SEEN_SIDE;
        context.imageSmoothingEnabled = false;
        context.drawImage(seen, 0, 0, THUMB_SIDE, THUMB_SIDE);
        outline(context, digit.map((length) => length * unit));
        cross(context, MASS_CENTRE * unit);
      },
    },
  ];
}

function describeStrokes(drawn, brought) {
  const isChanged = Math.abs(brought - drawn) >= CHANGED_PX;
  return isChanged ? `\nstrokes ${drawn.toFixed(1)} → ${brought.toFixed(1)}\u00a0px` : "";
}

function describeShift([right, down]) {
  const ways = [
    [right, "→", "←"],
    [down, "↓", "↑"],
  ];
  const named = ways.map(([way, ahead, back]) => `${way < 0 ? back : ahead}\u00a0${Math.abs(way).toFixed(1)}`);
  return `${named.join(" ")}\u00a0px`;
}

function outline(context, [x, y, width, height]) {
  context.strokeStyle = getComputedStyle(context.canvas).color;
  context.lineWidth = 2;
  context.strokeRect(x, y, width, height);
}

function cross(context, middle) {
  context.beginPath();
  context.moveTo(middle - 6, middle);
  context.lineTo(middle + 6, middle);
  context.moveTo(middle, middle - 6);
  context.lineTo(middle, middle + 6);
  context.stroke();
}

async function toImage(url) {
  if (!url) return null;
  const image = new Image();
  image.src = url;
  return image.decode().then(() => image, () => null);
}

/** 28 rows of levels, 0 to 255 for ink, as white on black. */
function toImageData(rows) {
  const levels = rows.flat();
  const pixels = new Uint8ClampedArray(4 * levels.length).fill(255);
  levels.forEach((level, index) => pixels.fill(level, 4 * index, 4 * index + 3));
  return new ImageData(pixels, SEEN_SIDE, SEEN_SIDE);
}

/** A picture file as a canvas of at most `PICTURE_SIDE` px; rejects what the browser cannot decode. */
async function toCanvas(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, PICTURE_SIDE / Math.max(image.width, image.height));
  const canvas = newCanvas(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  canvas.dataset.paper = paperUnder(context);
  return canvas;
}

/**
 * What a transparent picture lies on, as the contract sees it: the paper of its own border if that is opaque, else what
 * shows the ink, white under dark and black under light.
 */
function paperUnder(context) {
  const { width, height } = context.canvas;
  const sides = [[0, 0, width, 1], [0, height - 1, width, 1], [0, 0, 1, height], [width - 1, 0, 1, height]];
  const border = sides.flatMap((side) => [...context.getImageData(...side).data]);
  const [red, green, blue, opacity] = [0, 1, 2, 3].map((channel) => border.filter((_, index) => index % 4 === channel));
  if (mean(opacity) > 127.5) return `rgb(${[red, green, blue].map(median)})`;
  const { data } = context.getImageData(0, 0, width, height);
  let [ink, light] = [0, 0];
  for (let index = 0; index < data.length; index += 4) {
    ink += data[index + 3];
    light += data[index + 3] * data[index + 1];
  }
  return light > 127.5 * ink ? "#000" : "#fff";
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** Copy a canvas as PNG, or save it where the browser does not let pages copy; what was done, in words. */
async function copyOrSave(canvas) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    return "Copied as PNG.";
  } catch {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = "digit.png";
    link.click();
    URL.revokeObjectURL(link.href);
    return "This browser does not let the page copy pictures, so it was saved as digit.png.";
  }
}

function newCanvas(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** A probability for people; nothing is rounded to certain or impossible. */
function percent(probability) {
  if (probability >= 0.9995) return ">99.9 %";
  return probability >= 0.0005 ? `${(100 * probability).toFixed(1)} %` : "<0.1 %";
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
        aria-description="Arrow keys move the pen, Space puts it down and lifts it, Control Z takes back, Escape clears."
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
  <ol class="dp-bars" data-dp="bars" start="0" aria-label="Probabilities of the digits"></ol>
  <section class="dp-saw" aria-label="What the model saw">
    <figure>
      <canvas data-dp="seen" width="${SEEN_SIDE}" height="${SEEN_SIDE}" role="img"
        aria-label="The picture of 28 by 28 pixels that the model saw"></canvas>
      <figcaption>What the model saw</figcaption>
    </figure>
    <ol class="dp-steps" data-dp="steps" aria-label="The way there"></ol>
  </section>
  <section class="dp-recents" data-dp="recents" aria-label="Last drawings" hidden>
    <h2>Last drawings</h2>
    <ul data-dp="recent"></ul>
  </section>
</div>
`;
