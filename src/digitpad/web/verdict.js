/** The verdict on a drawing, the same as in `digitpad.verdict`; a test compares the two. */

import { either, say, withArticle } from "./language.js";

export const BLANK = { status: "blank", confidence: 0, candidates: [], reason: say("reason", "blank") };

/**
 * @param {Float32Array} probabilities  of the digits 0 to 9, given that it is a digit
 * @param {number} notDigit  the probability that it is not a digit
 * @param {object} thresholds  from the model card
 */
export function judge(probabilities, notDigit, thresholds) {
  const ranking = rank(probabilities);
  const likely = probabilities.filter((probability) => probability >= Math.fround(thresholds.candidates)).length;
  const candidates = ranking.slice(0, Math.max(likely, 1));
  const largest = probabilities[ranking[0]];
  const verdict = (status, reason, confidence = largest) => ({ status, confidence, candidates, reason });
  if (notDigit > thresholds.not_digit) {
    const reason = say("reason", "not a digit", { closest: withArticle(ranking[0]) });
    return verdict("not a digit", reason, largest * (1 - notDigit));
  }
  if (largest < Math.fround(thresholds.unsure)) {
    if (likely > 1) return verdict("unsure", doubt(candidates, "unsure between"));
    return verdict("unsure", say("reason", "unsure", { next: withArticle(ranking[1]) }));
  }
  return verdict("digit", likely > 1 ? doubt(candidates, "digit rather than") : say("reason", "digit"));
}

/** The digits in descending order of probability. */
export function rank(probabilities) {
  return [...probabilities.keys()].sort((one, other) => probabilities[other] - probabilities[one]);
}

/** A sentence that names the other candidates, after the first. */
function doubt(candidates, reason) {
  return say("reason", reason, { others: either(candidates.slice(1).map(withArticle), "any other of") });
}
