/** Reads what the camera sees until it is stopped, as many pictures as there is time for. */

import { grab, nextPicture, turnOff, turnOn } from "./camera.js";
import { Steady } from "./steady.js";

const SIDE = 640; // px of the pictures that are read
const KEPT_SIDE = 1600; // px of a picture that is taken
const RETRY_MS = 1000;

export class Live {
  #video;
  #lanes;
  #show;
  #fail;
  #ended = null; // aborted when the camera is turned off; there is one as soon as it is asked for
  isOn = false;

  /**
   * Each of the `lanes` reads a canvas at a time; `show` is called with every canvas, what was read steadily, and how
   * many pictures are read in a second; `fail` with an error, after which reading goes on.
   */
  constructor(video, lanes, show, fail) {
    [this.#video, this.#lanes, this.#show, this.#fail] = [video, lanes, show, fail];
  }

  /**
   * Turn on the camera and read; `begin` shows the stream, `end` is called when it stops for whatever reason. Rejects if
   * there is nothing to see.
   */
  async start(begin, end) {
    if (this.#ended) return;
    const ended = (this.#ended = new AbortController());
    const { signal } = ended;
    document.addEventListener("visibilitychange", () => document.hidden && this.stop(), { signal });
    try {
      const stream = await turnOn();
      signal.addEventListener("abort", () => turnOff(stream));
      if (signal.aborted) return turnOff(stream); // while the browser was asking for permission
      this.isOn = true;
      signal.addEventListener("abort", end);
      stream.getTracks().forEach((track) => track.addEventListener("ended", () => this.stop(), { signal }));
      await begin(stream);
    } catch (error) {
      if (signal.aborted) return; // stopped while it was starting
      this.stop();
      throw error;
    }
    const work = { steady: new Steady(), times: [], time: -1, asked: 0, shown: 0 };
    this.#lanes.forEach((read) => this.#work(read, work, signal));
  }

  stop() {
    const ended = this.#ended;
    [this.isOn, this.#ended] = [false, null];
    ended?.abort();
  }

  /** The picture of this moment. */
  take() {
    return grab(this.#video, KEPT_SIDE);
  }

  async #work(read, work, signal) {
    while (!signal.aborted) {
      await nextPicture(this.#video, signal);
      if (signal.aborted || this.#video.currentTime === work.time) continue; // another lane has this one
      work.time = this.#video.currentTime;
      const canvas = grab(this.#video, SIDE);
      const number = (work.asked += 1);
      try {
        const reading = await read(canvas);
        if (signal.aborted || number < work.shown) continue; // a later picture was faster
        work.shown = number;
        this.#show(canvas, work.steady.add(reading), countPerSecond(work.times));
      } catch (error) {
        if (!signal.aborted) this.#fail(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}

/** Note that a picture was read; returns how many there were in a second, of late. */
function countPerSecond(times) {
  times.push(performance.now());
  if (times.length > 11) times.shift();
  const seconds = (times.at(-1) - times[0]) / 1000;
  return seconds ? (times.length - 1) / seconds : 0;
}
