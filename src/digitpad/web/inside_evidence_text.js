/** Evidence in words and numbers: where it is, and the sum of it, which is the network's score. */

import { addUp, findStrongest, roundParts } from "./inside_sums.js";
import { nameScore, plain, quote, signed, write } from "./inside_words.js";

const SHARES =
  "What each place counts is not exact for this network, because layers with activations follow: the sum is right, but " +
  "for another picture the same place would count differently.";
const EXACT =
  "These numbers are exact, not estimates: the network's score is this sum. Places that count very little bear no number.";
const AROUND = "A place stands for all that the network made of what is around it, so it can speak of a gap as well as of ink.";

const LITTLE = 0.5; // of a score, which decides nothing

export class EvidenceText {
  #find;

  constructor(find) {
    this.#find = find;
  }

  /** Show what was gathered; `next` suggests what to choose then. */
  show(explanation, gathered, next) {
    const [one, other] = [gathered.score, gathered.other].map((score) => (score === null ? null : nameScore(score)));
    this.#write("question", other === null ? `What speaks for ${quote(one)}` : `Why ${quote(one)} and not ${quote(other)}`);
    this.#write("story", `${tell(explanation, gathered, one, other)}${other === null ? ` ${next}` : ""}`);
    this.#showSum(explanation, gathered, one, other);
    const { num_readings: count, is_exact: isExact } = explanation;
    const means = count > 1 ? ` All are means of ${count} readings of the picture, a pixel apart.` : "";
    const around = explanation.grid.field > 1 ? ` ${AROUND}` : "";
    this.#write("exact", `${isExact ? EXACT : SHARES}${around}${means}`);
  }

  #showSum({ logits }, gathered, one, other) {
    const sum = addUp(gathered);
    const { parts, total } = roundParts([sum.above, sum.below, sum.bias]);
    const isPair = other !== null;
    const scores = isPair ? roundParts([logits[gathered.score], -logits[gathered.other]]).parts : [];
    this.#write("sumTitle", isPair ? `The sum: ${one} rather than ${other}` : `The sum: the score for ${one}`);
    this.#write("aboveName", `For ${one}`);
    this.#write("belowName", isPair ? `For ${other}` : `Against ${one}`);
    this.#write("biasName", isPair ? "Biases, their difference" : "Bias, the same for every picture");
    const whole = isPair ? `the scores, ${plain(scores[0])} − ${bracket(plain(-scores[1]))}` : `the network's score for ${one}`;
    this.#write("totalName", `Together: ${whole}`);
    ["above", "below", "bias"].forEach((name, at) => this.#write(name, signed(parts[at])));
    this.#write("total", signed(total));
    const fault = this.#find("fault");
    fault.hidden = sum.agrees;
    const figures = `the network's own figure is ${plain(gathered.logit, 4)}, the sum ${plain(sum.total, 4)}`;
    this.#write("fault", sum.agrees ? "" : `This is a fault: ${figures}.`);
  }

  #write(name, text) {
    write(this.#find(name), text);
  }
}

/** Where most of the evidence is, in sentences. */
function tell(explanation, gathered, one, other) {
  const [most, least] = findStrongest(explanation, gathered.places);
  const sum = addUp(gathered);
  const [above, below] = roundParts([sum.above, sum.below, sum.bias]).parts; // as in the table
  const rather = other === null ? `for ${one}` : `for ${one} rather than ${other}`;
  const against = other === null ? `against ${one}` : `for ${other} rather than ${one}`;
  const colours = `Blue speaks ${rather}, orange ${other === null ? "against it" : `for ${other}`}.`;
  return `${colours} ${describe(most, above, rather)} ${describe(least, below, against)}`;
}

/** Where the largest part of a sum is, and its largest value. */
function describe({ where, sum, peak }, whole, what) {
  if (Math.abs(whole) < LITTLE) return `Hardly anything speaks ${what}.`;
  const part = 2 * Math.abs(sum) > Math.abs(whole) ? "Most" : "The largest part";
  const paper = peak.isOnInk ? "on the ink" : "where the paper is blank";
  const strongest = `The strongest place, ${signed(peak.value)}, is ${peak.where}, ${paper}.`;
  return `${part} of what speaks ${what} is ${where}: ${signed(sum)} of ${signed(whole)}. ${strongest}`;
}

function bracket(number) {
  return number.startsWith("−") ? `(${number})` : number;
}
