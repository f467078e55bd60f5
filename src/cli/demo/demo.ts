/** The whole service on the sample market, from an empty database to a rebalance proposal, with a crash on the way. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { counted } from '../display/figures.ts';
import type { Session } from '../session.ts';
import { Connection } from '../wire/connection.ts';
import { Ended, exitCodes } from '../wire/failure.ts';
import { ServerProcess } from '../wire/server-process.ts';
import { explainWeights } from './explanation.ts';
import { drawFrontier } from './frontier.ts';
import { createHoldings } from './holdings.ts';
import { showCalls } from './keep.ts';
import { importMarket } from './market.ts';
import { optimizeHoldings } from './optimization.ts';
import { proposeTrades } from './rebalance.ts';
import { watchThroughCrash } from './resume.ts';
import { readSample } from './sample.ts';
import { Stage } from './stage.ts';

/** Our own server: its folder, and the process that serves it now. */
class Backstage {
  readonly folder = mkdtempSync(join(tmpdir(), 'folio-demo-'));
  readonly #keep: boolean;
  #server: ServerProcess | undefined;
  #starting: Promise<ServerProcess> | undefined;

  readonly #removeAtExit = (): void => {
    this.remove();
  };

  constructor(keep: boolean) {
    this.#keep = keep;
    process.on('exit', this.#removeAtExit);
  }

  get server(): ServerProcess {
    if (this.#server === undefined) throw new Error('the server has not been started');
    return this.#server;
  }

  /** Free ports the first time, the same ones after a crash. */
  async start(): Promise<ServerProcess> {
    const before = this.#server;
    this.#starting = ServerProcess.start({
      directory: join(this.folder, 'database'),
      log: join(this.folder, 'server.log'),
      grpcAddress: before?.grpcAddress ?? '127.0.0.1:0',
      httpAddress: before?.httpAddress ?? '127.0.0.1:0',
      detached: this.#keep,
    });
    // Whoever awaits it hears of a failure; a failure before that is no unhandled one.
    this.#starting.catch(() => undefined);
    this.#server = await this.#starting;
    return this.#server;
  }

  async killAndRestart(): Promise<void> {
    await this.server.kill();
    await this.start();
  }

  /** Ends the server, also one that is still starting, and removes what it stored. */
  async strike(): Promise<void> {
    const server = await this.#starting?.catch(() => undefined);
    await server?.stop();
    this.remove();
  }

  /** The server and its folder live on when we end. */
  release(): void {
    process.off('exit', this.#removeAtExit);
    this.server.release();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function play(stage: Stage, backstage: Backstage): Promise<void> {
  // The files are read while the server starts.
  const starting = backstage.start();
  const [sample, server] = [readSample(), await starting];
  stage.say(`A server of its own at ${server.grpcAddress}, embedded database in ${backstage.folder}`);
  const connection = new Connection({ address: server.grpcAddress });
  try {
    await importMarket(stage, connection, sample);
    await createHoldings(stage, connection, sample);
    const solved = await optimizeHoldings(stage, connection, sample);
    await explainWeights(stage, connection, solved);
    await drawFrontier(stage, connection, sample, solved);
    await watchThroughCrash(stage, connection, sample, backstage);
    await proposeTrades(stage, connection, solved);
  } finally {
    connection.close();
  }
}

/** Plays the demo; ends with 70 when a check of a step fails. With `keep` the server lives on. */
export async function runDemo(session: Session, keep: boolean): Promise<void> {
  const stage = new Stage(session.output);
  const backstage = new Backstage(keep);
  const interrupted = (): void => {
    session.output.clear();
    void backstage.strike().then(() => process.exit(exitCodes.cancelled));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  let played = false;
  try {
    await play(stage, backstage);
    played = stage.failed === 0;
  } finally {
    session.output.clear();
    if (!keep || !played) await backstage.strike();
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
  }
  if (keep && played) {
    showCalls(stage, backstage.server, backstage.folder);
    backstage.release();
  }
  const { paint } = session.output;
  const verdict =
    stage.failed === 0
      ? paint.green(`${counted(stage.checks, 'check')} passed`)
      : paint.red(`${String(stage.failed)} of ${counted(stage.checks, 'check')} failed`);
  session.output.line(`\n${verdict} in ${stage.elapsed}`);
  if (stage.failed > 0) throw new Ended(exitCodes.internal);
}
