/** The folio command: its options and commands. */
import { readFileSync } from 'node:fs';

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { addAsset } from './commands/asset.ts';
import { addCatalog } from './commands/catalog.ts';
import { addDemo } from './commands/demo.ts';
import { addExplain } from './commands/explain.ts';
import { addFrontier } from './commands/frontier.ts';
import { addOptimize } from './commands/optimize.ts';
import { addPortfolio } from './commands/portfolio.ts';
import { addRebalance } from './commands/rebalance.ts';
import { addReplay } from './commands/replay.ts';
import { addServe } from './commands/serve.ts';
import { addWatch } from './commands/watch.ts';
import { defaultAddress } from './session.ts';
import { exitCodes } from './wire/failure.ts';
import { missingTls } from './wire/tls.ts';
import type { TlsOptions } from './wire/tls.ts';

const exitCodesText = `
Exit codes: 0 ok, 2 usage, 3 invalid input, 4 infeasible or no solution,
5 not found, 6 conflict, 7 unavailable, 8 cancelled or timed out, 70 internal.`;

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('must be a number of seconds above 0');
  return value;
}

/** An empty environment variable counts as unset. */
function address(text: string, before: string): string {
  if (text === '') return before;
  const port = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text)?.[1];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new InvalidArgumentError(`must be host:port, like ${defaultAddress}`);
  return text;
}

/** `--tls-ca <file>` is FOLIO_TLS_CA in the environment. */
function file(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option
    .env(`FOLIO_${option.name().toUpperCase().replaceAll('-', '_')}`)
    .argParser((text: string, before: string | undefined) => (text === '' ? before : text));
}

function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

export function folio(): Command {
  const program = new Command('folio')
    .configureHelp({ showGlobalOptions: true })
    .description('Client of the VeritasVault Portfolio service')
    .version(ownVersion())
    .addOption(
      new Option('--address <host:port>', 'address of the server')
        .default(defaultAddress)
        .env('FOLIO_ADDRESS')
        .argParser(address),
    )
    .option('--tenant <id>', 'tenant whose resources are meant; "default" when absent')
    .addOption(file('--tls-ca <file>', 'mutual TLS: certificate of the authority that the server must have'))
    .addOption(file('--tls-cert <file>', 'mutual TLS: own certificate, which names the tenant'))
    .addOption(file('--tls-key <file>', 'mutual TLS: key of the own certificate'))
    .option('--json', 'print proto JSON and nothing else on the standard output')
    .option('--timeout <seconds>', 'deadline of each call; 30 s for replies and none for streams when absent', seconds)
    .hook('preAction', (self) => {
      const missing = missingTls(self.opts<TlsOptions>());
      if (missing.length > 0) self.error(`error: mutual TLS needs three files; missing: ${missing.join(', ')}`);
    })
    .showHelpAfterError('(see folio --help)')
    .addHelpText('after', exitCodesText);
  for (const add of [
    addServe,
    addDemo,
    addPortfolio,
    addAsset,
    addOptimize,
    addFrontier,
    addExplain,
    addReplay,
    addRebalance,
    addWatch,
    addCatalog,
  ])
    add(program);
  withExitOverride(program);
  return program;
}

/** Commands that were added inherit nothing of it by themselves. */
function withExitOverride(command: Command): void {
  command.exitOverride();
  for (const each of command.commands) withExitOverride(each);
}

/** Runs the command line; sets the exit code of the process. */
export async function runFolio(args: readonly string[]): Promise<void> {
  try {
    await folio().parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}
