/** The pad on a static page: a worker loads the runtime and the model, and reads drawings in the browser. */

import { mount } from "./pad.js";

const LOADING = "Loading the model and its runtime, 5 to 15 MB. You can already draw; the answer follows.";
const READY = "Ready. The model runs in your browser: no drawing leaves this page, and it works offline.";
const SLOW = "No answer yet; your drawing is kept, and will be read.";
const FAILED = "Your drawing is kept, but nothing can read it: see the message above the pad.";

const settings = JSON.parse(document.querySelector("#reader").textContent);
const state = document.querySelector("#state");
const retry = document.querySelector("#retry");

/** Reads drawings with a worker, which can be replaced if it fails, while loading or later. */
class Reader {
  #worker;
  #ready;
  #waiting = new Map();
  #number = 0;

  /** Load the runtime and the model, then call `onReady`; on any failure, call `onFailure` with the error. */
  load(onReady, onFailure) {
    this.#worker?.terminate();
    const worker = new Worker(new URL("./reader.js", import.meta.url), { type: "module" });
    this.#ready = new Promise((resolve, reject) => {
      const fail = (error) => {
        reject(error);
        this.#ready = Promise.reject(error);
        this.#ready.catch(() => {}); // it is reported here
        this.#waiting.forEach((drawing) => drawing.reject(error));
        this.#waiting.clear();
        onFailure(error);
      };
      worker.onerror = () => fail(new Error("The reader stopped, or this browser would not start it."));
      worker.onmessage = ({ data: { ready, id, answer, error, failure } }) => {
        if (failure) return fail(new Error(failure));
        if (ready) return resolve();
        if (error) this.#waiting.get(id).reject(new Error(error));
        else this.#waiting.get(id).resolve(answer);
        this.#waiting.delete(id);
      };
    });
    this.#ready.then(onReady, () => {});
    this.#worker = worker;
    worker.postMessage(settings);
  }

  /** Ask the worker: to read a "drawing" of one digit or a "page" on a canvas, or what happens inside the model. */
  async ask(message, canvas) {
    await this.#ready.catch(() => {
      throw new Error(FAILED);
    });
    const { width, height } = canvas ?? {};
    const pixels = canvas && new Uint8Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
    const id = (this.#number += 1);
    const asked = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#worker.postMessage({ ...message, id, width, height, pixels }, pixels ? [pixels.buffer] : []);
    return asked;
  }

  async readPage(canvas) {
    const { ink, ...reading } = await this.ask({ kind: "page" }, canvas);
    return { ...reading, ink_picture: toDataUrl(ink.levels, ink.width, ink.height) };
  }

  async predict(canvas) {
    const answer = await this.ask({ kind: "drawing" }, canvas);
    const { distance, ...steps } = answer.steps;
    return { ...answer, steps: { ...steps, ink_picture: toDataUrl(distance, canvas.width, canvas.height) } };
  }
}

/** Convert grey levels to a picture that the pad can show. */
function toDataUrl(levels, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const picture = new ImageData(width, height);
  levels.forEach((level, index) => {
    picture.data.fill(level, 4 * index, 4 * index + 3);
    picture.data[4 * index + 3] = 255;
  });
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas.toDataURL("image/png");
}

const reader = new Reader();
const second = new Reader(); // for the camera, whose pictures follow each other faster than one can read them
let isSecondLoaded = false;
let more = null; // what is loaded after what reads, for it is needed later

function load(reader) {
  reader.load(
    async () => {
      await (more ??= Promise.allSettled([keepCorrections(), lookInside()])); // without them, the pad reads all the same
      state.textContent = READY;
    },
    (error) => {
      state.textContent = error.message;
      retry.hidden = false;
    },
  );
}

function loadAll() {
  retry.hidden = true;
  state.textContent = LOADING;
  load(reader);
  if (isSecondLoaded) load(second);
}

function readBySecond(canvas) {
  if (!isSecondLoaded) load(second);
  isSecondLoaded = true;
  return second.readPage(canvas);
}

async function keepCorrections() {
  const { keepHere } = await import("./kept.js");
  await keepHere(pad, document.querySelector("#kept"), settings.files.digits.url.split("?")[1]);
}

async function lookInside() {
  if (!settings.explaining) return;
  const { explainHere } = await import("./explained.js");
  await explainHere(pad, (...question) => reader.ask(...question));
}

retry.addEventListener("click", loadAll);
loadAll();
const pad = mount(document.querySelector("#pad"), {
  predict: (canvas) => reader.predict(canvas),
  read: (canvas) => reader.readPage(canvas),
  lanes: [(canvas) => reader.readPage(canvas), readBySecond],
  slow: SLOW,
  keys: document,
});
