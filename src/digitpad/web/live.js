/** Reads what the camera sees until it is stopped, as many pictures as there is time for. */

import { grab, nextPicture, turnOff, turnOn } from "./camera.js";
import { fitInto, toImage } from "./canvas.js";
import { SIDE } from "./drawing.js";
import { say } from "./language.js";
import { Steady } from "./steady.js";

const ASKED_SIDE = 640; // px of the pictures that are read
const RETRY_MS = 1000;
const NO_PICTURE = "The camera gives no picture. Try again.";
const HIDDEN = "The camera was turned off because the page was hidden.";
const LOST = "The camera was turned off or unplugged.";

export class Live {
  isOn = false;
  shown = null; // the latest answer
  #view;
  #lanes;
  #ended = null; // aborted when the camera is turned off; there is one as soon as it is asked for

  /** Each of the `lanes` reads a canvas at a time. */
  constructor(view, lanes) {
    [this.#view, this.#lanes] = [view, lanes];
  }

  /**
   * Turn on the camera and read; `begin` is told the width over the height of what it sees, and `end` when it stops for
   * whatever reason. Rejects if there is nothing to see.
   */
  async start(begin, end) {
    if (this.#ended) return;
    const ended = (this.#ended = new AbortController());
    const { signal } = ended;
    document.addEventListener("visibilitychange", () => document.hidden && this.stop(HIDDEN), { signal });
    try {
      const stream = await turnOn();
      signal.addEventListener("abort", () => turnOff(stream));
      if (signal.aborted) return turnOff(stream); // while the browser was asking for permission
      this.isOn = true;
      signal.addEventListener("abort", () => [this.#view.showVideo(null), end()]);
      stream.getTracks().forEach((track) => track.addEventListener("ended", () => this.stop(LOST), { signal }));
      await this.#view.showVideo(stream).catch(() => {
        throw new Error(NO_PICTURE);
      });
      if (signal.aborted) return;
    } catch (error) {
      if (signal.aborted) return; // stopped while it was starting
      this.stop();
      throw error;
    }
    const { videoWidth, videoHeight } = this.#view.video;
    begin(videoWidth / videoHeight);
    this.#view.showBlank();
    const work = { steady: new Steady(), times: [], time: -1, asked: 0, shown: 0 };
    this.#lanes.forEach((read) => this.#work(read, work, signal));
  }

  /** Turn off the camera, and say why if it was not asked for. */
  stop(reason = "") {
    const ended = this.#ended;
    [this.isOn, this.shown, this.#ended] = [false, null, null];
    if (!ended) return;
    ended.abort();
    if (reason) this.#view.say(reason);
  }

  /** The picture of this moment. */
  take() {
    return grab(this.#view.video);
  }

  async #work(read, work, signal) {
    const { video } = this.#view;
    while (!signal.aborted) {
      await nextPicture(video);
      if (signal.aborted || video.currentTime === work.time) continue; // another lane has this one
      work.time = video.currentTime;
      const canvas = grab(video, ASKED_SIDE);
      const number = (work.asked += 1);
      try {
        const reading = await read(canvas);
        const ink = await toImage(reading.ink_picture);
        if (signal.aborted || number < work.shown) continue; // a later picture was faster
        work.shown = number;
        this.#show({ canvas, ink, reading: work.steady.add(reading) }, countPerSecond(work.times));
      } catch (error) {
        if (!signal.aborted) this.#view.complain(error.message);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #show(seen, perSecond) {
    this.shown = { ...seen, area: fitInto([this.#view.width, SIDE], seen.canvas) };
    this.#view.showReading(this.shown, say("live", "rate", { perSecond: perSecond.toFixed(0) }));
    this.#view.complain("");
  }
}

/** Note that a picture was read; returns how many there were in a second, of late. */
function countPerSecond(times) {
  times.push(performance.now());
  if (times.length > 11) times.shift();
  const seconds = (times.at(-1) - times[0]) / 1000;
  return seconds ? (times.length - 1) / seconds : 0;
}
