import { expect } from 'chai';

import { backoffMs, watch } from '../../../src/cli/wire/watch.ts';
import type { Loss, Numbered } from '../../../src/cli/wire/watch.ts';

interface Event extends Numbered {
  readonly kind: 'heartbeat' | 'progress' | 'terminal';
}

class Lost extends Error {}

const eventAt = (sequence: number, kind: Event['kind'] = 'progress'): Event => ({
  sequence: BigInt(sequence),
  resumeToken: `after ${String(sequence)}`,
  kind,
});

/** A server whose streams break as told: each entry is what one stream sends, then how it ends. */
class FakeServer {
  readonly opened: string[] = [];
  readonly losses: Loss[] = [];
  readonly resumed: bigint[] = [];
  readonly waits: number[] = [];
  readonly #streams: (readonly (Event | Error)[])[];

  constructor(streams: (readonly (Event | Error)[])[]) {
    this.#streams = streams;
  }

  async *#stream(): AsyncGenerator<Event> {
    for (const each of this.#streams.shift() ?? [new Error('no stream was expected')]) {
      if (each instanceof Error) throw each;
      yield each;
    }
  }

  async watched(): Promise<number[]> {
    const events = watch<Event>({
      open: (token) => {
        this.opened.push(token);
        return this.#stream();
      },
      isTerminal: ({ kind }) => kind === 'terminal',
      isHeartbeat: ({ kind }) => kind === 'heartbeat',
      isLost: (error) => error instanceof Lost,
      random: () => 0.5,
      wait: async (milliseconds) => {
        this.waits.push(milliseconds);
      },
      lost: (loss) => this.losses.push(loss),
      resumed: (after) => this.resumed.push(after),
    });
    const sequences: number[] = [];
    for await (const { sequence } of events) sequences.push(Number(sequence));
    return sequences;
  }
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('a watch', () => {
  it('goes on after the last token when its stream is lost', async () => {
    const server = new FakeServer([
      [eventAt(1), eventAt(2), new Lost()],
      [eventAt(3), eventAt(4, 'terminal')],
    ]);
    expect(await server.watched()).to.deep.equal([1, 2, 3, 4]);
    expect(server.opened).to.deep.equal(['', 'after 2']);
    expect(server.resumed).to.deep.equal([2n]);
    expect(server.losses).to.deep.equal([{ after: 2n, attempt: 1, waitMs: 50 }]);
  });

  it('drops what it has seen before and heartbeats, and keeps the order', async () => {
    const server = new FakeServer([
      [eventAt(1), eventAt(2), eventAt(2, 'heartbeat'), eventAt(3), new Lost()],
      [eventAt(2), eventAt(3), eventAt(4), eventAt(5, 'terminal')],
    ]);
    expect(await server.watched()).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('takes an orderly end before the terminal event for a loss', async () => {
    const server = new FakeServer([[eventAt(1)], [eventAt(2, 'terminal')]]);
    expect(await server.watched()).to.deep.equal([1, 2]);
    expect(server.losses).to.have.length(1);
  });

  it('waits longer with each attempt that brings nothing, and begins anew after an event', async () => {
    const server = new FakeServer([
      [eventAt(1), new Lost()],
      [new Lost()],
      [new Lost()],
      [eventAt(2), new Lost()],
      [eventAt(3, 'terminal')],
    ]);
    expect(await server.watched()).to.deep.equal([1, 2, 3]);
    expect(server.waits).to.deep.equal([50, 100, 200, 50]);
    expect(server.resumed).to.deep.equal([1n, 2n]);
  });

  it('counts a heartbeat as a sign of life', async () => {
    const server = new FakeServer([[eventAt(0, 'heartbeat'), new Lost()], [eventAt(1, 'terminal')]]);
    expect(await server.watched()).to.deep.equal([1]);
    expect(server.opened).to.deep.equal(['', 'after 0']);
  });

  it('fails at once when nothing ever came, and on any failure that is no loss', async () => {
    expect(await failureOf(new FakeServer([[new Lost()]]).watched())).to.be.instanceOf(Lost);
    expect(await failureOf(new FakeServer([[eventAt(1), new RangeError()]]).watched())).to.be.instanceOf(RangeError);
  });

  it('ends with the terminal event and opens nothing more', async () => {
    const server = new FakeServer([[eventAt(1, 'terminal'), eventAt(2)]]);
    expect(await server.watched()).to.deep.equal([1]);
    expect(server.opened).to.have.length(1);
  });
});

describe('the back-off', () => {
  it('is drawn between 0 and a ceiling that doubles up to 10 s', () => {
    expect([1, 2, 3, 7, 8, 1000].map((attempt) => backoffMs(attempt, 1))).to.deep.equal([
      100, 200, 400, 6_400, 10_000, 10_000,
    ]);
    expect(backoffMs(5, 0)).to.equal(0);
  });
});
