// Runs in a page with a pad: notes when frames are shown and when answers come.
() => {
  const answer = document.querySelector('[data-dp="time"]');
  const state = { begun: 0, answered: 0, frames: [], num: 0 };
  new MutationObserver(() => {
    state.num += 1;
    if (answer.textContent) state.answered = performance.now();
  }).observe(answer, { childList: true });
  const note = () => {
    state.frames.push(performance.now());
    requestAnimationFrame(note);
  };
  requestAnimationFrame(note);
  window.watch = {
    begin: () => Object.assign(state, { begun: performance.now(), answered: 0, frames: [] }),
    end: () => {
      const gaps = state.frames.slice(1).map((at, index) => at - state.frames[index]);
      return { answered: state.answered - state.begun, gaps, still: Math.max(...gaps) };
    },
    count: async () => {
      const before = state.num;
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return state.num - before;
    },
  };
}
