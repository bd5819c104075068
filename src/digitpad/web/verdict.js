/** The verdict on a drawing, as `digitpad.verdict` gives it in Python; tests hold the two to the same words. */

const MOST_NAMED = 4; // a person does not read longer lists of digits

export const BLANK = { status: "blank", candidates: [], reason: "Nothing stands out from the paper." };

/**
 * @param {Float32Array} probabilities  of the digits 0 to 9, were it one
 * @param {number} notDigit  the probability that it is none
 * @param {object} thresholds  from the model's card
 */
export function judge(probabilities, notDigit, thresholds) {
  const ranking = rank(probabilities);
  const likely = probabilities.filter((probability) => probability >= Math.fround(thresholds.candidates)).length;
  const candidates = ranking.slice(0, Math.max(likely, 1));
  const verdict = (status, reason) => ({ status, candidates, reason });
  if (notDigit > thresholds.not_digit) {
    return verdict("not a digit", `It does not look like a digit; ${withArticle(ranking[0])} comes closest.`);
  }
  if (probabilities[ranking[0]] < Math.fround(thresholds.unsure)) {
    if (likely > 1) return verdict("unsure", doubt(candidates, (others) => `It may also be ${others}.`));
    return verdict("unsure", `It is not clear enough to be sure; ${withArticle(ranking[1])} comes next.`);
  }
  if (likely > 1) {
    return verdict("digit", doubt(candidates, (others) => `It could also be ${others}, but that is far less probable.`));
  }
  return verdict("digit", "Nothing speaks against it.");
}

/** The digits, the most probable first. */
export function rank(probabilities) {
  return [...probabilities.keys()].sort((one, other) => probabilities[other] - probabilities[one]);
}

function withArticle(digit) {
  return digit === 8 ? `an ${digit}` : `a ${digit}`;
}

/** Which digits the answer, the first of them, may be instead. */
function doubt(candidates, say) {
  if (candidates.length > MOST_NAMED) return `It may be any of ${candidates.length} digits.`;
  const others = candidates.slice(1).map(withArticle);
  const last = others.pop();
  return say(others.length ? `${others.join(", ")} or ${last}` : last);
}
