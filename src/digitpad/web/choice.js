/** Chooses among the glyphs found at several levels, as `digitpad.pages.choice` does: each piece of ink is read once. */

import { area, intersect, longerSide } from "./boxes.js";
import { fit } from "./finder.js";

const SAME = 0.5; // of the smaller box: glyphs that share more are two views of the same ink
const PART = 0.6; // of the size: a smaller glyph inside of a larger one is a part of it
const REFUSED = 0.15; // how much a glyph that is refused weighs against one that is read

/** Indices of the glyphs that stand, the best first; `accepted` says how surely each was read as a digit, 0 to 1. */
export function choose(glyphs, accepted) {
  const ranks = glyphs.map((glyph, i) => glyph.chance * fit(glyph) * (REFUSED + (1 - REFUSED) * accepted[i]));
  const chosen = [];
  for (const index of [...glyphs.keys()].sort((one, other) => ranks[other] - ranks[one])) {
    if (!chosen.some((other) => clash(glyphs[index], glyphs[other]))) chosen.push(index);
  }
  return chosen;
}

/** Whether two glyphs are the same ink, or one is a part of the other. */
function clash(one, stands) {
  const isOfOneLevel = one.scale === stands.scale && one.origin.every((edge, i) => edge === stands.origin[i]);
  if (isOfOneLevel && !isInside(one.box, stands.box)) return false; // there, no ink has two owners
  const shared = area(intersect(one.box, stands.box));
  return shared > SAME * Math.min(area(one.box), area(stands.box));
}

function isInside(inner, outer) {
  const [y, x] = [(inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2];
  const isPart = longerSide(inner) < PART * longerSide(outer);
  return isPart && outer[0] < y && y < outer[2] && outer[1] < x && x < outer[3];
}
