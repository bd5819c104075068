/** Chooses the two scores to compare: why this one, and not that one. */

import { NOT_A_DIGIT, nameScore, quote, write } from "./inside_words.js";

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

  /** The chosen `score`, the `other` one or null, and a sentence that suggests what to choose next. */
  choose(explanation, prediction) {
    const { logits, without } = explanation;
    const { status, digit } = without.length ? explanation : prediction;
    const answer = status === "not a digit" ? NOT_A_DIGIT : (digit ?? highest(logits, []));
    const score = this.#score.value === "answer" ? answer : Number(this.#score.value);
    const rival = score === answer ? highest(logits, [score, NOT_A_DIGIT]) : answer;
    const what = nameAnswer(status, without);
    const closest = `the closest${score === NOT_A_DIGIT ? "" : " other"} digit`;
    const whatRival = score === answer ? closest : what;
    write(this.#score.options[0], `${nameScore(answer)} (${what})`);
    write(this.#other.options[0], "anything else");
    write(this.#other.options[1], `${nameScore(rival)} (${whatRival})`);
    const next = `${capital(whatRival)} is ${quote(nameScore(rival))}: choose it above to see what decides between them.`;
    const chosen = this.#other.value === "runner-up" ? rival : Number(this.#other.value);
    return { score, other: this.#other.value === "nothing" || chosen === score ? null : chosen, next };
  }
}

/** What the score is that is chosen at first; the model may not have answered with it. */
function nameAnswer(status, { length }) {
  if (status === "several digits" || status === "blank") return "the highest score";
  return length ? "the altered answer" : "the answer";
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

function highest(logits, without) {
  const others = [...logits.keys()].filter((index) => !without.includes(index));
  return others.reduce((best, index) => (logits[index] > logits[best] ? index : best));
}

function fill(select, values) {
  const names = values.map((value) => (value in SCORES ? nameScore(Number(value)) : value));
  select.replaceChildren(...values.map((value, at) => new Option(names[at], value)));
}
