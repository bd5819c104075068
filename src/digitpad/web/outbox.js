/** Sends what people corrected, and again later if that fails; what was not sent yet outlives the page. */

import { Records } from "./records.js";

const FIRST_PAUSE_MS = 2000;
const LAST_PAUSE_MS = 60_000;
const LATE_MS = 5000; // after this a record is said to wait
const LASTING = "Not sent yet; it is kept in this browser and will be sent later.";
const FLEETING = "Not sent yet; it is kept until this page is closed, and will be sent before if possible.";

/** What waits is sent by any page that is open, but by one at a time where the browser has locks. */
export class Outbox {
  #name;
  #records;
  #send;
  #remove;
  #tell;
  #waiting = new Map(); // what became of the records of this page is told to who put them here
  #isBusy = false;
  #isWanted = false;
  #pause = FIRST_PAUSE_MS;
  #timer = 0;
  #ended = new AbortController();

  /**
   * @param {string} name  of the place where records go; those for other places are left alone
   * @param {object} options
   * @param {(record: object) => Promise<void>} options.send  may be called again for a record that it has sent; rejects
   *     with an error that is `permanent` if trying again is no use, or `isAway` if others would fail now, too
   * @param {(id: string) => Promise<void>} options.remove  the same for taking a record back, if there is one
   * @param {(message: string) => void} options.tell  told why a record of an earlier page was refused
   */
  constructor(name, { send, remove, tell }) {
    [this.#name, this.#send, this.#remove, this.#tell] = [name, send, remove, tell];
    this.#records = new Records(`outbox ${name}`);
    addEventListener("online", () => this.#hurry(), { signal: this.#ended.signal });
    this.#hurry(); // something may be left from last time
  }

  /** Stop sending; what waits is left to the next outbox of this name. */
  close() {
    this.#ended.abort();
    clearTimeout(this.#timer);
  }

  /**
   * Send a record, now or later, and then take `earlier` ones back, given by their ids. Resolves when it was sent, and
   * rejects when it was refused; `onLate` is told meanwhile that it waits.
   */
  async send(record, onLate, earlier = []) {
    await this.#records.put({ id: record.id, record, earlier });
    const told = this.#records.isLasting ? LASTING : FLEETING;
    return this.#wait(record.id, () => onLate(told));
  }

  /** Take a record back, whether it was sent or not, and the earlier ones if they were not yet; as `send`. */
  async remove(id, onLate) {
    const { earlier = [] } = (await this.#records.get(id)) ?? {};
    for (const each of [...earlier, id]) await this.#takeBack(each);
    return this.#wait(id, () => onLate("Not undone yet; it will be as soon as possible."));
  }

  async #takeBack(id) {
    this.#waiting.delete(id);
    await this.#records.put({ id, record: null }); // it may have arrived although nobody was told
  }

  #wait(id, onLate) {
    const outcome = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, onLate }));
    const timer = setTimeout(onLate, LATE_MS);
    this.#hurry();
    return outcome.finally(() => clearTimeout(timer));
  }

  #hurry() {
    this.#pause = FIRST_PAUSE_MS;
    this.#work();
  }

  async #work() {
    clearTimeout(this.#timer);
    this.#isWanted = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#isWanted && !this.#ended.signal.aborted) {
      this.#isWanted = false;
      const isDone = await this.#alone(() => this.#sendAll());
      if (isDone) this.#pause = FIRST_PAUSE_MS;
      else if (!this.#isWanted) this.#sendLater();
    }
    this.#isBusy = false;
  }

  #sendLater() {
    this.#waiting.forEach(({ onLate }) => onLate());
    this.#timer = setTimeout(() => this.#work(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, LAST_PAUSE_MS);
  }

  /** Send what waits, until nobody is there to take it. Returns whether nothing is left. */
  async #sendAll() {
    let isDone = true;
    for (const entry of await this.#records.all()) {
      if (this.#ended.signal.aborted) return false;
      const { id, record } = entry;
      const error = await (record ? this.#send(record) : this.#remove(id)).then(() => null, (reason) => reason);
      if (error?.isAway) return false;
      if (!error || error.permanent) await this.#finish(entry, error);
      else isDone = false; // others may fare better
    }
    await this.#noteOthers();
    return isDone;
  }

  /** Delete an entry, unless it was replaced by its removal in the meantime, and tell what became of it. */
  async #finish({ id, record, earlier = [] }, error) {
    const entry = await this.#records.get(id);
    if (record && entry && !entry.record) {
      this.#isWanted = true;
      return;
    }
    if (!error && earlier.length) {
      for (const each of earlier) await this.#takeBack(each);
      this.#isWanted = true;
    }
    await this.#records.delete(id).catch(() => {}); // it is sent again, which does no harm
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (!error) waiting?.resolve();
    else if (waiting) waiting.reject(error);
    else this.#tell(`A correction from earlier was not ${record ? "kept" : "deleted"}: ${error.message}`);
  }

  /** What waits no longer, although this page did not send it, was sent by another one. */
  async #noteOthers() {
    for (const [id, { resolve }] of this.#waiting) {
      if (await this.#records.get(id)) continue;
      this.#waiting.delete(id);
      resolve();
    }
  }

  #alone(work) {
    return navigator.locks ? navigator.locks.request(`digitpad outbox ${this.#name}`, work) : work();
  }
}
