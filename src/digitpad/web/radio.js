/** Buttons of which one is chosen, by a click or the arrow keys. */

const WAYS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/** Mark a button as the chosen one, or not. */
export function check(button, isChosen) {
  button.setAttribute("aria-checked", isChosen);
  button.tabIndex = isChosen ? 0 : -1;
}

/** Let the arrow keys choose among the buttons of a group. */
export function followArrows(group, buttons) {
  group.onkeydown = (event) => {
    const at = buttons.indexOf(event.target);
    if (!(event.key in WAYS) || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + WAYS[event.key] + buttons.length) % buttons.length];
    next.click();
    next.focus();
  };
}
