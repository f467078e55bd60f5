/**
 * Looks for a proof that a chain of periods cannot hold: the interior point on the restrictions alone, under a trace of curvature. Where
 * they contradict each other its multipliers grow along a ray, and that ray is the proof.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { openScope } from '../../math/kernels.ts';
import { verifyPeriodsInfeasibility } from '../../problem/certificate-periods-infeasibility.ts';
import type { PeriodMultipliers, PeriodsProblem } from '../../problem/periods.ts';
import { chainFormOf, type ChainForm } from './chain-form.ts';
import { ChainIteration } from './chain-iteration.ts';
import type { ChainPoint } from './chain-point.ts';

const iterationsMax = 80;
const traceOfCurvature = 1e-4;

/** @returns a verified proof, or nothing where none was found. */
export function contradictionOf(
  problem: PeriodsProblem,
  checkpoint: Checkpoint,
): readonly PeriodMultipliers[] | undefined {
  const crossed = crossing(problem);
  if (crossed !== undefined) return crossed;
  const bare = bareOf(problem);
  const form = chainFormOf(bare, checkpoint);
  const scope = openScope();
  try {
    return rayFound(bare, form, new ChainIteration(form, scope, checkpoint));
  } finally {
    scope.close();
  }
}

function rayFound(
  bare: PeriodsProblem,
  form: ChainForm,
  chain: ChainIteration,
): readonly PeriodMultipliers[] | undefined {
  for (let iteration = 0; iteration < iterationsMax; iteration++) {
    if (chain.step() === 0) return undefined;
    const proof = rayOf(bare, form, chain.point);
    if (verifyPeriodsInfeasibility(bare, proof).proven) return proof;
    if (chain.measure().primal < 1e-9) return undefined;
  }
  return undefined;
}

/** Bounds the wrong way round contradict each other without any row: no multiplier is needed. */
function crossing(problem: PeriodsProblem): readonly PeriodMultipliers[] | undefined {
  const none = problem.periods.map(({ rows, limits, lower }) => ({
    rows: new Float64Array(rows.length),
    limits: new Float64Array(limits.length),
    bounds: new Float64Array(lower.length),
    trades: new Float64Array(lower.length),
  }));
  const isCrossed = problem.periods.some(({ lower, upper }) => lower.some((value, i) => value > upper[i]!));
  return isCrossed ? none : undefined;
}

/** The restrictions, with nothing but the length of the weights to minimize and limits that bind as the only cost of trading. */
function bareOf(problem: PeriodsProblem): PeriodsProblem {
  const n = problem.current.length;
  const operator = { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(traceOfCurvature) } as const;
  return {
    ...problem,
    periods: problem.periods.map(({ lower, upper, bounds, rows, limits }) => ({
      quadratics: [{ scale: 1, operator }],
      linear: new Float64Array(n),
      lower,
      upper,
      bounds,
      rows,
      limits,
    })),
  };
}

function rayOf(problem: PeriodsProblem, form: ChainForm, point: ChainPoint): PeriodMultipliers[] {
  const { n, rows, limits } = form;
  const ray = problem.periods.map((period, t) => ({
    rows: new Float64Array(period.rows.length),
    limits: new Float64Array(period.limits.length),
    bounds: new Float64Array(n),
    trades: point.marginal.slice(t * n, (t + 1) * n),
  }));
  rows.forEach(({ period, index, scale, lower, upper }, r) => {
    const price = point.rowPrice[r]! / scale;
    // A trace on a side that is not there is rounding.
    ray[period]!.rows[index] = Number.isFinite(price > 0 ? upper : lower) ? price : 0;
  });
  limits.forEach(({ period, index, scale }, j) => (ray[period]!.limits[index] = point.limitPrice[j]! / scale));
  problem.periods.forEach((period, t) => {
    const { trades, limits: prices } = ray[t]!;
    for (let i = 0; i < n; i++) {
      const charged = (side: 'buyRate' | 'sellRate'): number =>
        period.limits.reduce((total, limit, j) => total + prices[j]! * limit[side][i]!, 0);
      trades[i] = Math.max(-charged('sellRate'), Math.min(trades[i]!, charged('buyRate')));
    }
  });
  return ray;
}
