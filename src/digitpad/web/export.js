/** A reading as text, as a table and as JSON, in the forms of `digitpad read`. */

const COLUMNS = ["line", "digit", "status", "confidence", "top", "left", "bottom", "right"];

export const FORMS = { text: toText, CSV: toCsv, JSON: toJson };

function toText({ text }) {
  return text;
}

function toCsv({ digits }) {
  const rows = digits.map(({ line, digit, status, confidence, box }) => [
    line ?? "",
    digit ?? "",
    status,
    confidence.toFixed(6),
    ...box.map((edge) => edge.toFixed(1)),
  ]);
  return [COLUMNS, ...rows].map((row) => `${row.join()}\n`).join("");
}

function toJson({ text, lines, reason, size, digits }) {
  const named = digits.map(({ prediction, ...digit }) => digit);
  return JSON.stringify({ text, lines, reason, size, digits: named });
}
