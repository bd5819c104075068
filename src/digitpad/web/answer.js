/** An answer in words: as a headline, for a screen reader, and as a caption. */

import { either, percent, say } from "./language.js";

/** Shown next to the digit. An unsure answer names at least the two most probable digits. */
export function headline({ status, confidence, candidates, top_k }) {
  const named = candidates?.length > 1 ? candidates : (top_k ?? []).slice(0, 2).map(({ digit }) => digit);
  return say("headline", status, { confidence: percent(confidence ?? 0), candidates: named.length ? either(named) : "" });
}

/** Shown next to a number. */
export function describeNumber({ text, digits }) {
  if (!text) return say("headline", "nothing");
  const placed = digits.filter(({ line }) => line !== null);
  const doubtful = placed.filter(({ status }) => status !== "digit").length;
  return say("headline", doubtful ? "doubtful number" : "number", { count: placed.length, doubtful });
}

/** How long an answer took, and how much of that was reading. */
export function describeTime(milliseconds, { time_ms }) {
  return `${milliseconds.toFixed(0)} ms, ${time_ms.toFixed(1)} ms of it reading`;
}

/** Announced by screen readers: a number is spoken digit by digit. */
export function spokenNumber({ lines, digits, reason }) {
  const described = describeNumber({ text: lines.join(), digits });
  return lines.length ? `Read as ${lines.map((line) => [...line].join(" ")).join(", ")}. ${described}` : `${described}. ${reason}`;
}

/** Whether a digit was read, surely or not. */
export function isRead({ status }) {
  return status === "digit" || status === "unsure";
}

/** Announced by screen readers. */
export function spoken({ status, digit, confidence, reason }) {
  if (status === "digit") return `Read as ${digit}, ${percent(confidence)} confident`;
  if (status === "unsure") return `Unsure, perhaps ${digit}. ${reason}`;
  return `${say("headline", status)}. ${reason}`;
}

/** Shown below a recent drawing. */
export function caption({ status, digit, confidence }) {
  if (!isRead({ status })) return say("headline", status);
  return `${digit}${status === "unsure" ? "?" : ""}, ${percent(confidence)}`;
}
