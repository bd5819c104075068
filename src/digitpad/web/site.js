/** The pad on a page without a server: the browser itself reads, by a worker that loads the runtime and the model. */

import { mount } from "./pad.js";

const SLOW = "The reader is not there yet; the drawing is kept, and read as soon as it is.";
const FAILED = "The drawing is kept. The reader could not be loaded; see above the pad.";

const LOADING = "Loading the reader, about 4 MB. Draw meanwhile; it is read as soon as the reader is here.";
const READY = "The reader is here, in this browser. No drawing leaves this page, and it works without a network.";

const settings = JSON.parse(document.querySelector("#reader").textContent);
const state = document.querySelector("#state");
const retry = document.querySelector("#retry");

/** Reads drawings with a worker, which can be replaced by a new one when it fails to load. */
class Reader {
  #worker;
  #ready;
  #waiting = new Map();
  #number = 0;

  /** Load the runtime and the model; resolves when they are there, and may be called again when that failed. */
  load() {
    this.#worker?.terminate();
    this.#worker = new Worker(new URL("./reader.js", import.meta.url), { type: "module" });
    this.#ready = new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }) => {
        if (data.ready) resolve();
        else if (data.id === undefined) reject(new Error(data.failure));
        else this.#settle(data);
      };
      this.#worker.onerror = () => {
        reject(new Error("The reader could not be loaded: this browser refused its worker."));
        for (const id of this.#waiting.keys()) this.#settle({ id, failure: "its worker stopped" });
      };
    });
    this.#worker.postMessage(settings);
    return this.#ready;
  }

  async predict(canvas) {
    await this.#ready.catch(() => {
      throw new Error(FAILED);
    });
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const answer = await new Promise((resolve, reject) => {
      this.#waiting.set(++this.#number, { resolve, reject });
      this.#worker.postMessage({ id: this.#number, width, height, pixels: new Uint8Array(data.buffer) }, [data.buffer]);
    });
    const { distance, ...steps } = answer.steps;
    return { ...answer, steps: { ...steps, ink_picture: toDataUrl(distance, width, height) } };
  }

  #settle({ id, answer, failure }) {
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (answer) resolve(answer);
    else reject(Object.assign(new Error(`The model failed to read this: ${failure}`), { permanent: true }));
  }
}

/** Levels of grey as a picture that the pad can show. */
function toDataUrl(levels, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const picture = new ImageData(width, height);
  levels.forEach((level, index) => picture.data.set([level, level, level, 255], 4 * index));
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas.toDataURL("image/png");
}

async function load() {
  retry.hidden = true;
  state.textContent = LOADING;
  try {
    await reader.load();
    state.textContent = READY;
  } catch (error) {
    state.textContent = error.message;
    retry.hidden = false;
  }
}

const reader = new Reader();
retry.addEventListener("click", load);
load();
mount(document.querySelector("#pad"), { predict: (canvas) => reader.predict(canvas), slow: SLOW, keys: document });
