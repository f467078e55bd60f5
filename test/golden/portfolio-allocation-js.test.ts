import { readFileSync } from 'node:fs';
import { expect } from 'chai';

import growth from '../../plugins/growth/index.ts';
import indexTracking from '../../plugins/index-tracking/index.ts';
import meanVariance from '../../plugins/mean-variance/index.ts';
import riskParity from '../../plugins/risk-parity/index.ts';
import tailRisk from '../../plugins/tail-risk/index.ts';
import { builtInConstraints } from '../../src/constraints/built-in.ts';
import { checkedStrategy } from '../../src/host/checked.ts';
import { sdkVersion } from '../../src/sdk/v1/index.ts';
import type { JsonObject, Lowered, Strategy } from '../../src/sdk/v1/index.ts';
import type { Setting } from '../../src/sdk/v1/testing/reference-task.ts';
import { eventsOf, referenceTask } from '../../src/sdk/v1/testing/reference-task.ts';
import { referenceEngine } from '../support/reference-engine.ts';
import { settingOver } from '../support/stock-scenarios.ts';
import type { PublishedLimits, PublishedMarket } from './markets.ts';
import { certified, certifiedAnswer, expectWeights, settingOf } from './markets.ts';

interface Portfolio {
  /** Of the library's tests, in their order; several that ask for the same portfolio stand together. */
  readonly ids: readonly string[];
  readonly source: string;
  readonly strategy: string;
  readonly parameters: JsonObject;
  readonly limits?: PublishedLimits;
  readonly weights: readonly number[];
  readonly tolerance: number;
}

interface OnEstimates extends Portfolio {
  readonly market: string;
  readonly riskFreeRate?: number;
  readonly printed?: readonly number[];
  readonly printedTolerance?: number;
}

interface OnScenarios extends Portfolio {
  /** By asset. */
  readonly returns: readonly (readonly number[])[];
  readonly benchmark?: readonly number[];
  /** Besides the limits, as a client states them. */
  readonly constraints?: readonly { readonly type: string; readonly parameters: JsonObject }[];
  /** The least measure. */
  readonly value?: number;
}

interface Frontier {
  readonly ids: readonly string[];
  readonly market: string;
  readonly limits?: PublishedLimits;
  readonly points: readonly (readonly number[])[];
  readonly tolerance: number;
}

const published = JSON.parse(
  readFileSync(new URL('./cases/portfolio-allocation-js.json', import.meta.url), 'utf8'),
) as {
  readonly markets: Readonly<Record<string, PublishedMarket>>;
  readonly cases: readonly OnEstimates[];
  readonly frontiers: readonly Frontier[];
  readonly scenarios: readonly OnScenarios[];
};

const plugins = [growth, indexTracking, meanVariance, riskParity, tailRisk];
const strategies: Strategy[] = [];
for (const plugin of plugins) {
  const { strategies: contributed = [] } = await plugin.activate({ sdkVersion, log: () => undefined }, {});
  strategies.push(...contributed.map(checkedStrategy));
}

function strategyOf(id: string): Strategy {
  const found = strategies.find((strategy) => strategy.id === id);
  if (found === undefined) throw new Error(`no strategy ${id}`);
  return found;
}

function marketOf(name: string): PublishedMarket {
  const market = published.markets[name];
  if (market === undefined) throw new Error(`no market ${name}`);
  return market;
}

function withConstraints(setting: Setting<JsonObject>, { constraints = [] }: OnScenarios): Setting<JsonObject> {
  const stated = constraints.map(({ type, parameters }): Lowered => {
    const handler = builtInConstraints.find((built) => built.type === type)!;
    expect(handler.admit(parameters as never, setting.situation)).to.deep.equal([]);
    return handler.lower(parameters as never, setting.situation, (text) => ({
      constraint: type,
      name: type,
      text,
      priority: 0,
    }));
  });
  return { ...setting, restrictions: [...setting.restrictions, ...stated] };
}

/** The index is an asset of its own, after the others, that may not be held. */
function scenarioSetting({ returns, benchmark, limits = {}, parameters }: OnScenarios): Setting<JsonObject> {
  const series = benchmark === undefined ? returns : [...returns, benchmark];
  const count = returns[0]!.length;
  const scenarios = {
    count,
    returns: Float64Array.from({ length: count * series.length }, (_, k) => {
      return series[k % series.length]![Math.floor(k / series.length)]!;
    }),
    periodsPerYear: 12,
    isPath: true,
  };
  if (benchmark === undefined) return settingOver({ scenarios }, limits, parameters);
  const { lower = 0, upper = 1 } = limits;
  const bounds = (side: PublishedLimits['lower']): readonly number[] => [
    ...returns.map((_, i) => (typeof side === 'number' ? side : side![i]!)),
    0,
  ];
  const setting = settingOver({ scenarios }, { ...limits, lower: bounds(lower), upper: bounds(upper) }, parameters);
  const index = Float64Array.from(series, (_, i) => (i === returns.length ? 1 : 0));
  return { ...setting, situation: { ...setting.situation, benchmark: index } };
}

describe('portfolios that portfolio_allocation_js takes from papers, on expected returns and covariances', () => {
  for (const { ids, source, market, strategy, parameters, limits = {}, weights, tolerance, ...rest } of published.cases)
    it(`${strategy} ${JSON.stringify(parameters)} (${ids.join(', ')}): ${source}`, async () => {
      const given = { ...marketOf(market), riskFreeRate: rest.riskFreeRate ?? 0 };
      const setting = settingOf<JsonObject>(given, limits, parameters);
      const { solution } = await certifiedAnswer(strategyOf(strategy), setting);
      expectWeights(solution.weights, weights, tolerance);
      if (rest.printed !== undefined) expectWeights(solution.weights, rest.printed, rest.printedTolerance ?? 0);
    });
});

describe('frontiers of portfolio_allocation_js, evenly spaced in their returns', () => {
  for (const { ids, market, limits = {}, points, tolerance } of published.frontiers)
    it(`${points.length} points: ${market} (${ids.join(', ')})`, async () => {
      const setting = settingOf<JsonObject>(marketOf(market), limits, {});
      const events = await eventsOf(
        strategyOf('minimum-variance').frontier!(referenceTask(referenceEngine, setting), points.length),
      );
      const found = events.filter(({ kind }) => kind === 'point');
      expect(found.length).to.equal(points.length);
      found.forEach((event, k) => expectWeights(certified(setting, event).solution.weights, points[k]!, tolerance));
    });
});

describe('portfolios of portfolio_allocation_js over past returns', () => {
  for (const given of published.scenarios)
    it(`${given.strategy} ${JSON.stringify(given.parameters)} (${given.ids.join(', ')}): ${given.source}`, async () => {
      const { solution, report = {} } = await certifiedAnswer(
        strategyOf(given.strategy),
        withConstraints(scenarioSetting(given), given),
      );
      expectWeights(solution.weights.subarray(0, given.weights.length), given.weights, given.tolerance);
      if (given.value !== undefined) expect(report['value']).to.be.closeTo(given.value, given.tolerance);
    });
});
