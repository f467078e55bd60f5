/**
 * Every convex strategy on random requests, beside models of the same definition in cvxpy (bench/peers/strategies.py). Both are judged by the
 * peer's figure of the strategy at their weights. `node bench/campaigns/strategies.ts [COUNT] [STRATEGY...]` runs it by hand.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { lastValueFrom } from 'rxjs';

import { loadPlugins } from '../../src/host/loaded.ts';
import { admitStateless } from '../../src/optimization/admission.ts';
import type { OptimizationAnswer } from '../../src/optimization/answer.ts';
import type { ConstraintDraft, StatelessDraft } from '../../src/optimization/draft.ts';
import { solveJob } from '../../src/optimization/pipeline.ts';
import type { Toolbox } from '../../src/optimization/toolbox.ts';
import { findConflict } from '../../src/solvers/conflict.ts';
import { solvePeriods } from '../../src/solvers/periods/periods.ts';
import { SolverRegistry } from '../../src/solvers/registry.ts';
import { findRepair } from '../../src/solvers/repair.ts';
import { builtInContributions } from '../../src/workers/built-in.ts';
import { assetOf, constraintOf, matrixOf, requestOf, vectorOf } from '../../test/support/optimization.ts';
import { Random } from '../../test/support/problems.ts';
import type { BenchCase } from '../bench-case.ts';
import { report } from '../figure.ts';
import { pythonReady } from '../python-peers.ts';
import { parametersFor, strategyIds } from './strategy-parameters.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Relative difference of figures that counts as agreement. */
const agreement = 1e-6;

/** A market of 4 to 16 names with everything that a strategy may need, as plain numbers. */
export interface DrawnMarket {
  readonly n: number;
  readonly expectedReturns: readonly number[];
  readonly riskFreeRate: number;
  readonly covariance: readonly number[];
  readonly exposures: readonly number[];
  readonly factorCovariance: readonly number[];
  readonly specific: readonly number[];
  readonly factors: number;
  readonly current: readonly number[];
  readonly benchmark: readonly number[];
  readonly scenarios: readonly (readonly number[])[];
  readonly periodsPerYear: number;
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly sectors: readonly { readonly members: readonly number[]; readonly max: number }[];
  readonly turnover: number | null;
}

const uniform = (random: Random, low: number, high: number): number => low + (high - low) * random.next();
const portfolio = (random: Random, n: number): readonly number[] => {
  const parts = Array.from({ length: n }, () => (random.next() < 0.25 ? 0 : random.next()));
  const total = parts.reduce((sum, part) => sum + part, 0);
  return total === 0 ? parts.map(() => 1 / n) : parts.map((part) => part / total);
};

/** `free`: long only, without any other restriction. */
export function drawMarket(random: Random, free: boolean): DrawnMarket {
  const n = 4 + Math.floor(13 * random.next());
  const k = 1 + Math.floor(3 * random.next());
  const each = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);
  const exposures = each(n * k, () => 0.7 + 0.5 * random.normal());
  const factorVolatility = each(k, () => uniform(random, 0.05, 0.2));
  const factorCovariance = each(k * k, () => 0).map((_, at) => {
    const [row, column] = [Math.floor(at / k), at % k];
    return factorVolatility[row]! * factorVolatility[column]! * (row === column ? 1 : 0.2);
  });
  const specific = each(n, () => uniform(random, 0.05, 0.3) ** 2);
  const covariance = each(n * n, () => 0).map((_, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    let sum = row === column ? specific[row]! : 0;
    for (let a = 0; a < k; a += 1)
      for (let b = 0; b < k; b += 1)
        sum += exposures[row * k + a]! * factorCovariance[a * k + b]! * exposures[column * k + b]!;
    return sum;
  });
  const expectedReturns = each(n, () => 0.05 + 0.04 * random.normal());
  const count = 30 + Math.floor(60 * random.next());
  const scenarios = Array.from({ length: count }, () => {
    const shocks = factorVolatility.map((volatility) => (volatility / Math.sqrt(12)) * random.normal());
    return expectedReturns.map((mean, i) => {
      const common = shocks.reduce((sum, shock, a) => sum + exposures[i * k + a]! * shock, 0);
      return mean / 12 + common + Math.sqrt(specific[i]! / 12) * random.normal();
    });
  });
  const current = portfolio(random, n);
  const limited = !free && random.next() < 0.7;
  const members = Array.from({ length: n }, (_, i) => i).filter((i) => i % 3 === 0);
  return {
    n,
    expectedReturns,
    riskFreeRate: 0.01,
    covariance,
    exposures,
    factorCovariance,
    specific,
    factors: k,
    current,
    benchmark: portfolio(random, n),
    scenarios,
    periodsPerYear: 12,
    lower: each(n, () => 0),
    upper: each(n, () => (limited ? Math.max(1.6 / n, uniform(random, 0.15, 0.7)) : 1)),
    sectors: limited ? [{ members, max: uniform(random, 0.2, 0.6) }] : [],
    turnover: limited && random.next() < 0.5 ? uniform(random, 0.2, 0.8) : null,
  };
}

function requestFor(market: DrawnMarket, type: string, parameters: StatelessDraft['strategy']): StatelessDraft {
  const { n, factors: k, exposures, upper, sectors, turnover } = market;
  const id = (i: number): string => `A${String(i)}`;
  const inSector = new Set(sectors.flatMap(({ members }) => members));
  const bounds = Object.fromEntries(upper.map((max, i) => [id(i), { min: 0, max }]));
  const constraints: ConstraintDraft[] = [constraintOf('bounds', { assets: bounds })];
  for (const { max } of sectors) constraints.push(constraintOf('sector', { limited: { max } }));
  if (turnover !== null) constraints.push(constraintOf('turnover', { definition: 'half-sum', max: turnover }));
  const rows = Array.from({ length: n }, (_, i) => exposures.slice(i * k, (i + 1) * k));
  const square = Array.from({ length: k }, (_, a) => market.factorCovariance.slice(a * k, (a + 1) * k));
  return requestOf(
    {
      universe: rows.map((_, i) => assetOf(id(i), { sector: inSector.has(i) ? 'limited' : 'other' })),
      currentWeights: vectorOf(market.current),
      benchmarkWeights: vectorOf(market.benchmark),
      expectedReturns: { values: vectorOf(market.expectedReturns), period: 'annual' },
      risk: {
        kind: 'factor',
        factors: Array.from({ length: k }, (_, a) => `F${String(a)}`),
        exposures: matrixOf(rows),
        factorCovariance: matrixOf(square),
        specificVariance: vectorOf(market.specific),
        period: 'annual',
      },
      scenarios: { returns: matrixOf(market.scenarios), period: 'monthly', path: true },
      constraints,
      riskFreeRateAnnual: market.riskFreeRate,
    },
    { strategy: { type, parameters: parameters?.parameters ?? {} } },
  );
}

interface PeerVerdict {
  readonly verdict: string;
  readonly value?: number;
  readonly broken?: number;
  readonly ours?: number;
  readonly oursBroken?: number;
}

async function peerLine() {
  await pythonReady();
  const child = spawn(`${root}.setup/peers/bin/python`, [`${root}bench/peers/strategies.py`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]() as AsyncIterator<string, undefined>;
  return {
    ask: async (question: object): Promise<PeerVerdict> => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      for (;;) {
        const line = await lines.next();
        if (line.done === true) throw new Error('the peer ended');
        if (line.value.startsWith('{')) return JSON.parse(line.value) as PeerVerdict;
      }
    },
    close: () => void child.stdin.end(),
  };
}

interface Tally {
  agreed: number;
  /** Both say that there is none. */
  none: number;
  /** Ours is lower by more than `agreement` and keeps the restrictions. */
  peerInexact: number;
  peerFailed: number;
  /** Ours is higher, broken, or has another verdict. */
  doubtful: number;
  largest: number;
}

/** @returns how many requests are doubtful: each is printed to the error stream */
export async function runStrategies(count: number, only: readonly string[] = []): Promise<number> {
  const loaded = await loadPlugins({
    locations: ['./plugins'],
    base: root,
    config: {},
    builtIn: builtInContributions,
    log: () => undefined,
  });
  const toolbox: Toolbox = {
    catalog: loaded,
    solvers: new SolverRegistry(builtInContributions.solvers ?? []),
    findConflict,
    findRepair,
    solvePeriods,
    serverVersion: 'bench',
    now: () => performance.now(),
  };
  const interruption = { interrupted: () => false, cause: undefined, signal: new AbortController().signal };
  const peer = await peerLine();
  let doubtful = 0;
  for (const strategy of strategyIds.filter((id) => only.length === 0 || only.includes(id))) {
    const tally: Tally = { agreed: 0, none: 0, peerInexact: 0, peerFailed: 0, doubtful: 0, largest: 0 };
    for (let k = 0; k < count; k += 1) {
      const random = new Random(104_729 * (k + 1) + strategyIds.indexOf(strategy));
      const market = drawMarket(random, strategy === 'risk-parity');
      const parameters = parametersFor(strategy, market, random);
      const job = admitStateless(requestFor(market, strategy, { type: strategy, parameters }), loaded);
      const news = await lastValueFrom(solveJob(job, toolbox, interruption));
      if (news.kind !== 'answer') throw new Error(`${strategy} ended without an answer`);
      const { answer } = news;
      const weights = answer.weights.length === 0 ? null : answer.weights.map(({ weight }) => weight);
      const told = await peer.ask({ ...market, scenarios: market.scenarios.flat(), strategy, parameters, weights });
      const finding = judged(answer, told, tally);
      if (finding !== undefined)
        process.stderr.write(
          `${JSON.stringify({ strategy, k, parameters, ours: answer.termination, detail: answer.detail, ...told, ...finding })}\n`,
        );
    }
    doubtful += tally.doubtful;
    const { agreed, none, peerInexact, peerFailed, largest } = tally;
    report({
      case: 'campaign-strategies',
      metric: `${strategy}: agreed`,
      value: (agreed + none + peerInexact) / count,
      unit: 'share',
      peer: 'cvxpy',
      peerValue: count - peerFailed,
      gap: largest,
      note: `${String(count)} requests, ${String(none)} infeasible to both, peer above ours ${String(peerInexact)}, peer without verdict ${String(peerFailed)}, doubtful ${String(tally.doubtful)}`,
    });
  }
  peer.close();
  await loaded.dispose();
  return doubtful;
}

/** A ratio whose numerator nobody can make positive. */
const isUndefined = ({ termination, detail }: OptimizationAnswer): boolean =>
  termination === 'no solution found' && detail.includes('is not defined');

/** Counts, and says what is worth a look. */
function judged(answer: OptimizationAnswer, told: PeerVerdict, tally: Tally): object | undefined {
  const { termination } = answer;
  if (told.verdict !== 'optimal' && told.verdict !== 'infeasible') {
    tally.peerFailed += 1;
    if (termination === 'optimal' || termination === 'infeasible') return undefined;
  } else if (told.verdict === 'infeasible' && (termination === 'infeasible' || isUndefined(answer))) {
    tally.none += 1;
    return undefined;
  } else if (termination === 'optimal' && told.verdict === 'optimal') {
    const { value = NaN, ours = NaN, oursBroken = NaN, broken = NaN } = told;
    const difference = (ours - value) / Math.max(1e-3, Math.abs(value));
    if (oursBroken <= agreement && Math.abs(difference) <= agreement) {
      tally.agreed += 1;
      tally.largest = Math.max(tally.largest, Math.abs(difference));
      return undefined;
    }
    if (oursBroken <= agreement && (difference < 0 || broken > agreement)) {
      tally.peerInexact += 1;
      return undefined;
    }
    tally.doubtful += 1;
    return { difference };
  }
  tally.doubtful += 1;
  return { verdicts: 'differ' };
}

export const strategiesBench: BenchCase = {
  name: 'campaign-strategies',
  problem: '1000 random requests of each convex strategy beside cvxpy models of its definition',
  run: async ({ quick }) => {
    await runStrategies(quick ? 50 : 1000);
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [count = '1000', ...only] = process.argv.slice(2);
  process.exitCode = (await runStrategies(Number(count), only)) === 0 ? 0 : 1;
}
