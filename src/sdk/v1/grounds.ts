/** Other grounds for `Task.delegate`: a part of the universe, and a universe whose assets are portfolios. */
import { dot } from '../../math/vectors.ts';
import type { SymmetricOperator } from '../../problem/operator.ts';
import type { Lowered, Origin } from '../../problem/problem.ts';
import type { Scenarios } from '../../problem/scenarios.ts';
import type { Situation } from '../../problem/situation.ts';
import type { UniverseAsset } from '../../problem/universe.ts';
import { applyOperator, subOperator } from './operators.ts';
import type { BlendedViews, DelegateGround, Estimates } from './strategy.ts';

/** A portfolio that stands for an asset. */
export interface SleevePortfolio {
  readonly id: string;
  /** What belongs to it; portfolios of one ground share no position. */
  readonly positions: readonly number[];
  /** (n) weights of its own, 0 outside of `positions`; what they leave of 1 is cash. */
  readonly weights: Float64Array;
}

/** What lies on a ground besides restrictions. */
type Land = Pick<DelegateGround, 'situation' | 'estimates'>;

/** How much is held in all, and in each. Fractions of net asset value. */
export interface Holding {
  /** Sum of the weights; 1 when absent. */
  readonly invested?: number;
  /** Least weight of a position; 0 when absent. */
  readonly lower?: (position: number) => number;
  /** Greatest weight of a position; `invested` when absent. */
  readonly upper?: (position: number) => number;
}

/** sum_i w_i = invested, lower <= w <= upper, over n assets. */
export function heldWithin(n: number, holding: Holding, origin: (text: string) => Origin): Lowered {
  const { invested = 1, lower = () => 0, upper = () => invested } = holding;
  const positions = Int32Array.from({ length: n }, (_, i) => i);
  const [budget, between] = [origin(`invested exactly ${invested}`), origin('between its limits')];
  return {
    bounds: [...positions].map((position) => ({
      position,
      lower: lower(position),
      upper: upper(position),
      origin: between,
    })),
    rows: [{ positions, coefficients: new Float64Array(n).fill(1), lower: invested, upper: invested, origin: budget }],
  };
}

/** (n) whether the restrictions let an asset be held at all, long only: by its own bound, or by a row such as a sector's limit of 0. */
export function holdable(restrictions: readonly Lowered[], n: number): readonly boolean[] {
  const open = Array.from({ length: n }, () => true);
  for (const { bounds = [], rows = [] } of restrictions) {
    for (const { position, upper } of bounds) if (upper <= 0) open[position] = false;
    for (const { positions, coefficients, lower, upper, penalty } of rows) {
      const isShut =
        (upper <= 0 && coefficients.every((value) => value >= 0)) ||
        (lower >= 0 && coefficients.every((value) => value <= 0));
      if (!isShut || penalty !== undefined) continue;
      positions.forEach((position, k) => {
        if (coefficients[k] !== 0) open[position] = false;
      });
    }
  }
  return open;
}

/**
 * The part of a ground that lies at `positions`, as a universe of its own: weights are fractions of what is held there. Current and benchmark
 * weights are scaled to sum 1; a part of which nothing is held, or which the benchmark holds nothing of, is all in cash. Views that speak of other assets are left out.
 */
export function groundWithin(
  { situation, estimates }: Land,
  positions: readonly number[],
  restrictions: readonly Lowered[],
): DelegateGround {
  const m = positions.length;
  const part = (of: Float64Array): Float64Array => Float64Array.from(positions, (position) => of[position]!);
  const shared = (of: Float64Array): Float64Array | undefined => {
    const own = part(of);
    const total = own.reduce((sum, value) => sum + value, 0);
    return total > 0 ? own.map((value) => value / total) : undefined;
  };
  const square = (operator: SymmetricOperator): SymmetricOperator => subOperator(operator, positions);
  const columns = (entries: Float64Array, rows: number, width: number): Float64Array => {
    const result = new Float64Array(rows * m);
    for (let row = 0; row < rows; row++)
      for (let j = 0; j < m; j++) result[row * m + j] = entries[row * width + positions[j]!]!;
    return result;
  };
  const { universe, benchmark, covariance, factors, scenarios } = situation;
  const n = universe.assets.length;
  const current = shared(situation.current);
  const own = benchmark && (shared(benchmark) ?? new Float64Array(m));
  const narrowed = (given: Scenarios): Scenarios => ({ ...given, returns: columns(given.returns, given.count, n) });
  return {
    situation: {
      universe: { assets: positions.map((position) => universe.assets[position]!) },
      current: current ?? new Float64Array(m),
      cashCurrent: current === undefined ? 1 : 0,
      ...(own === undefined ? {} : { benchmark: own }),
      ...(covariance === undefined ? {} : { covariance: square(covariance) }),
      ...(factors === undefined
        ? {}
        : { factors: { names: factors.names, exposures: rowsOf(factors.exposures, factors.names.length, positions) } }),
      ...(scenarios === undefined ? {} : { scenarios: narrowed(scenarios) }),
    },
    estimates: mapped(estimates, part, square, narrowed, (views) =>
      views
        .map((view) => ({ view, portfolio: part(view.portfolio) }))
        .filter(({ view, portfolio }) => countOf(portfolio) === countOf(view.portfolio))
        .map(({ view, portfolio }) => ({ ...view, portfolio })),
    ),
    restrictions,
  };
}

/**
 * A ground whose assets are portfolios on this one: their expected returns, covariance, scenarios, exposures, current and benchmark weights
 * follow from what they hold; what all of a portfolio's assets have in common (asset class, sector, country, currency, groups) is its own,
 * and its capitalization is theirs together. Views are left out: they speak of assets.
 */
export function groundOver(
  { situation, estimates }: Land,
  portfolios: readonly SleevePortfolio[],
  restrictions: readonly Lowered[],
): DelegateGround {
  const { universe, current, cashCurrent, benchmark, covariance, factors, scenarios } = situation;
  const m = portfolios.length;
  const cashOf = portfolios.map(({ weights }) => 1 - weights.reduce((sum, value) => sum + value, 0));
  const summed = (of: Float64Array): Float64Array =>
    Float64Array.from(portfolios, ({ positions }) => positions.reduce((sum, position) => sum + of[position]!, 0));
  const earned = (of: Float64Array): Float64Array =>
    Float64Array.from(portfolios, ({ weights }, j) => dot(weights, of) + cashOf[j]! * estimates.riskFreeRate);
  const together = (operator: SymmetricOperator): SymmetricOperator => {
    const entries = new Float64Array(m * m);
    portfolios.forEach((one, i) => {
      const pulled = applyOperator(operator, one.weights);
      for (let j = i; j < m; j++) entries[i * m + j] = entries[j * m + i] = dot(pulled, portfolios[j]!.weights);
    });
    return { kind: 'dense', size: m, entries };
  };
  const outcomes = (given: Scenarios): Scenarios => {
    const returns = new Float64Array(given.count * m);
    const n = universe.assets.length;
    for (let s = 0; s < given.count; s++) {
      const row = given.returns.subarray(s * n, (s + 1) * n);
      portfolios.forEach(({ weights }, j) => {
        returns[s * m + j] = dot(row, weights) + (cashOf[j]! * estimates.riskFreeRate) / given.periodsPerYear;
      });
    }
    return { ...given, returns };
  };
  const exposures = (given: Float64Array, k: number): Float64Array => {
    const result = new Float64Array(m * k);
    portfolios.forEach(({ positions, weights }, j) => {
      for (const position of positions)
        for (let a = 0; a < k; a++) result[j * k + a]! += weights[position]! * given[position * k + a]!;
    });
    return result;
  };
  return {
    situation: {
      universe: { assets: portfolios.map((portfolio) => assetOf(portfolio, situation)) },
      current: summed(current),
      cashCurrent,
      ...(benchmark === undefined ? {} : { benchmark: summed(benchmark) }),
      ...(covariance === undefined ? {} : { covariance: together(covariance) }),
      ...(factors === undefined
        ? {}
        : { factors: { names: factors.names, exposures: exposures(factors.exposures, factors.names.length) } }),
      ...(scenarios === undefined ? {} : { scenarios: outcomes(scenarios) }),
    },
    estimates: mapped(estimates, earned, together, outcomes, () => []),
    restrictions,
  };
}

function mapped(
  { expectedReturns, covariance, riskFreeRate, scenarios, blended }: Estimates,
  returns: (of: Float64Array) => Float64Array,
  square: (operator: SymmetricOperator) => SymmetricOperator,
  outcomes: (given: Scenarios) => Scenarios,
  views: (given: BlendedViews['views']) => BlendedViews['views'],
): Estimates {
  return {
    riskFreeRate,
    ...(expectedReturns === undefined ? {} : { expectedReturns: returns(expectedReturns) }),
    ...(covariance === undefined ? {} : { covariance: square(covariance) }),
    ...(scenarios === undefined ? {} : { scenarios: outcomes(scenarios) }),
    ...(blended === undefined
      ? {}
      : {
          blended: {
            prior: returns(blended.prior),
            posterior: returns(blended.posterior),
            predictiveCovariance: square(blended.predictiveCovariance),
            priorPredictiveCovariance: square(blended.priorPredictiveCovariance),
            certain: blended.certain && {
              posterior: returns(blended.certain.posterior),
              predictiveCovariance: square(blended.certain.predictiveCovariance),
            },
            views: views(blended.views),
          },
        }),
  };
}

function assetOf({ id, positions }: SleevePortfolio, { universe }: Situation): UniverseAsset {
  const members = positions.map((position) => universe.assets[position]!);
  const common = <Value>(of: (asset: UniverseAsset) => Value | undefined): Value | undefined => {
    const [first, ...others] = members.map(of);
    return others.every((value) => value === first) ? first : undefined;
  };
  const named = (['assetClass', 'sector', 'country', 'currency'] as const).flatMap((key) => {
    const value = common((asset) => asset[key]);
    return value === undefined ? [] : [[key, value] as const];
  });
  const groups = Object.keys(members[0]?.groups ?? {}).flatMap((key) => {
    const value = common((asset) => (Object.hasOwn(asset.groups, key) ? asset.groups[key] : undefined));
    return value === undefined ? [] : [[key, value] as const];
  });
  const capitalizations = members.map(({ marketCapitalization }) => marketCapitalization ?? NaN);
  const capitalization = capitalizations.reduce((sum, value) => sum + value, 0);
  return {
    id,
    ...Object.fromEntries(named),
    groups: Object.fromEntries(groups),
    ...(Number.isNaN(capitalization) ? {} : { marketCapitalization: capitalization }),
  };
}

/** Rows of a row-major matrix of k columns. */
function rowsOf(entries: Float64Array, k: number, positions: readonly number[]): Float64Array {
  const result = new Float64Array(positions.length * k);
  positions.forEach((position, row) => result.set(entries.subarray(position * k, (position + 1) * k), row * k));
  return result;
}

function countOf(portfolio: Float64Array): number {
  return portfolio.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
}
