/** Chooses the two scores to compare: why this one, and not that one. */

import { NOT_A_DIGIT, nameScore, write } from "./inside_words.js";

const SCORES = Array.from({ length: NOT_A_DIGIT + 1 }, (_, index) => `${index}`);

export class Chooser {
  #score;
  #other;

  constructor({ find, changed }) {
    [this.#score, this.#other] = [find("score"), find("other")];
    fill(this.#score, ["answer", ...SCORES]);
    fill(this.#other, ["nothing", "runner-up", ...SCORES]);
    for (const select of [this.#score, this.#other]) select.addEventListener("change", changed);
  }

  /** The chosen `score`, the `other` one or null, and the runner-up, of an explanation. */
  choose({ status, digit, logits }) {
    const answer = status === "not a digit" ? NOT_A_DIGIT : (digit ?? highest(logits, []));
    const score = this.#score.value === "answer" ? answer : Number(this.#score.value);
    const runnerUp = score === answer ? highest(logits, [score, NOT_A_DIGIT]) : answer;
    this.#name(score, answer, runnerUp);
    if (this.#other.value === "nothing" || this.#other.value === `${score}`) return { score, other: null, runnerUp };
    return { score, other: this.#other.value === "runner-up" ? runnerUp : Number(this.#other.value), runnerUp };
  }

  #name(score, answer, runnerUp) {
    const rival = score === answer ? "the runner-up" : "the answer";
    write(this.#score.options[0], `${nameScore(answer)} (the answer)`);
    write(this.#other.options[0], "anything else");
    write(this.#other.options[1], `${nameScore(runnerUp)} (${rival})`);
  }
}

function highest(logits, without) {
  const others = [...logits.keys()].filter((index) => !without.includes(index));
  return others.reduce((best, index) => (logits[index] > logits[best] ? index : best));
}

function fill(select, values) {
  const names = values.map((value) => (value in SCORES ? nameScore(Number(value)) : value));
  select.replaceChildren(...values.map((value, at) => new Option(names[at], value)));
}
