/**
 * Reads a page: weighs what both networks say of every glyph, and puts in order what is read, as `digitpad.pages.reader`
 * does; a test compares the two.
 */

import { adapt } from "./context.js";
import { choose } from "./choice.js";
import { FLOOR, gather, look } from "./evidence.js";
import { median, toLines } from "./order.js";
import { findReason } from "./reasons.js";
import { say } from "./language.js";
import { judge, rank } from "./verdict.js";

const SURELY = 0.6; // chance that there is a glyph, below which what is not read as a digit is left out of the text
const LIKE = 0.7; // of the height of the digits beside it: what is lower and not read is left out of the text
const [ENOUGH, TRUSTED] = [6, 0.7]; // a page may be upside down if so many glyphs stand and are trusted less than this
const [CLEAR, MORE] = [0.9, 4]; // it is, if so many more of them are clearly digits when turned around

/** What was found on a picture: evidence, shares of the digits and of not being one, and verdicts on what stands. */
export async function findDigits(picture, { runPage, runDigits, weights, thresholds }, most) {
  const evidence = await gather(picture, runPage, runDigits, most);
  const { chosen, shares } = stand(evidence, weights);
  const verdicts = new Map(chosen.map((index) => [index, toVerdict(shares[index], thresholds)]));
  const read = chosen.filter((index) => isRead(verdicts.get(index)));
  return { evidence, shares, verdicts, read, digits: read.map((index) => evidence.glyphs[index]) };
}

/** Read what was found on a picture; boxes are in its px. `describe` answers for one glyph, as for a drawing. */
export async function readPage(picture, found, { runDigits, describe }) {
  if (await isUpsideDown(found, runDigits)) return { lines: [], digits: [], reason: say("page", "upside down") };
  const lines = toNumbers(found);
  const ordered = lines.flat(2);
  const rest = [...found.verdicts.keys()].filter((index) => !ordered.includes(index));
  const lineOf = new Map(lines.flatMap((line, number) => line.flat().map((index) => [index, number])));
  const digits = [...ordered, ...rest].map((index) => toDigit(found, index, lineOf.get(index) ?? null, describe(found, index, { size: [picture.height, picture.width] })));
  const texts = lines.map((line) => line.map((number) => number.map((index) => toText(found, index)).join("")).join(" "));
  return { lines: texts, digits, reason: findReason(picture, digits) };
}

/** The chance that all that is read as a digit is one. */
export function chanceOfAll({ shares, read }) {
  return read.reduce((chance, index) => chance * (1 - shares[index][10]), 1);
}

function isRead({ status }) {
  return status !== "not a digit";
}

function stand(evidence, weights) {
  const shares = evidence.digit.map((digit, index) => combine(weights, digit, evidence.page[index]));
  const chosen = choose(
    evidence.glyphs,
    shares.map((share) => 1 - share[10]),
  );
  const adapted = adapt(
    chosen.map((index) => shares[index][10]),
    chosen.map((index) => evidence.glyphs[index].box),
    weights.prior,
  );
  chosen.forEach((index, place) => {
    const ratio = (1 - adapted[place]) / Math.max(1 - shares[index][10], FLOOR);
    shares[index] = shares[index].map((share, label) => (label < 10 ? share * ratio : adapted[place]));
  });
  return { chosen, shares };
}

/** Probabilities from the log probabilities of both networks. */
function combine(weights, digit, page) {
  const total = digit.map((value, label) => weights.digit * value + weights.page * page[label]);
  total[10] += weights.not_digit;
  const largest = Math.max(...total);
  const shares = total.map((value) => Math.exp(value - largest));
  const sum = shares.reduce((all, share) => all + share, 0);
  return shares.map((share) => share / sum);
}

function toVerdict(shares, thresholds) {
  return judge(Float32Array.from(conditional(shares)), shares[10], thresholds);
}

/** Probabilities of the digits, given that it is one. */
function conditional(shares) {
  const digits = shares.slice(0, 10);
  const sum = Math.max(digits.reduce((all, share) => all + share, 0), FLOOR);
  return digits.map((share) => share / sum);
}

function bestOf(shares) {
  return shares.indexOf(Math.max(...shares.slice(0, 10)));
}

function toDigit(found, index, line, prediction) {
  const [shares, { status, confidence, candidates }] = [found.shares[index], found.verdicts.get(index)];
  const probabilities = conditional(shares);
  const best = bestOf(shares);
  return {
    digit: status === "not a digit" ? null : best,
    status,
    confidence,
    candidates,
    top_k: rank(Float32Array.from(probabilities)).map((digit) => ({ digit, probability: probabilities[digit] })),
    box: found.evidence.glyphs[index].box,
    line,
    prediction,
  };
}

function toText(found, index) {
  return isRead(found.verdicts.get(index)) ? bestOf(found.shares[index]) : "?";
}

/** Whether little is trusted, and more of it would be digits if the page were turned around. */
async function isUpsideDown({ evidence, shares, verdicts, read }, runDigits) {
  const trust = read.reduce((sum, index) => sum + Math.max(...shares[index].slice(0, 10)), 0) / verdicts.size;
  if (verdicts.size < ENOUGH || trust > TRUSTED) return false;
  const standing = [...verdicts.keys()];
  const turned = standing.map((index) => {
    const patch = evidence.glyphs[index].patch;
    return { ...patch, levels: patch.levels.slice().reverse() };
  });
  const { looks } = await look(turned, runDigits);
  return countClear(looks) >= countClear(standing.map((index) => evidence.digit[index])) + MORE;
}

/** How many glyphs the digit network is sure of. */
function countClear(looks) {
  return looks.filter((look) => Math.max(...look.slice(0, 10)) > Math.log(CLEAR)).length;
}

/** Lines of numbers, as indices of glyphs, with what surely stands among digits although it is not read as one. */
function toNumbers({ evidence, verdicts }) {
  const placed = [...verdicts.keys()].filter(
    (index) => isRead(verdicts.get(index)) || evidence.glyphs[index].chance > SURELY,
  );
  const lines = toLines(placed.map((index) => evidence.glyphs[index].box));
  return lines
    .map((line) => line.map((part) => trim(part.map((place) => placed[place]), evidence.glyphs, verdicts)))
    .map((line) => line.filter((number) => number.length))
    .filter((line) => line.length);
}

/** A number without what is smaller than its digits, or without all that is not read if that is most of it. */
function trim(number, glyphs, verdicts) {
  const height = (index) => glyphs[index].box[2] - glyphs[index].box[0];
  const read = number.filter((index) => isRead(verdicts.get(index)));
  if (2 * read.length < number.length) return read;
  const least = LIKE * median(read.map(height));
  return number.filter((index) => read.includes(index) || height(index) > least);
}
