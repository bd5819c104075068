/** An answer in words: as a headline, as one says it aloud, and as a caption. */

import { either, percent, say } from "./language.js";

/** Beside the digit. An unsure answer names at least the second best. */
export function headline({ status, confidence, candidates, top_k }) {
  const named = candidates?.length > 1 ? candidates : (top_k ?? []).slice(0, 2).map(({ digit }) => digit);
  return say("headline", status, { confidence: percent(confidence ?? 0), candidates: named.length ? either(named) : "" });
}

/** For a screen reader. */
export function spoken({ status, digit, confidence, reason }) {
  if (status === "digit") return `Read as ${digit}, ${percent(confidence)} confident`;
  if (status === "unsure") return `Unsure, perhaps ${digit}. ${reason}`;
  return `${say("headline", status)}. ${reason}`;
}

/** Below its picture. */
export function caption({ status, digit, confidence }) {
  if (status === "not a digit") return say("headline", status);
  return `${digit}${status === "unsure" ? "?" : ""}, ${percent(confidence)}`;
}
