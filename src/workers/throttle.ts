/** Lets the first progress through at once, then the newest of each moment, and always the last before anything else. */
import type { SolveNews } from '../optimization/job.ts';

type Progress = Extract<SolveNews, { kind: 'progress' }>;

const progressEveryMs = 50;

/** A thread in the middle of a solve runs no timers, so time is looked at when there is news. */
export class ProgressThrottle {
  readonly #tell: (news: SolveNews) => void;
  readonly #now: () => number;
  #last = Number.NEGATIVE_INFINITY;
  #held: Progress | undefined;

  constructor(tell: (news: SolveNews) => void, now: () => number) {
    this.#tell = tell;
    this.#now = now;
  }

  take(news: SolveNews): void {
    if (news.kind !== 'progress') {
      for (const held of this.held()) this.#tell(held);
      this.#tell(news);
      return;
    }
    const now = this.#now();
    if (now - this.#last < progressEveryMs) {
      this.#held = news;
      return;
    }
    this.#held = undefined;
    this.#last = now;
    this.#tell(news);
  }

  /** What was held back, which is held no more. */
  held(): Progress[] {
    const held = this.#held;
    this.#held = undefined;
    return held === undefined ? [] : [held];
  }
}
