/** The events of one run in aligned pages, read once for all who watch it. */
import { compacted } from './resume-token.ts';
import type { RunEvent } from './run.ts';

export const pageSize = 50;
/** A watcher far behind the others reads its own pages again, rather than all of them being kept for ever. */
const pagesKept = 8;

interface LogPage {
  /** Gapless, the first one directly after `index * pageSize`. */
  events: readonly RunEvent[];
  reading: Promise<void> | undefined;
}

export class LogPages {
  /** The last sequence known to be committed. */
  last = 0;
  readonly #read: (after: number, limit: number) => Promise<readonly RunEvent[]>;
  readonly #pages = new Map<number, LogPage>();

  constructor(read: (after: number, limit: number) => Promise<readonly RunEvent[]>) {
    this.#read = read;
  }

  /** Notes how far the log goes; says whether that is further than known before. */
  reaches(last: number): boolean {
    if (last <= this.last) return false;
    this.last = last;
    return true;
  }

  /** Up to a page of events directly after `after`; empty when there is none yet. */
  async after(after: number): Promise<readonly RunEvent[]> {
    if (after >= this.last) return [];
    const index = Math.floor(after / pageSize);
    const start = index * pageSize;
    const page = this.#pageAt(index);
    while (start + page.events.length < Math.min(this.last, start + pageSize)) {
      page.reading ??= this.#extend(page, start);
      await page.reading;
    }
    return page.events.slice(after - start);
  }

  #pageAt(index: number): LogPage {
    const known = this.#pages.get(index);
    if (known !== undefined) return known;
    const page: LogPage = { events: [], reading: undefined };
    this.#pages.set(index, page);
    for (const old of this.#pages.keys()) {
      if (this.#pages.size <= pagesKept) break;
      this.#pages.delete(old);
    }
    return page;
  }

  async #extend(page: LogPage, start: number): Promise<void> {
    try {
      const from = start + page.events.length;
      const events = await this.#read(from, pageSize - page.events.length);
      const [first] = events;
      if (first?.sequence !== from + 1) throw compacted(first?.sequence ?? this.last + 1);
      page.events = [...page.events, ...events];
      this.reaches(from + events.length);
    } finally {
      page.reading = undefined;
    }
  }
}
