/** A process of its own that appends events to one run and says each number once it is stored, until it is killed. */
import { openStorage } from '../../src/storage/storage.ts';
import { systemClock } from '../../src/values/clock.ts';
import { Fault } from '../../src/values/fault.ts';
import { runOf } from './storage-records.ts';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const [directory = ''] = process.argv.slice(2);
try {
  const storage = await openStorage({ directory }, systemClock);
  const call = { tenant: 'writer', principal: 'tester', signal: new AbortController().signal };
  const run = runOf('p', 'r');
  await storage.units.write(call, async ({ runs }) => {
    if ((await runs.find(run)) === undefined) await runs.add(run);
  });
  const log = await storage.units.read(call, ({ runs }) => runs.events(run, 0, 1_000_000));
  if (log.some(({ sequence }, k) => sequence !== k + 1)) throw new Error('the log has a gap');
  say(`found ${log.length}`);
  for (;;) {
    const event = { at: new Date(), type: 'progress', payload: { text: 'x'.repeat(200) } };
    const [stored] = await storage.units.write(call, ({ runs }) => runs.append(run, [event]));
    say(`stored ${stored!.sequence}`);
  }
} catch (error) {
  say(error instanceof Fault ? `refused ${error.reason} ${error.message}` : `failed ${String(error)}`);
  process.exitCode = 1;
}
