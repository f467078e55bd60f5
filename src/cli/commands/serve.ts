import { spawn } from 'node:child_process';
import { once } from 'node:events';

import type { Command } from 'commander';

import { exitCodes } from '../wire/failure.ts';
import { serverCommand } from '../wire/server-process.ts';

/** Runs the server in the foreground; its settings are the environment variables of `npm start`. */
export function addServe(program: Command): void {
  program
    .command('serve')
    .description('run the server in the foreground (settings: PORTFOLIO_* environment variables)')
    .action(async () => {
      const [command, ...args] = serverCommand;
      const child = spawn(command, args, { stdio: 'inherit' });
      const pass = (signal: NodeJS.Signals): void => {
        child.kill(signal);
      };
      // The Ctrl-C of a terminal reaches the child by itself; a second signal would cut its shutdown short.
      const ignore = (): void => undefined;
      process.on('SIGTERM', pass);
      process.on('SIGINT', process.stdin.isTTY ? ignore : pass);
      const [code] = (await once(child, 'exit')) as [number | null];
      process.exitCode = code ?? exitCodes.internal;
    });
}
