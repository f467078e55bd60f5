/**
 * Black-Litterman: a prior N(pi, tau Sigma) on expected returns, updated by views P mu = Q + noise N(0, Omega).
 *
 *     posterior mean        mu = pi + tau Sigma P' C^-1 (Q - P pi),   C = P tau Sigma P' + Omega         (n; k views)
 *     posterior uncertainty M  = tau Sigma - tau Sigma P' C^-1 P tau Sigma
 *
 * Black and Litterman (1992), Global Portfolio Optimization; He and Litterman (1999), The Intuition Behind Black-Litterman Model
 * Portfolios, formulas 8-10 (in this form nothing n x n is inverted); Idzorek (2005), A Step-by-Step Guide to the Black-Litterman Model.
 */
import { factorizeCholesky, solveCholesky } from '../math/cholesky.ts';
import { dot } from '../math/vectors.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import { positionsById } from '../problem/universe.ts';
import type { Universe } from '../problem/universe.ts';
import { Fault, refuse, under } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { multiply } from './operator.ts';
import { posteriorCovariance } from './posterior-covariance.ts';
import { admitViews, portfolioOf } from './views.ts';
import type { View } from './views.ts';

export interface BlackLittermanInput {
  readonly universe: Universe;
  /** (n) pi: expected annual returns before views, usually market-implied. Views speak in the same terms, total or excess. */
  readonly prior: Float64Array;
  /** Sigma, annual. */
  readonly covariance: SymmetricOperator;
  readonly views: readonly View[];
  /** Uncertainty of the prior mean relative to Sigma, above 0 to 1: 0.025 (Idzorek) or 0.05 (He and Litterman). */
  readonly tau: number;
  /** `prior` keeps Sigma; `predictive` is Sigma + M, which adds the uncertainty of the mean (He and Litterman). */
  readonly posterior: 'prior' | 'predictive';
}

export interface BlackLittermanPosterior {
  /** (n) mu, annual. */
  readonly expectedReturns: Float64Array;
  readonly covariance: SymmetricOperator;
  /** One per view: what the prior says of it, the variance of its error (Infinity when it is not trusted), and its posterior return. */
  readonly views: readonly { readonly prior: number; readonly variance: number; readonly posterior: number }[];
}

/**
 * @throws Fault INVALID_ARGUMENT with every violation under `views`, `tau` and `prior`; also when views held with certainty depend on
 *   each other, so that no answer satisfies them or many do.
 */
export function blackLitterman(input: BlackLittermanInput): BlackLittermanPosterior {
  refuse(admit(input));
  const seen = seenOf(input);
  const updated = update(input, seen);
  return {
    expectedReturns: updated.expectedReturns,
    covariance: input.posterior === 'prior' ? input.covariance : updated.predictiveCovariance(),
    views: seen.map(({ p, variance }) => ({
      prior: dot(p, input.prior),
      variance,
      posterior: dot(p, updated.expectedReturns),
    })),
  };
}

/** Expected returns before and after views, and under certainty. All annual; covariances are made when first asked for. */
export interface Blend {
  /** (n) pi. */
  readonly prior: Float64Array;
  /** (n) mu. */
  readonly posterior: Float64Array;
  /** Sigma + M. */
  readonly predictiveCovariance: SymmetricOperator;
  /** (1 + tau) Sigma, the same before views. */
  readonly priorPredictiveCovariance: SymmetricOperator;
  /** After views that hold exactly, those without any trust left out; undefined when such views depend on each other. */
  readonly certain: Pick<Blend, 'posterior' | 'predictiveCovariance'> | undefined;
  /** One per view. */
  readonly views: readonly {
    /** (n) p. */
    readonly portfolio: Float64Array;
    readonly stated: number;
    readonly prior: number;
    readonly posterior: number;
    /** omega; Infinity when it is not trusted. */
    readonly variance: number;
    /** tau p' Sigma p / (tau p' Sigma p + omega), 0 to 1: how far the view, by itself, moves its own expected return (Idzorek). */
    readonly confidence: number;
  }[];
}

/**
 * Everything that a strategy tells of views.
 * @throws Fault INVALID_ARGUMENT as `blackLitterman` does.
 */
export function blendedViews(input: Omit<BlackLittermanInput, 'posterior'>): Blend {
  refuse(admit(input));
  const { prior, tau } = input;
  const seen = seenOf(input);
  const updated = update(input, seen);
  const before = once(() => update(input, []).predictiveCovariance());
  const after = once(() => updated.predictiveCovariance());
  const certain = once(() => certainty(input, seen));
  return {
    prior,
    posterior: updated.expectedReturns,
    get predictiveCovariance() {
      return after();
    },
    get priorPredictiveCovariance() {
      return before();
    },
    get certain() {
      return certain();
    },
    views: seen.map(({ p, product, variance, view }) => {
      const uncertainty = tau * dot(p, product);
      return {
        portfolio: p,
        stated: view.expectedReturn,
        prior: dot(p, prior),
        posterior: dot(p, updated.expectedReturns),
        variance,
        confidence: uncertainty > 0 ? uncertainty / (uncertainty + variance) : variance === 0 ? 1 : 0,
      };
    }),
  };
}

function certainty(input: Omit<BlackLittermanInput, 'posterior'>, seen: readonly Seen[]): Blend['certain'] {
  const exact = seen.filter(({ variance }) => variance < Infinity).map((view) => ({ ...view, variance: 0 }));
  try {
    const updated = update(input, exact);
    const predictive = once(() => updated.predictiveCovariance());
    return {
      posterior: updated.expectedReturns,
      get predictiveCovariance() {
        return predictive();
      },
    };
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** A view in the order of the universe. */
interface Seen {
  readonly view: View;
  readonly index: number;
  /** (n) p. */
  readonly p: Float64Array;
  /** (n) Sigma p. */
  readonly product: Float64Array;
  /** omega. */
  readonly variance: number;
}

function seenOf({ universe, covariance, views, tau }: Omit<BlackLittermanInput, 'posterior'>): readonly Seen[] {
  const positions = positionsById(universe);
  return views.map((view, index) => {
    const p = portfolioOf(view, positions);
    const product = multiply(covariance, p);
    return { view, index, p, product, variance: errorVariance(view, tau * dot(p, product)) };
  });
}

function update({ prior, covariance, tau }: Omit<BlackLittermanInput, 'posterior'>, seen: readonly Seen[]) {
  const active = seen.filter(({ variance }) => variance < Infinity);
  const k = active.length;
  const matrix = new Float64Array(k * k);
  for (const [row, view] of active.entries()) {
    for (const [column, other] of active.entries()) {
      matrix[row * k + column] = tau * dot(view.p, other.product) + (row === column ? view.variance : 0);
    }
  }
  const factor = factorOf(
    matrix,
    active.map(({ index }) => index),
  );
  const surprise = Float64Array.from(active, ({ p, view }) => view.expectedReturn - dot(p, prior));
  solveCholesky(factor, k, surprise);
  const expectedReturns = Float64Array.from(prior);
  for (const [row, { product }] of active.entries()) {
    for (const [i, risk] of product.entries()) expectedReturns[i] = expectedReturns[i]! + tau * risk * surprise[row]!;
  }
  return { expectedReturns, predictiveCovariance: () => posteriorCovariance(covariance, tau, active, factor) };
}

function admit({ universe, prior, covariance, views, tau }: Omit<BlackLittermanInput, 'posterior'>): Violation[] {
  const violations = under('views', admitViews(views, universe));
  if (!(tau > 0 && tau <= 1))
    violations.push({ field: 'tau', description: `must be above 0 and at most 1; got ${String(tau)}` });
  const n = universe.assets.length;
  if (prior.length !== n || !prior.every(Number.isFinite)) {
    violations.push({ field: 'prior', description: `must hold ${String(n)} finite returns` });
  }
  if (covariance.size !== n)
    violations.push({ field: 'covariance', description: `must be ${String(n)} x ${String(n)}` });
  return violations;
}

/** omega of one view, given its prior variance tau p' Sigma p. */
function errorVariance({ trust }: View, priorVariance: number): number {
  if (trust.kind === 'variance') return trust.variance;
  if (trust.kind === 'proportional') return priorVariance;
  return trust.confidence === 0 ? Infinity : ((1 - trust.confidence) / trust.confidence) * priorVariance;
}

/** The Cholesky factor of C (k x k), after scaling shows that no view follows from the others. */
function factorOf(matrix: Float64Array, indices: readonly number[]): Float64Array {
  const k = indices.length;
  const deviations = Float64Array.from(indices, (_, view) => Math.sqrt(matrix[view * k + view]!));
  // Divided one after the other: a confidence near 0 gives variances whose product overflows.
  const correlations = matrix.map((value, index) => {
    const [row, column] = [deviations[Math.floor(index / k)]!, deviations[index % k]!];
    return row > 0 && column > 0 ? value / row / column : 0;
  });
  if (factorizeCholesky(correlations, k, { pivotMin: 1e-12 }) > 0) {
    const named = indices.map((index) => `views[${String(index)}]`).join(', ');
    refuse([
      {
        field: 'views',
        description: `are certain and depend on each other, or speak of riskless assets: ${named}; lower a confidence or drop a view`,
      },
    ]);
  }
  const factor = Float64Array.from(matrix);
  factorizeCholesky(factor, k);
  return factor;
}
