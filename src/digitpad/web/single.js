/** What is said of a single drawing and of a page, as in `digitpad.pages.doubt`, `single` and `isolation`. */

import { agreement, join, longerSide } from "./boxes.js";
import { padded } from "./evidence.js";
import { PATCH_MARGIN } from "./finder.js";
import { say } from "./language.js";
import { chanceOfAll } from "./pages.js";

export const MOST_SIDE = 640; // px: a drawing of one digit needs no level with a longer side

const WIDE = 1.15; // width over height of the ink, beyond which it may be two digits side by side
const INK = 64; // levels of the picture seen that count as ink
const FULL = 0.9; // of the height and of the width: ink that reaches further may be the paper, a frame or a shadow
const SAME_SEEN = 5; // levels: pictures seen that differ by less on average are of the same ink
const ALL = 0.95; // of what pens wrote: what else there is are specks
const SURE = 0.98; // chance that all are digits, which it takes to part what looks like one
const SAME_BOX = 0.6; // of the area that two boxes cover together
const MOST = 0.8; // of what pens wrote: digits that are more are no part of anything
const LARGER = 1.4; // times the longest digit: what is no larger in all may be one letter

/** Whether an answer about a drawing of one digit has to be looked at again, with what was found on it as a page. */
export function isDoubtful(answer) {
  return mayBeMore(answer) || mayBeSeveral(answer);
}

/** The answer after that look; `describe` answers for one glyph, as for a drawing. */
export function lookAgain(answer, found, describe) {
  if (!areAll(found.digits)) return answer;
  const isEnough = answer.status === "not a digit" || chanceOfAll(found) > SURE;
  if (isEnough && found.digits.length > 1) {
    return { ...answer, status: "several digits", confidence: 0, reason: say("reason", "several digits") };
  }
  if (!mayBeMore(answer) || found.digits.length > 1) return answer;
  const alone = describe(found, found.read[0], answer.steps);
  if (alone.status === "blank" || isSame(answer.seen, alone.seen)) return answer;
  return { ...alone, reason: say("reason", "isolated", { reason: alone.reason }) };
}

/** Whether a picture may show a single digit, or a single letter. */
export function mayBeSingle(found) {
  return found.digits.length <= 1 || isPart(found);
}

/** Let an answer about the whole picture stand in a reading, if both are of the same ink, or it refuses parts. */
export function agree(reading, found, answer) {
  if (answer.status === "not a digit" && isPart(found)) return refuse(reading, reading.digits);
  const read = reading.digits.filter(({ digit }) => digit !== null);
  const isOf = ({ box }) => answer.steps.box && agreement(answer.steps.box, box) > SAME_BOX;
  const match = (read.length ? read : reading.digits).find(isOf);
  if (!match || answer.status === "blank" || answer.status === "several digits") return reading;
  const others = reading.digits.filter((digit) => digit !== match).map(toRefused);
  if (answer.status === "not a digit") return refuse(reading, [{ ...match, prediction: answer }, ...others]);
  const { digit, status, confidence, candidates, top_k } = answer;
  const alone = { digit, status, confidence, candidates, top_k, box: answer.steps.box, line: 0, prediction: answer };
  return { lines: [`${digit}`], digits: [alone, ...others], reason: "" };
}

function refuse(reading, digits) {
  return { lines: [], digits: digits.map(toRefused), reason: say("page", "refused") };
}

function toRefused(digit) {
  return { ...digit, digit: null, status: "not a digit", confidence: 0, line: null };
}

/** Whether the ink is so wide, or has such a gap, that it may be more than one digit. */
function mayBeSeveral({ seen, steps: { box } }) {
  if (!box) return false;
  const [top, left, bottom, right] = box;
  const rows = seen.map((row) => Math.max(...row));
  const columns = seen[0].map((_, x) => Math.max(...seen.map((row) => row[x])));
  return right - left > WIDE * (bottom - top) || hasGap(rows) || hasGap(columns);
}

/** Whether there is a place without ink between others with some. */
function hasGap(levels) {
  const inked = [...levels.keys()].filter((at) => levels[at] > INK);
  return inked.length > 0 && inked.at(-1) - inked[0] >= inked.length;
}

/** Whether what was taken for ink may be more than the ink of a digit: it is not like one, or fills the picture. */
function mayBeMore({ status, steps: { box, size } }) {
  if (!box) return false;
  const [top, left, bottom, right] = box;
  return status === "not a digit" || (bottom - top > FULL * size[0] && right - left > FULL * size[1]);
}

/** Whether some digits are all that pens wrote on a picture. */
function areAll(digits) {
  return sumShares(digits) > ALL;
}

function sumShares(digits) {
  return digits.reduce((sum, { share }) => sum + share, 0);
}

/** Whether what was read may be a part of something not much larger, such as a leg of an M. */
function isPart({ evidence, verdicts, digits }) {
  if (!digits.length || sumShares(digits) > MOST) return false;
  const everything = join([...verdicts.keys()].map((index) => evidence.glyphs[index].box));
  return longerSide(everything) <= LARGER * Math.max(...digits.map(({ box }) => longerSide(box)));
}

function isSame(one, other) {
  const [levels, others] = [one.flat(), other.flat()];
  const sum = levels.reduce((total, level, at) => total + Math.abs(level - others[at]), 0);
  return sum / levels.length < SAME_SEEN;
}

/**
 * An answer about a glyph's patch as one about the picture that it was found on, of some `size`; with `distance` its ink
 * is put in its place.
 */
export function isolate(alone, { box, patch, scale }, { size, distance }) {
  const origin = box.slice(0, 2).map((edge) => edge - PATCH_MARGIN / scale);
  const steps = { ...alone.steps, size, isolated: true, distance: distance && place(patch, origin, scale, size) };
  if (!alone.steps.box) return { ...alone, steps };
  const [rows, columns] = padded(patch);
  const move = (at, axis) => origin[axis] + at / scale;
  return {
    ...alone,
    steps: {
      ...steps,
      ink: (alone.steps.ink * rows * columns) / scale ** 2 / (size[0] * size[1]),
      box: alone.steps.box.map((edge, i) => move(edge, i % 2)),
      centre: alone.steps.centre.map(move),
      scale: alone.steps.scale * scale,
    },
  };
}

/** The ink of a patch in its place on the drawing. */
function place(patch, [top, left], scale, [height, width]) {
  const placed = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor((y + 0.5 - top) * scale);
    if (row < 0 || row >= patch.height) continue;
    for (let x = 0; x < width; x += 1) {
      const column = Math.floor((x + 0.5 - left) * scale);
      if (column >= 0 && column < patch.width) placed[y * width + x] = 255 - patch.levels[row * patch.width + column];
    }
  }
  return placed;
}
