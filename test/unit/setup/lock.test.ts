import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const lockModule = new URL('../../../scripts/lock.mjs', import.meta.url).href;

/** A process that notes when it enters and when it leaves the guarded work. */
const contender = (folder: string, name: string): Promise<unknown[]> => {
  const code = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { withLock } from ${JSON.stringify(lockModule)};
    const note = (what) => appendFileSync(${JSON.stringify(join(folder, 'notes'))}, what + ' ${name}\\n');
    await withLock(${JSON.stringify(join(folder, 'lock'))}, async () => { note('in'); await sleep(30); note('out'); });
  `;
  return once(spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' }), 'exit');
};

/** The id of a process that has ended. */
const deadProcess = async (): Promise<number> => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
};

describe('the lock of the set-up', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lets one process work at a time, and takes over from one that died holding it', async () => {
    const dead = { pid: await deadProcess(), host: hostname(), since: 0 };
    writeFileSync(join(folder, 'lock'), JSON.stringify(dead));
    const ends = await Promise.all(['a', 'b', 'c', 'd'].map((name) => contender(folder, name)));
    expect(ends.map(([code]) => code)).to.deep.equal([0, 0, 0, 0]);
    const notes = readFileSync(join(folder, 'notes'), 'utf8').trim().split('\n');
    expect(notes).to.have.length(8);
    for (let turn = 0; turn < notes.length; turn += 2) {
      expect(notes[turn + 1]).to.equal(notes[turn]?.replace('in', 'out'));
    }
  });
});
