/** Whether one digit is drawn or a number, remembered from one visit to the next. */

import { SIDE } from "./drawing.js";

export const WIDTHS = { digit: SIDE, number: 3 * SIDE };
const KEY = "digitpad.mode";

/** The mode that was chosen last, where the browser lets pages remember. */
export function recall() {
  try {
    return localStorage.getItem(KEY) in WIDTHS ? localStorage.getItem(KEY) : "digit";
  } catch {
    return "digit";
  }
}

export function remember(mode) {
  try {
    localStorage.setItem(KEY, mode);
  } catch {
    // then it is not remembered
  }
}
