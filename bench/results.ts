/** bench/results.jsonl, the figures of the last run of each case, and bench/RESULTS.md, which is drawn from them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, totalmem, type } from 'node:os';

import type { BenchCase } from './bench-case.ts';
import type { Figure } from './figure.ts';
import { pythonVersions } from './python-peers.ts';
import { drawn } from './report.ts';

const store = new URL('./results.jsonl', import.meta.url);
const paper = new URL('./RESULTS.md', import.meta.url);

/** A figure with the day of its measurement. */
export type Kept = Figure & { readonly date: string };

export interface Circumstances {
  readonly date: string;
  readonly machine: string;
  readonly runtime: string;
  readonly peers: readonly string[];
}

async function circumstances(): Promise<Circumstances> {
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { devDependencies } = JSON.parse(text) as { devDependencies: Record<string, string> };
  return {
    date: today(),
    machine: `${processor?.model ?? 'unknown processor'}, ${String(cpus().length)} cores, ${String(memory)} GB, ${type()} ${arch()}`,
    runtime: `Node ${process.versions.node}`,
    peers: [`npm highs ${devDependencies['highs'] ?? ''}`, ...(await pythonVersions())],
  };
}

const today = (): string => new Date().toISOString().slice(0, 10);

/** Replaces what is kept of one case and draws the paper again. */
export async function renew(cases: readonly BenchCase[], name: string, figures: readonly Figure[]): Promise<void> {
  const kept = existsSync(store)
    ? readFileSync(store, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Kept)
    : [];
  const date = today();
  const fresh = figures.filter((figure) => figure.case === name).map((figure) => ({ ...figure, date }));
  const known = [...kept.filter((figure) => figure.case !== name), ...fresh];
  const all = cases.flatMap((each) => known.filter((figure) => figure.case === each.name));
  writeFileSync(store, all.map((figure) => `${JSON.stringify(figure)}\n`).join(''));
  writeFileSync(paper, drawn(cases, all, await circumstances()));
}
