/** How sentences, articles, lists and probabilities are written; `digitpad.words` writes them alike in Python. */

import { WORDS } from "./words.js";

const MOST_NAMED = 4; // nobody reads longer lists of digits
const NEARLY = 0.0005; // probabilities this close to 0 or 1 are not rounded to impossible or certain

/** A sentence of `words.js` with its values filled in. */
export function say(group, name, values = {}) {
  return WORDS[group][name].replace(/{(\w+)}/g, (_, key) => values[key]);
}

/** A probability, 0 to 1, as people read it: "97.3 %", ">99.9 %". */
export function percent(probability) {
  if (probability >= 1 - NEARLY) return say("probability", "nearly 1");
  if (probability < NEARLY) return say("probability", "nearly 0");
  return say("probability", "other", { percent: (100 * probability).toFixed(1) });
}

/** A digit with its article: "a 4", "an 8". */
export function withArticle(digit) {
  return digit === 8 ? `an ${digit}` : `a ${digit}`;
}

/** Names as alternatives: "4", "4 or 9", "4, 9 or 7"; more than four are only counted. */
export function either(names) {
  if (names.length > MOST_NAMED) return say("list", "any of", { count: names.length });
  const [first, last] = [names.slice(0, -1).join(", "), names.at(-1)];
  return first ? say("list", "or", { first, last }) : `${last}`;
}
