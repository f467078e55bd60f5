/** Four assets for plans over several periods: two may fall, all may be short, with average daily values. */
import type { Answer, JsonObject, Lowered, Strategy } from '../../src/sdk/v1/index.ts';
import { answerOf, referenceTask } from '../../src/sdk/v1/testing/reference-task.ts';
import { withDefaults } from '../../src/values/schema.ts';
import { settingOf } from '../golden/markets.ts';
import { originOf } from './problems.ts';
import { referenceEngine } from './reference-engine.ts';

export const market = {
  expectedReturns: [0.12, 0.09, -0.08, 0.05],
  riskFreeRate: 0.03,
  covariance: [
    [0.09, 0.02, 0.01, 0],
    [0.02, 0.06, 0.01, 0],
    [0.01, 0.01, 0.04, 0],
    [0, 0, 0, 0.01],
  ],
};

export interface PlannedPeriod {
  readonly weights: Readonly<Record<string, number>>;
  readonly cash: number;
  readonly turnover: number;
  readonly tradingCost: number;
  readonly holdingCost: number;
  readonly expectedExcessReturn?: number;
  readonly variance: number;
  readonly toBeTraded: boolean;
}

export interface Ground {
  readonly current: readonly number[];
  readonly lower?: number;
  readonly upper?: number;
  /** Sum of the weights, between. */
  readonly invested?: readonly [number, number];
  readonly more?: readonly Lowered[];
  readonly benchmark?: readonly number[];
}

export function groundOf<Parameters>(strategy: Strategy<Parameters>, parameters: Parameters, ground: Ground) {
  const { current, lower = -0.3, upper = 0.7, invested = [0.8, 1], more = [], benchmark } = ground;
  const { situation, estimates } = settingOf(market, {}, undefined);
  const assets = situation.universe.assets.map((asset, i) => ({
    ...asset,
    assetClass: i < 2 ? 'Equity' : 'Bond',
    averageDailyValue: [0.5, 1, 2, 4][i]!,
  }));
  const positions = Int32Array.of(0, 1, 2, 3);
  const budget = { positions, coefficients: new Float64Array(4).fill(1), lower: invested[0], upper: invested[1] };
  const bounds = [...positions].map((position) => ({ position, lower, upper, origin: originOf('bounds') }));
  return {
    parameters: withDefaults(strategy.parameters, parameters) as Parameters,
    situation: {
      ...situation,
      universe: { assets },
      current: Float64Array.from(current),
      cashCurrent: 1 - current.reduce((sum, weight) => sum + weight, 0),
      ...(benchmark === undefined ? {} : { benchmark: Float64Array.from(benchmark) }),
    },
    estimates,
    restrictions: [{ bounds, rows: [{ ...budget, origin: originOf('budget') }] }, ...more],
  };
}

/** The answer, which passes the independent check if it is optimal, and what it tells of its periods. */
export async function plannedOn<Parameters>(strategy: Strategy<Parameters>, parameters: Parameters, ground: Ground) {
  const setting = groundOf(strategy, parameters, ground);
  const faults = strategy.admit?.(setting.parameters, setting.situation) ?? [];
  if (faults.length > 0) throw new Error(faults.map(({ field, description }) => `${field} ${description}`).join('; '));
  const answer: Answer = await answerOf(strategy.optimize(referenceTask(referenceEngine, setting)));
  if (answer.solution.termination.reason === 'optimal') {
    const broken = referenceEngine.faults(setting.situation.universe, setting.restrictions, answer);
    if (broken.length > 0) throw new Error(broken.join('; '));
  }
  const { plan = [], totals = {} } = (answer.report ?? {}) as unknown as {
    plan?: readonly PlannedPeriod[];
    totals?: JsonObject;
  };
  const weights = plan.map((period) => ['a1', 'a2', 'a3', 'a4'].map((id) => period.weights[id] ?? 0));
  return { answer, setting, plan, totals, weights };
}
