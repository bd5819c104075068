/** Sums of the evidence: what speaks for a digit or against it, and where. */

import { describePlace, isOnInk, toSquare } from "./inside_place.js";

const AGREED = 1e-3; // sums and scores that differ by less are the same number, computed in another order

/** What speaks for a score, or for it rather than an `other` one if that is not null, at each place. */
export function gather({ evidence, bias, logits }, score, other) {
  const count = evidence.shape[1] * evidence.shape[2];
  const part = (index) => evidence.data.subarray(index * count, (index + 1) * count);
  const places = Float32Array.from(part(score));
  if (other !== null) part(other).forEach((value, at) => (places[at] -= value));
  const less = (values) => values[score] - (other === null ? 0 : values[other]);
  return { score, other, places, bias: less(bias), logit: less(logits) };
}

/** Add up what was gathered, and compare the sum with the network's own score. */
export function addUp({ places, bias, logit }) {
  let [above, below] = [0, 0];
  for (const value of places) {
    if (value > 0) above += value;
    else below += value;
  }
  const total = above + below + bias;
  return { above, below, bias, total, agrees: Math.abs(total - logit) < AGREED };
}

/**
 * Round the parts of a sum so that what is on show adds up: those that lose most by rounding take what is left over, one
 * of the last place each.
 */
export function roundParts(parts, places = 2) {
  const unit = 10 ** places;
  const exact = parts.map((part) => part * unit);
  const rounded = exact.map(Math.round);
  const total = Math.round(exact.reduce((sum, part) => sum + part, 0));
  const left = total - rounded.reduce((sum, part) => sum + part, 0);
  const loss = (at) => Math.sign(left) * (exact[at] - rounded[at]);
  const byLoss = [...exact.keys()].sort((one, other) => loss(other) - loss(one));
  byLoss.slice(0, Math.abs(left)).forEach((at) => (rounded[at] += Math.sign(left)));
  return { parts: rounded.map((part) => part / unit), total: total / unit };
}

/** What speaks most for it and most against it: the ninth of the picture, and the place, with words for where they are. */
export function findStrongest(explanation, places) {
  return [1, -1].map((sign) => strongest(explanation, places.map((value) => Math.max(0, sign * value)), sign));
}

/** The ninth with the largest sum, and the place with the largest value, both with a sign. */
function strongest({ grid, seen }, places, sign) {
  const sums = new Map();
  const toPlace = (at) => [Math.floor(at / grid.shape[1]), at % grid.shape[1]];
  places.forEach((value, at) => {
    const where = describePlace(grid, toPlace(at));
    sums.set(where, (sums.get(where) ?? 0) + value);
  });
  const [[where, sum]] = [...sums].sort(([, one], [, other]) => other - one);
  const most = Math.max(...places);
  const place = toPlace(places.indexOf(most));
  const peak = { where: describePlace(grid, place), value: sign * most, isOnInk: isOnInk(seen, toSquare(grid, place)) };
  return { where, sum: sign * sum, peak };
}
