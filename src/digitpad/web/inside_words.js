/** Numbers and names as the view inside the model writes them. */

import { percent } from "./language.js";

export const NOT_A_DIGIT = 10; // the last score

const STEPS = {
  specks: "ignore specks",
  size: "scale to size",
  centre: "centre by mass",
  stroke: "stroke width",
  levels: "levels",
};
const MOST_LISTED = 3;

/** The name of a step of the contract, for people. */
export function nameStep(step) {
  return STEPS[step] ?? step;
}

/** What a score is of. */
export function nameScore(index) {
  return index === NOT_A_DIGIT ? "not a digit" : `${index}`;
}

/** The name of a score as it stands in a sentence. */
export function quote(name) {
  return name.length > 1 ? `“${name}”` : name;
}

/** A number with its sign, such as "+1.25" and "−0.40". */
export function signed(value, places = 2) {
  const text = Math.abs(value).toFixed(places);
  if (Number(text) === 0) return text;
  return `${value < 0 ? "−" : "+"}${text}`;
}

/** A number, such as "1.25" and "−0.40". */
export function plain(value, places = 2) {
  return signed(value, places).replace("+", "");
}

/** As short as it goes, for the cells of a picture: "−.4", "1.3". */
export function short(value) {
  const places = Math.abs(value) < 0.995 ? 2 : 1;
  return plain(value, places).replace(/^(−?)0\./, "$1.");
}

/** What a model says, such as "4, 99.9 %". */
export function sayAnswer({ status, digit, confidence, top_k }) {
  if (status === "blank") return "nothing: the picture is blank";
  if (status === "not a digit" || status === "several digits") return status;
  const share = percent(confidence ?? top_k[0].probability);
  return status === "unsure" ? `perhaps ${digit}, ${share}` : `${digit}, ${share}`;
}

/** What is switched off, such as "centre by mass, convolution 1, map 17 of convolution 2". */
export function listOff(without) {
  const byLayer = new Map();
  for (const [name, index] of without.map((each) => each.split("/"))) {
    byLayer.set(name, [...(byLayer.get(name) ?? []), ...(index ? [index] : [])]);
  }
  const listed = [...byLayer].map(([name, maps]) => {
    if (without.includes(name)) return nameStep(name); // with all of its maps
    if (maps.length > MOST_LISTED) return `${maps.length} maps of ${name}`;
    return `${maps.length > 1 ? "maps" : "map"} ${maps.join(", ")} of ${name}`;
  });
  return listed.join(", ");
}

/** Write a text, unless it is there; so that nothing is laid out anew. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
