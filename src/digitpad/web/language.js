/** Formats sentences, articles, lists and probabilities like `digitpad.words` in Python; a test compares the two. */

import { WORDS } from "./words.js";

const { named: MOST_NAMED, nearly: NEARLY } = WORDS.limits;

/** Get a sentence from `words.js` with its values filled in. */
export function say(group, name, values = {}) {
  return WORDS[group][name].replace(/{(\w+)}/g, (_, key) => values[key]);
}

/** Format a probability from 0 to 1, such as "97.3 %" or ">99.9 %". */
export function percent(probability) {
  if (probability >= 1 - NEARLY) return say("probability", "nearly 1");
  if (probability < NEARLY) return say("probability", "nearly 0");
  return say("probability", "other", { percent: (100 * probability).toFixed(1) });
}

/** A digit with its article: "a 4", "an 8". */
export function withArticle(digit) {
  return digit === 8 ? `an ${digit}` : `a ${digit}`;
}

/** Join names as alternatives: "4", "4 or 9", "4, 9 or 7"; more than four are counted, in the words of `many`. */
export function either(names, many = "any of") {
  if (names.length > MOST_NAMED) return say("list", many, { count: names.length });
  const [first, last] = [names.slice(0, -1).join(", "), names.at(-1)];
  return first ? say("list", "or", { first, last }) : `${last}`;
}
