/** Buttons that ask before they act, because what they do cannot be undone. */

const WAIT_MS = 5000;

/** Let a button ask a question, and act only when it is pressed again before long. */
export function askTwice(button, question, act) {
  const label = button.textContent;
  let timer = 0;
  const rest = () => {
    clearTimeout(timer);
    timer = 0;
    button.textContent = label;
    delete button.dataset.asks;
  };
  button.addEventListener("blur", rest);
  button.addEventListener("click", () => {
    if (timer) {
      rest();
      act();
      return;
    }
    timer = setTimeout(rest, WAIT_MS);
    button.textContent = question;
    button.dataset.asks = "";
  });
}
