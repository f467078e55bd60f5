/** b500x20 ... bt10000x70: a factor model with sector bands and linear trading costs, also relative to a benchmark, cold and warm. */
import type { Problem } from '../../src/problem/problem.ts';
import { Random, budgetRow, factorCase, problemOf, riskModel, rowOver } from '../../test/support/problems.ts';
import type { BenchCase } from '../bench-case.ts';
import type { CaseFile } from '../case-file.ts';
import { contest } from '../contest.ts';
import { certified, comparedTo, reportCertificate, solved } from '../engine.ts';
import { benchQuadratic } from '../quadratic-case.ts';

const trackingAversion = 20;
const sectors = 11;

/** Shares of at most `most` that sum to 1. */
function capped(weights: Float64Array, most: number): Float64Array {
  let result = weights;
  for (let pass = 0; pass < 50; pass += 1) {
    const total = result.reduce((sum, value) => sum + value, 0);
    result = result.map((value) => Math.min(value / total, most));
  }
  const total = result.reduce((sum, value) => sum + value, 0);
  return result.map((value) => value / total);
}

/** The risk of a benchmark in the linear term, small views of 1 % on every name, sector bands of 1 %: hundreds of names are held. */
export function factorTrackingCase(n: number, k: number): Problem {
  const random = new Random(9000 + n + k);
  const { operator, sectors: sectorOf, market } = riskModel(n, k, random);
  const benchmark = capped(market, 0.045);
  const kept = benchmark.map((value) => (random.chance(0.6) ? value * Math.exp(0.3 * random.normal()) : 0));
  const total = kept.reduce((sum, value) => sum + value, 0);
  const current = kept.map((value) => value / total);
  const views = random.vector(n, () => 0.01 * random.normal());
  const rate = random.vector(n, () => random.between(0.0005, 0.002));
  const { exposures, factorCovariance, specific } = operator;
  const held = new Float64Array(k);
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j < k; j += 1) held[j] = held[j]! + exposures[i * k + j]! * benchmark[i]!;
  const pull = held.map((_, a) => held.reduce((sum, value, b) => sum + factorCovariance[a * k + b]! * value, 0));
  const linear = views.map(
    (view, i) =>
      view +
      trackingAversion *
        (specific[i]! * benchmark[i]! + pull.reduce((sum, value, j) => sum + exposures[i * k + j]! * value, 0)),
  );
  const rows = [budgetRow(n)];
  for (let sector = 0; sector < sectors; sector += 1) {
    const members = Float64Array.from(sectorOf, (value) => (value === sector ? 1 : 0));
    const share = benchmark.reduce((sum, value, i) => sum + value * members[i]!, 0);
    rows.push(rowOver(members, Math.max(share - 0.01, 0), share + 0.01, `sector ${sector}`));
  }
  const trading = { current, buyRate: rate, sellRate: rate };
  const quadratics = [{ scale: trackingAversion, operator }];
  return problemOf(n, { quadratics, linear, trading }, { rows, upper: 0.05 });
}

function given({ quadratics, linear, trading, rows, upper }: Problem): CaseFile {
  const [quadratic] = quadratics;
  if (quadratic?.operator.kind !== 'factor' || trading === undefined)
    throw new Error('expected a factor model with trading costs');
  const { exposures, factorCovariance, specific, factors } = quadratic.operator;
  const bands = rows.slice(1);
  const sector = new Int32Array(linear.length);
  for (const [index, { positions }] of bands.entries()) for (const position of positions) sector[position] = index;
  return {
    arrays: {
      B: exposures,
      Omega: factorCovariance,
      D: specific,
      mu: Float64Array.from(linear),
      held: trading.current,
      rate: trading.buyRate,
      sector,
      sectorLower: Float64Array.from(bands, (row) => row.lower),
      sectorUpper: Float64Array.from(bands, (row) => row.upper),
    },
    settings: { riskAversion: quadratic.scale, upper: upper[0] ?? 1, factors },
  };
}

function coldCase(name: string, problem: string, build: () => Problem): BenchCase {
  return {
    name,
    problem,
    run: ({ quick }) => {
      const built = build();
      return benchQuadratic(name, built, 'modelled', given(built), quick);
    },
  };
}

const moved = 0.001;

/** The linear term moved by up to 10 bp, from the end of the solve before it moved. */
function warmCase(n: number, k: number, build: (n: number, k: number) => Problem, prefix: string): BenchCase {
  const name = `${prefix}${n}x${k} warm`;
  return {
    name,
    problem: `${prefix}${n}x${k} with every return moved by up to 10 bp, started from the last multipliers, beside the same solved cold`,
    run: async () => {
      const before = build(n, k);
      const random = new Random(n + k);
      const after = { ...before, linear: before.linear.map((value) => value + random.between(-moved, moved)) };
      const { weights, multipliers } = certified(before, name);
      const solution = certified(after, name);
      const compared = comparedTo(after, solution);
      const ms = await contest({
        case: name,
        ours: () => void solved(after, { weights, multipliers }),
        peers: [
          {
            name: 'ours, cold',
            run: () => {
              const start = performance.now();
              const cold = solved(after);
              return { milliseconds: performance.now() - start, results: { x: Array.from(cold.weights) } };
            },
          },
        ],
        judge: () => compared(solved(after, { weights, multipliers }).weights),
      });
      reportCertificate(name, after, solved(after, { weights, multipliers }), ms);
    },
  };
}

const sizes = [
  [500, 20],
  [500, 70],
  [3000, 20],
  [3000, 70],
  [10000, 20],
  [10000, 70],
] as const;
const trackingSizes = [
  [500, 20],
  [3000, 70],
  [10000, 70],
] as const;

export const factorCases: readonly BenchCase[] = [
  ...sizes.map(([n, k]) =>
    coldCase(
      `b${n}x${k}`,
      `${n} names, ${k} factors, at most 5 % each, 11 sector bands, trading costs of 5 to 20 bp`,
      () => factorCase(n, k),
    ),
  ),
  ...trackingSizes.map(([n, k]) =>
    coldCase(`bt${n}x${k}`, 'the same relative to a benchmark', () => factorTrackingCase(n, k)),
  ),
  ...sizes.map(([n, k]) => warmCase(n, k, factorCase, 'b')),
];
