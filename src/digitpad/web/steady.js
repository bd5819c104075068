/**
 * Steady answers to pictures that follow each other: of every digit, what was read in most of the last ones. So a digit
 * that is misread or missed once does not flicker.
 */

import { isRead } from "./answer.js";
import { say } from "./language.js";
import { toLines } from "./order.js";

const [SOME, MEMORY] = [3, 7]; // pictures
const NEAR = 0.6; // of the longer side of a digit, which it moves at most from one picture to the next

export class Steady {
  #numPictures = 0;
  #tracks = []; // of each place: where it was last, and what was read there in the last pictures, the latest first

  /** Add what was read on the next picture, and get what was read in most of the last ones, in the same form. */
  add(reading) {
    this.#numPictures = Math.min(MEMORY, this.#numPictures + 1);
    const left = new Set(reading.digits.filter(isRead));
    for (const track of this.#tracks) {
      const digit = nearest(track.box, left);
      left.delete(digit);
      track.votes = [digit, ...track.votes].slice(0, MEMORY);
      if (digit) track.box = digit.box;
    }
    left.forEach((digit) => this.#tracks.push({ box: digit.box, votes: [digit] }));
    this.#tracks = this.#tracks.filter(({ votes }) => votes.some(Boolean));
    return this.#summarise(reading);
  }

  #summarise(reading) {
    const elected = this.#tracks.map(elect).filter(({ numVotes }) => 2 * numVotes > this.#numPictures);
    const places = toLines(elected.map(({ digit }) => digit.box));
    const lines = places.map((parts) => parts.map((part) => part.map((at) => elected[at].digit)));
    const digits = lines.flatMap((parts, line) => parts.flat().map((digit) => ({ ...digit, line })));
    const texts = lines.map((parts) => parts.map((part) => part.map(({ digit }) => digit).join("")).join(" "));
    const least = Math.min(...elected.map(({ numVotes }) => numVotes));
    const steady = this.#numPictures < SOME ? "" : say("live", "steady", { least, of: this.#numPictures });
    const reason = digits.length ? steady : reading.reason;
    return { ...reading, digits, lines: texts, text: texts.join("\n"), reason };
  }
}

/** The digit in whose place another was last; undefined if there is none. */
function nearest(box, digits) {
  const far = ({ box: other }) => Math.hypot(middle(box, 0) - middle(other, 0), middle(box, 1) - middle(other, 1));
  const longer = Math.max(box[2] - box[0], box[3] - box[1]);
  const [first] = [...digits].sort((one, other) => far(one) - far(other));
  return first && far(first) < NEAR * longer ? first : undefined;
}

function middle(box, axis) {
  return (box[axis] + box[axis + 2]) / 2;
}

/** What was read most often in one place, as it was read last, where it was last. */
function elect({ box, votes }) {
  const counts = new Map();
  for (const vote of votes) if (vote) counts.set(vote.digit, (counts.get(vote.digit) ?? 0) + 1);
  const [[most, numVotes]] = [...counts].sort(([, one], [, other]) => other - one);
  const agreeing = votes.filter((vote) => vote?.digit === most);
  const numSure = agreeing.filter(({ status }) => status === "digit").length;
  return { digit: { ...agreeing[0], box, status: 2 * numSure >= numVotes ? "digit" : "unsure" }, numVotes };
}
