/** The server: reads its settings, starts, says on one line of JSON where it serves, and drains when it is told to end. */
import { flushCompileCache } from 'node:module';

import { pino } from 'pino';

import { readConfig } from './compose/config.ts';
import { start, version } from './compose.ts';
import { Fault } from './values/fault.ts';

let log = pino({ level: 'info' }, pino.destination({ fd: 2, sync: true }));

async function main(): Promise<void> {
  const config = readConfig(process.env);
  log = pino({ level: config.logLevel }, pino.destination({ fd: 2, sync: true }));
  const running = await start(config, log);
  let ending = false;
  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    const forced = setTimeout(() => process.exit(code === 0 ? 1 : code), config.drainMs + 10_000);
    forced.unref();
    void running.stop().then(() => process.exit(code));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info({ signal }, 'draining');
      end(0);
    });
  }
  // A failure that nobody handled: the state is unknown, so new calls are kept away and open ones end in order.
  const broken = (error: unknown): void => {
    log.fatal({ err: error }, 'a failure was not handled; the server ends');
    running.fail();
    end(70);
  };
  process.on('unhandledRejection', broken);
  process.on('uncaughtException', broken);
  const line = { serving: true, ...running.addresses, version, pid: process.pid };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  // A killed process would not keep what it compiled.
  flushCompileCache();
}

main().catch((error: unknown) => {
  // What the operator can mend is told in plain words; anything else with its stack.
  if (error instanceof Fault) log.fatal({ reason: error.reason, violations: error.violations }, error.message);
  else log.fatal({ err: error }, 'the server could not start');
  process.exit(1);
});
