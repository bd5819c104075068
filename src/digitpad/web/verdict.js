/** The verdict on a drawing, as `digitpad.verdict` gives it in Python; a test holds the two to the same answers. */

import { either, say, withArticle } from "./language.js";

export const BLANK = { status: "blank", candidates: [], reason: say("reason", "blank") };

/**
 * @param {Float32Array} probabilities  of the digits 0 to 9, given that it is one
 * @param {number} notDigit  the probability that it is not a digit
 * @param {object} thresholds  from the model card
 */
export function judge(probabilities, notDigit, thresholds) {
  const ranking = rank(probabilities);
  const likely = probabilities.filter((probability) => probability >= Math.fround(thresholds.candidates)).length;
  const candidates = ranking.slice(0, Math.max(likely, 1));
  const verdict = (status, reason) => ({ status, candidates, reason });
  if (notDigit > thresholds.not_digit) {
    return verdict("not a digit", say("reason", "not a digit", { closest: withArticle(ranking[0]) }));
  }
  if (probabilities[ranking[0]] < Math.fround(thresholds.unsure)) {
    if (likely > 1) return verdict("unsure", doubt(candidates, "unsure between"));
    return verdict("unsure", say("reason", "unsure", { next: withArticle(ranking[1]) }));
  }
  return verdict("digit", likely > 1 ? doubt(candidates, "digit rather than") : say("reason", "digit"));
}

/** The digits, the most probable first. */
export function rank(probabilities) {
  return [...probabilities.keys()].sort((one, other) => probabilities[other] - probabilities[one]);
}

/** Which digits the answer, the first of them, could be instead. */
function doubt(candidates, reason) {
  return say("reason", reason, { others: either(candidates.slice(1).map(withArticle)) });
}
