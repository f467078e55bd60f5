import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { openStorage } from '../../src/storage/storage.ts';
import { systemClock } from '../../src/values/clock.ts';
import { faultOf, newCall, openEmbedded } from '../support/storage.ts';
import { runOf } from '../support/storage-records.ts';

const writer = fileURLToPath(new URL('../support/storage-writer.ts', import.meta.url));

function startWriter(directory: string): { child: ChildProcess; lines: AsyncIterableIterator<string> } {
  const child = spawn(process.execPath, [writer, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

/** Lets a writer store, kills it without warning, and reads on to the last word that it got out. */
async function killedWriter(directory: string, after: number): Promise<{ found: number; stored: number }> {
  const { child, lines } = startWriter(directory);
  let found = -1;
  let stored = 0;
  let count = 0;
  const ended = once(child, 'exit');
  for await (const line of lines) {
    const [word = '', number = ''] = line.split(' ');
    if (word === 'found') found = Number(number);
    else if (word === 'stored') stored = Number(number);
    else throw new Error(line);
    if (word === 'stored' && ++count === after) child.kill('SIGKILL');
  }
  await ended;
  return { found, stored };
}

describe('the embedded database', function () {
  this.timeout(180_000);
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'portfolio-embedded-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('loses nothing that it acknowledged when its process is killed five times', async () => {
    let acknowledged = 0;
    for (const after of [3, 15, 30, 45, 60]) {
      const { found, stored } = await killedWriter(directory, after);
      expect(found, 'events found again').to.be.at.least(acknowledged);
      expect(found, 'at most the one that was under way').to.be.at.most(acknowledged + 1);
      expect(stored).to.be.at.least(found + after);
      acknowledged = stored;
    }
    const storage = await openStorage({ directory }, systemClock);
    try {
      const [last] = await storage.queue.lastSequences([{ tenant: 'writer', key: runOf('p', 'r') }]);
      expect(last).to.be.oneOf([acknowledged, acknowledged + 1]);
      const { child, lines } = startWriter(directory);
      const refusals: string[] = [];
      const ended = once(child, 'exit');
      for await (const line of lines) refusals.push(line);
      expect(await ended).to.deep.equal([1, null]);
      expect(refusals.join())
        .to.contain('refused STATE_CONFLICT')
        .and.to.contain(String(process.pid))
        .and.to.contain(directory);
      const fault = await faultOf(openStorage({ directory }, systemClock), 'STATE_CONFLICT');
      expect(fault.metadata).to.include({ pid: String(process.pid), directory });
    } finally {
      await storage.close();
    }
    expect(readdirSync(directory)).to.deep.equal(['cluster']);
  });

  it('sets a first start that was cut off aside, takes a stale lock over, and frees the claims of the dead', async () => {
    mkdirSync(join(directory, 'cluster'));
    writeFileSync(join(directory, 'cluster', 'PG_VERSION'), '18\n');
    writeFileSync(join(directory, 'lock'), 'not even a holder');
    const told: string[] = [];
    const open = () => openStorage({ directory, warn: (message) => told.push(message) }, systemClock);
    const call = newCall();
    const first = await open();
    await first.units.write(call, ({ runs }) => runs.add(runOf('p', 'r')));
    expect(await first.queue.claim('dead', 3_600_000, 10)).to.have.length(1);
    await first.close();
    expect(told.join()).to.contain('set aside');
    expect(readdirSync(directory).filter((name) => name.startsWith('cluster.unfinished'))).to.have.length(1);
    expect(existsSync(join(directory, 'lock'))).to.equal(false);
    const second = await open();
    expect(await second.queue.claim('living', 1000, 10)).to.have.length(1);
    await second.close();
    await faultOf(second.ready(), 'SHUTTING_DOWN');
  });

  it('works beside the event loop, not on it', async () => {
    const storage = await openEmbedded();
    try {
      let ticks = 0;
      const ticking = setInterval(() => ticks++, 5);
      await storage.sql('select count(*) from generate_series(1, 500000)');
      clearInterval(ticking);
      // On the loop itself not one timer would fire while the engine computes.
      expect(ticks).to.be.at.least(5);
    } finally {
      await storage.close();
    }
  });
});

describe('a server that cannot be reached', () => {
  it('is told as DATABASE_UNAVAILABLE', async () => {
    const settings = { databaseUrl: 'postgresql://nobody@127.0.0.1:1/none', directory: '', connectTimeoutMs: 1000 };
    const fault = await faultOf(openStorage(settings, systemClock), 'DATABASE_UNAVAILABLE');
    expect(fault.message).to.contain('cannot be reached');
  });
});
