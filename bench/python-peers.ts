/** The Python peers: a pinned environment of their own, made on first use, and a process that runs them as it is asked to. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';

import { writeCase } from './case-file.ts';
import type { CaseFile } from './case-file.ts';
import type { Peer, PeerRun } from './contest.ts';

const run = promisify(execFile);
const root = new URL('../', import.meta.url).pathname;
const folder = join(root, 'bench/peers');
const environment = join(root, '.setup/peers');
const stamp = join(environment, 'made-from.txt');
const python = join(environment, 'bin/python');
/** Comes as source only, and wants a framework that its compiled part does without. */
const fromSource = ['--no-deps', '--no-build-isolation', '--no-binary', ':all:', 'riskparityportfolio==0.6.0'];

export async function pythonReady(): Promise<void> {
  const constraints = join(folder, 'constraints.txt');
  const wanted = join(folder, 'requirements.txt');
  const made = readFileSync(wanted, 'utf8') + readFileSync(constraints, 'utf8');
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === made) return;
  process.stderr.write('making the environment of the Python peers (.setup/peers), 1.5 GB, some minutes ...\n');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await run('python3', ['-m', 'venv', environment]);
  await run(python, [...pip, '--only-binary', ':all:', '-r', wanted, '-c', constraints]);
  await run(python, [...pip, ...fromSource]).catch((error: unknown) => {
    process.stderr.write(`riskparityportfolio could not be built: ${String(error).slice(0, 200)}\n`);
  });
  writeFileSync(stamp, made);
}

/** What the environment holds of the packages that the bench names, `name version`. */
export async function pythonVersions(): Promise<readonly string[]> {
  if (!existsSync(python)) return [];
  const { stdout } = await run(python, ['-m', 'pip', 'list', '--format', 'freeze', '--disable-pip-version-check']);
  const named = readFileSync(join(folder, 'requirements.txt'), 'utf8')
    .split('\n')
    .flatMap((line) => (/^[a-z]/.test(line) ? [line.split('==')[0] ?? ''] : []));
  const tools = new Set(['numpy', 'scipy', 'pybind11', 'setuptools', 'wheel']);
  const wanted = new Set([...named.filter((name) => !tools.has(name)), 'riskparityportfolio']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split('=='))
    .filter(([name = '']) => wanted.has(name.toLowerCase().replaceAll('_', '-')))
    .map(([name, version]) => `${name ?? ''} ${version ?? ''}`);
}

type Answer = { readonly peers?: readonly string[] } & PeerRun;

/** One process, which lives until it is told to end or a run takes too long. */
class PeerProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #waiting: ((answer: Answer) => void)[] = [];
  #noise = '';

  constructor(family: string, caseFolder: string) {
    this.#child = spawn(python, [join(folder, 'serve.py'), family, caseFolder], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.on('data', (text: Buffer) => {
      this.#noise = (this.#noise + text.toString()).slice(-300);
    });
    createInterface(this.#child.stdout).on('line', (line) => this.#waiting.shift()?.(JSON.parse(line) as Answer));
    this.#child.on('exit', (code, signal) => {
      const last = this.#noise.trim().split('\n').at(-1) ?? '';
      const error = `the process ended (${signal ?? String(code)}): ${last}`;
      for (const tell of this.#waiting.splice(0)) tell({ error });
    });
  }

  /** It has ended or is about to. */
  get isGone(): boolean {
    return this.#child.killed || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  next(): Promise<Answer> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  ask(peer: string): Promise<Answer> {
    const answer = this.next();
    this.#child.stdin.write(`${peer}\n`);
    return answer;
  }

  /** `why` is told to whoever waits for an answer. */
  end(why = 'ended'): Promise<void> {
    for (const tell of this.#waiting.splice(0)) tell({ error: why });
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGKILL');
    return gone;
  }
}

/** Loading a library, putting its problem together and a first run that is not counted. */
const firstSeconds = 12;

/** The peers of a family on one case; `end` ends their process. A run that takes longer than `secondsMax` is ended and told as an error. */
export async function pythonPeers(
  family: string,
  file: CaseFile,
  secondsMax: number,
): Promise<{ readonly peers: readonly Peer[]; readonly end: () => Promise<void> }> {
  await pythonReady();
  const caseFolder = mkdtempSync(join(tmpdir(), 'portfolio-bench-'));
  writeCase(caseFolder, file);
  let server: PeerProcess | undefined;
  let made = new Set<string>();
  const ready = async (): Promise<{ server: PeerProcess; names: readonly string[] }> => {
    if (server !== undefined && !server.isGone) return { server, names: [] };
    server = new PeerProcess(family, caseFolder);
    made = new Set();
    const { peers, error } = await server.next();
    if (peers === undefined) throw new Error(`the Python peers did not start: ${error ?? ''}`);
    return { server, names: peers };
  };
  const ask = async (name: string): Promise<PeerRun> => {
    const current = (await ready()).server;
    const seconds = made.has(name) ? secondsMax : secondsMax + firstSeconds;
    made.add(name);
    const error = `no answer in ${String(seconds)} s`;
    const late = setTimeout(() => void current.end(error), seconds * 1000);
    const answer = await current.ask(name);
    clearTimeout(late);
    return answer;
  };
  const { names } = await ready();
  return {
    peers: names.map((name) => ({ name, run: () => ask(name) })),
    end: async () => {
      await server?.end();
      rmSync(caseFolder, { recursive: true, force: true });
    },
  };
}
