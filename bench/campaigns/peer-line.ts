/** The peers of the campaigns: one Python process that answers a program a line. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { pythonReady } from '../python-peers.ts';
import type { ConicProgram } from './conic-program.ts';

export interface PeerAnswer {
  /** `optimal`, `infeasible`, `unbounded`, or the peer's own word for no verdict. */
  readonly verdict: string;
  readonly weights: readonly (number | null)[];
}
export type PeerAnswers = Readonly<Record<string, PeerAnswer>>;

const root = new URL('../../', import.meta.url).pathname;

export class PeerLine {
  readonly #child: ReturnType<typeof start>;
  readonly #lines: AsyncIterator<string, undefined>;

  private constructor() {
    this.#child = start();
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]() as AsyncIterator<
      string,
      undefined
    >;
  }

  static async open(): Promise<PeerLine> {
    await pythonReady();
    return new PeerLine();
  }

  /** Throws when the process is gone. */
  async solve(program: ConicProgram): Promise<PeerAnswers> {
    this.#child.stdin.write(`${JSON.stringify(program)}\n`);
    for (;;) {
      const line = await this.#lines.next();
      if (line.done === true) throw new Error('the peers ended');
      // HiGHS writes complaints of its own among the answers.
      if (line.value.startsWith('{')) return JSON.parse(line.value) as PeerAnswers;
    }
  }

  close(): void {
    this.#child.stdin.end();
  }
}

function start() {
  const python = `${root}.setup/peers/bin/python`;
  return spawn(python, [`${root}bench/campaigns/peers.py`], { stdio: ['pipe', 'pipe', 'inherit'] });
}
