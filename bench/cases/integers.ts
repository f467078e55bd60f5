/** f100 and the markets of OR-Library: at most so many names, to a proven gap. */
import { certify } from '../../src/problem/certificate.ts';
import { objectiveAt, primalResidual } from '../../src/problem/certificate-figures.ts';
import type { Problem } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { defaultSettings } from '../../src/problem/solver.ts';
import { Random, originOf, problemOf, riskModel } from '../../test/support/problems.ts';
import type { BenchCase } from '../bench-case.ts';
import { contest } from '../contest.ts';
import type { Judgement, Results } from '../contest.ts';
import { registry } from '../engine.ts';
import { median, report } from '../figure.ts';
import { publishedMarket } from '../orlib.ts';
import { pythonPeers } from '../python-peers.ts';
import { peerSecondsMax } from '../quadratic-case.ts';

const least = 0.01;

interface NamesCase {
  readonly entries: Float64Array;
  readonly scale: number;
  readonly linear: Float64Array;
  /** Where the quadratic term is 0; the origin when absent. */
  readonly centre?: Float64Array;
  readonly upper: number;
  readonly namesMax: number;
}

function problemIn({ entries, scale, linear, centre, upper, namesMax }: NamesCase): Problem {
  const n = linear.length;
  const operator = { kind: 'dense', size: n, entries } as const;
  const quadratics = [{ scale, operator, ...(centre === undefined ? {} : { centre }) }];
  const positions = Int32Array.from({ length: n }, (_, position) => position);
  const counts = [
    {
      positions,
      centre: new Float64Array(n),
      side: 'either' as const,
      minimum: 0,
      maximum: namesMax,
      origin: originOf('names'),
    },
  ];
  const domains = Array.from(positions, (position) => ({
    position,
    intervals: [
      [0, 0],
      [least, upper],
    ] as const,
    origin: originOf('least holding'),
  }));
  return { ...problemOf(n, { quadratics, linear }, { upper }), integrality: { domains, lots: [], counts } };
}

/** The least tracking error of at most 20 of 100 names to a benchmark of all. */
function tracking(): NamesCase {
  const n = 100;
  const random = new Random(6000 + n);
  const { operator, market } = riskModel(n, 12, random);
  const { exposures, factorCovariance, specific, factors: k } = operator;
  const entries = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j <= i; j += 1) {
      let total = i === j ? specific[i]! : 0;
      for (let a = 0; a < k; a += 1)
        for (let b = 0; b < k; b += 1)
          total += exposures[i * k + a]! * factorCovariance[a * k + b]! * exposures[j * k + b]!;
      entries[i * n + j] = total;
      entries[j * n + i] = total;
    }
  return { entries, scale: 1e4, linear: new Float64Array(n), centre: market, upper: 0.25, namesMax: 20 };
}

/** Chang, Meade, Beasley and Sharaiha (2000): least lambda variance - (1 - lambda) return with ten names of at least 1 %. */
type Market = 'port1' | 'port3' | 'port5';

function published(name: Market, lambda: number): NamesCase {
  const { means, covariance } = publishedMarket(name);
  const linear = means.map((mean) => (1 - lambda) * mean);
  return { entries: covariance, scale: 2 * lambda, linear, upper: 1, namesMax: 10 };
}

interface Trail {
  readonly solution: Solution;
  readonly ms: number;
  /** Until a portfolio within 1 % of the best found. */
  readonly incumbentMs: number;
  /** Proven gap by the time that it was known. */
  readonly gaps: readonly { readonly ms: number; readonly gap: number; readonly objective: number }[];
}

/** Solves until done or for so many seconds, and keeps what was known when. */
function trail(problem: Problem, secondsMax: number): Trail {
  const start = performance.now();
  const late = (): boolean => performance.now() - start > secondsMax * 1000;
  const steps = registry.solve(problem, { ...defaultSettings, iterationsMax: 1e9 }, late);
  const gaps: { ms: number; gap: number; objective: number }[] = [];
  for (;;) {
    const step = steps.next();
    const ms = performance.now() - start;
    if (step.done === true) {
      const { objective } = step.value;
      const good = gaps.find((each) => each.objective <= objective + 0.01 * Math.abs(objective));
      return { solution: step.value, ms, incumbentMs: good?.ms ?? ms, gaps };
    }
    gaps.push({ ms, gap: step.value.gap, objective: step.value.objective });
  }
}

/** Proven after so many milliseconds. */
function gapAt({ gaps, solution, ms }: Trail, moment: number): number {
  if (ms <= moment && solution.termination.reason === 'optimal') return solution.residuals.gap;
  return gaps.filter((each) => each.ms <= moment).at(-1)?.gap ?? Infinity;
}

function judgeOn(problem: Problem, reached: number): (results: Results) => Judgement {
  return ({ x, bound, status }) => {
    const w = Float64Array.from(x as readonly number[]);
    const gap = (objectiveAt(problem, w) - reached) / Math.abs(reached);
    const proven = typeof status === 'string' && status !== 'optimal' ? [`stopped: ${status}`] : [];
    const noted = bound === undefined || proven.length === 0 ? proven : [...proven, `its bound ${String(bound)}`];
    return { gap, violation: primalResidual(problem, w), ...(noted.length === 0 ? {} : { note: noted.join(', ') }) };
  };
}

const secondsMax = 10;

/** One problem beside the peers, and how its incumbent and its bound came along. */
async function bench(name: string, given: NamesCase, quick: boolean): Promise<void> {
  const problem = problemIn(given);
  trail(problem, 1);
  const trails = Array.from({ length: 5 }, () => trail(problem, secondsMax));
  const [first] = trails;
  if (first === undefined) throw new Error('no run');
  const { solution } = first;
  const reached = objectiveAt(problem, solution.weights);
  const { entries, scale, linear, centre, upper, namesMax } = given;
  const n = linear.length;
  const pulled = linear.map((mu, i) => {
    let total = mu;
    if (centre !== undefined) for (let j = 0; j < n; j += 1) total += scale * entries[i * n + j]! * centre[j]!;
    return total;
  });
  const settings = { scale, upper, least, namesMax, secondsMax };
  const python = quick
    ? undefined
    : await pythonPeers('integers', { arrays: { S: entries, linear: pulled }, settings }, peerSecondsMax);
  const note = `${solution.termination.reason}, proven gap ${gapAt(first, Infinity).toExponential(1)}`;
  const metric = (what: string, value: number, unit: string): void =>
    report({ case: name, metric: what, value, unit, note });
  metric('incumbentMs', median(trails.map((each) => each.incumbentMs)), 'ms');
  metric('gapAfter1s', median(trails.map((each) => gapAt(each, 1000))), 'relative');
  metric('provenGap', gapAt(first, Infinity), 'relative');
  try {
    const ours = (): void => void trail(problem, secondsMax);
    await contest({ case: name, ours, peers: python?.peers ?? [], judge: judgeOn(problem, reached) });
  } finally {
    await python?.end();
  }
  const { verdict, detail } = certify(problem, solution);
  if (solution.termination.reason === 'optimal' && verdict !== 'passed') throw new Error(`${name}: ${detail}`);
}

const frontierPoints = 20;

/** Twenty points of a frontier with ten names, each to optimality or for so many seconds. */
async function benchFrontier(name: string, market: Market, seconds: number): Promise<void> {
  const gaps: number[] = [];
  const times: number[] = [];
  for (let k = 0; k < frontierPoints; k += 1) {
    const found = trail(problemIn(published(market, (k + 1) / (frontierPoints + 1))), seconds);
    times.push(found.ms);
    gaps.push(gapAt(found, Infinity));
  }
  const open = gaps.filter((gap) => gap > 1e-6).length;
  const note = `${String(frontierPoints)} points, ${String(frontierPoints - open)} proven optimal`;
  report({ case: name, metric: 'gap', value: Math.max(...gaps), unit: 'relative, the worst', note });
  report({ case: name, metric: 'pointMs', value: median(times), unit: 'ms', note: 'median of the points' });
  report({ case: name, metric: 'slowestPointMs', value: Math.max(...times), unit: 'ms' });
}

const marketCase = (market: Market, seconds: number): BenchCase => ({
  name: `f ${market}`,
  problem: `${market} of OR-Library with ten names: ${String(frontierPoints)} points of its frontier, ${String(seconds)} s each at most`,
  run: () => benchFrontier(`f ${market}`, market, seconds),
});

export const integerCases: readonly BenchCase[] = [
  {
    name: 'f100',
    problem: `at most 20 of 100 names of 1 % to 25 %, least tracking error, ${String(secondsMax)} s at most`,
    run: ({ quick }) => bench('f100', tracking(), quick),
  },
  {
    name: 'f31',
    problem: 'port1 of OR-Library with ten names, the middle of its frontier',
    run: ({ quick }) => bench('f31', published('port1', 0.5), quick),
  },
  marketCase('port1', 10),
  marketCase('port3', 6),
  marketCase('port5', 6),
];
