/** Asks for answers while the drawing changes: one question at a time, always about the latest drawing. */

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 4000;
const GIVE_UP_MS = 30_000; // after this, the latest drawing is sent again

/** Asks for an answer to the latest drawing, one question at a time, and retries after failures with a delay. */
export class Asker {
  #question;
  #fail;
  #tell;
  #isWanted = false;
  #isBusy = false;

  /** `question` asks, `fail` is told of errors, and `tell` whether an answer is awaited. */
  constructor(question, fail, tell) {
    this.#question = question;
    this.#fail = fail;
    this.#tell = tell;
  }

  ask() {
    this.#isWanted = true;
    if (!this.#isBusy) this.#work();
  }

  async #work() {
    this.#tell((this.#isBusy = true));
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
    this.#tell((this.#isBusy = false));
  }
}

/** Wait for a promise, or reject with the message `slow` if it takes too long. */
export function inTime(promise, slow) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(slow)), GIVE_UP_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
