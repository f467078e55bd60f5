// The door of every npm script: `node scripts/run.mjs TASK [-- ARGUMENTS]`, on any Node >= 20.
import { SetupError, say } from './project.mjs';
import { prepare } from './prepare.mjs';
import { tasks } from './tasks.mjs';

const [name, ...rest] = process.argv.slice(2);
const args = rest[0] === '--' ? rest.slice(1) : rest;
const task = tasks[name ?? ''];

if (task === undefined) {
  say(`Which task? One of: ${Object.keys(tasks).join(', ')}`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await task(await prepare(), args);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
