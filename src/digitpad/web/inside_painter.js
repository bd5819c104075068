/** Paints panels, only when the browser does, and those seldom that nobody can see or read as fast as answers come. */

const UNSEEN_MS = 400; // between two times that a panel is painted which is out of view; readers of screens read it, too

export class Painter {
  #paint;
  #parts;
  #frame = 0;
  #timer = 0;
  #views;

  /**
   * @param {{section: Element, paint: Function, every: number}[]} parts  to paint, in this order, each at most `every` so
   *     many ms
   * @param {() => boolean} begin  prepares to paint; returns whether there is anything
   */
  constructor(parts, begin) {
    this.#parts = parts.map((part) => ({ ...part, isSeen: true, isDone: true, last: 0 }));
    this.#paint = begin;
    this.#views = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        this.#parts.find(({ section }) => section === target).isSeen = isIntersecting;
      }
      this.#run();
    });
    parts.forEach(({ section }) => this.#views.observe(section));
  }

  /** Paint everything anew; what a person has just asked for is painted at once. */
  paintSoon(isUrgent = false) {
    for (const part of this.#parts) {
      part.isDone = false;
      if (isUrgent) part.last = 0;
    }
    this.#run();
  }

  close() {
    this.#views.disconnect();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
  }

  #run() {
    this.#frame ||= requestAnimationFrame((now) => {
      this.#frame = 0;
      if (this.#paint()) this.#paintDue(now);
    });
  }

  #paintDue(now) {
    clearTimeout(this.#timer);
    const wait = (part) => part.last + (part.isSeen ? part.every : UNSEEN_MS) - now;
    for (const part of this.#parts.filter((each) => !each.isDone && wait(each) <= 0)) {
      part.paint();
      [part.isDone, part.last] = [true, now];
    }
    const waits = this.#parts.filter(({ isDone }) => !isDone).map(wait);
    if (waits.length) this.#timer = setTimeout(() => this.#run(), Math.min(...waits));
  }
}
