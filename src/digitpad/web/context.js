/** Adapts probabilities to what is near, as `digitpad.pages.context` does. */

import { longerSide } from "./boxes.js";

const NEAR = 3; // sizes of a glyph: how far the middles of glyphs near it are
const STRENGTH = 3; // glyphs that the share on other pages counts as much as
const NUM_ROUNDS = 20;

/** The probabilities of some glyphs of being no digit, adapted; `prior` is the share where they were fitted. */
export function adapt(notDigit, boxes, prior) {
  const middles = boxes.map(([top, left, bottom, right]) => [(top + bottom) / 2, (left + right) / 2]);
  return boxes.map((box, index) => {
    const [y, x] = middles[index];
    const reach = NEAR * longerSide(box);
    const near = notDigit.filter((_, other) => Math.hypot(middles[other][0] - y, middles[other][1] - x) < reach);
    return shift(notDigit[index], prior, estimate(near, prior));
  });
}

/** The share of glyphs that are not digits, by expectation maximisation. */
function estimate(near, prior) {
  let share = prior;
  for (let round = 0; round < NUM_ROUNDS; round += 1) {
    const expected = near.reduce((sum, value) => sum + shift(value, prior, share), 0);
    share = (STRENGTH * prior + expected) / (STRENGTH + near.length);
  }
  return share;
}

function shift(notDigit, prior, share) {
  const [no, yes] = [(notDigit * share) / prior, ((1 - notDigit) * (1 - share)) / (1 - prior)];
  return no / Math.max(no + yes, 1e-12);
}
