#!/usr/bin/env node
// The folio command on any Node >= 20: makes sure that the set-up is there (silent when it is), then runs the pinned Node 24.
import { prepare } from '../scripts/prepare.mjs';
import { at, say, SetupError } from '../scripts/project.mjs';
import { environmentOf, foreground } from '../scripts/processes.mjs';

try {
  const runtime = await prepare();
  const command = [runtime, at('src', 'cli', 'folio.ts'), ...process.argv.slice(2)];
  process.exitCode = await foreground(command, { env: environmentOf(runtime) });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
