/** Asking for answers while the drawing changes: one question at a time, and the latest drawing wins. */

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 4000;
const GIVE_UP_MS = 30_000; // then the latest drawing is sent again

/** Asks for an answer to the latest drawing, one question at a time; failures are tried again after a while. */
export class Asker {
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
export function inTime(promise, slow) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(slow)), GIVE_UP_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
