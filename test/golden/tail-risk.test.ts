import { expect } from 'chai';

import plugin from '../../plugins/tail-risk/index.ts';
import { minimumCvar } from '../../plugins/tail-risk/minimum-cvar.ts';
import type { JsonObject, Strategy } from '../../src/sdk/v1/index.ts';
import { sdkVersion } from '../../src/sdk/v1/index.ts';
import type { PublishedLimits } from './markets.ts';
import { certifiedAnswer, expectWeights } from './markets.ts';
import { normalScenarios } from '../support/normal-scenarios.ts';
import type { StockScenarios } from '../support/stock-scenarios.ts';
import { dailyStocks, monthlyStocks, settingOver, stockGrowth, weeklyStocks } from '../support/stock-scenarios.ts';
import library from './cases/pyportfolioopt-scenarios.json' with { type: 'json' };
import peer from './cases/riskfolio-minimum-risk.json' with { type: 'json' };
import paper from './cases/rockafellar-uryasev-2000.json' with { type: 'json' };

const { strategies = [] } = await plugin.activate({ sdkVersion, log: () => undefined }, {});

describe(`tail-risk strategies, as ${library.source}`, () => {
  const daily = dailyStocks();
  const stocks: Readonly<Record<string, StockScenarios>> = {
    daily,
    weekly: weeklyStocks(),
    monthly: monthlyStocks(),
    'daily, means of whole histories': { ...daily, mean: stockGrowth() },
  };

  for (const { test, strategy: id, parameters, prices, budget, lower, upper, ...figures } of library.cases) {
    const [mean, risk] = figures.expected as [number, number];
    it(`${test}: ${id} earns ${mean} at a risk of ${risk}`, async () => {
      const strategy: Strategy = strategies.find((offered) => offered.id === id)!;
      const limits: PublishedLimits = { budget, lower, upper };
      const { report = {} } = await certifiedAnswer(
        strategy,
        settingOver(stocks[prices]!, limits, parameters as JsonObject),
      );
      const found = [report.expectedReturnAnnual, report.valueAnnual ?? report.value];
      expect(found[0]).to.be.closeTo(mean, figures.tolerance * (1 + Math.abs(mean)));
      expect(found[1]).to.be.closeTo(risk, figures.tolerance * (1 + Math.abs(risk)));
      if (figures.recomputedRisk !== undefined) expect(found[1]).to.be.closeTo(figures.recomputedRisk, 2e-8);
    });
  }
});

describe(`tail-risk strategies, as ${peer.source}`, () => {
  const count = peer.prices.length - 1;
  const returns = Float64Array.from(
    peer.prices.slice(1).flatMap((row, s) => row.map((price, i) => price / peer.prices[s]![i]! - 1)),
  );
  const scenarios = { count, returns, periodsPerYear: 252, isPath: true };

  for (const { measure, strategy: id, parameters, weights } of peer.cases)
    it(`${measure}: the weights of ${id}`, async () => {
      const strategy: Strategy = strategies.find((offered) => offered.id === id)!;
      const setting = settingOver({ scenarios, ids: peer.assets }, {}, parameters as JsonObject);
      const { solution } = await certifiedAnswer(strategy, setting);
      expectWeights(solution.weights, weights, 1e-6);
    });
});

describe(`minimum CVaR, as ${paper.source}`, () => {
  const periodsPerYear = 12;
  const count = 20_000;
  const scenarios = {
    count,
    returns: normalScenarios(paper.mean, paper.covariance as [number[], number[], number[]], count),
    periodsPerYear,
    isPath: false,
  };
  const mean = Float64Array.from(paper.mean, (value) => periodsPerYear * value);
  const returnMin = periodsPerYear * paper.requiredReturn;

  it('of normal returns has the published weights, VaR and CVaR, up to the sampling errors of 20,000 draws', async () => {
    const { level, cvar, valueAtRisk } = paper.levels.find((row) => row.level === 0.95)!;
    const setting = settingOver({ scenarios, mean }, {}, { level, returnMin });
    const { report = {}, solution } = await certifiedAnswer(minimumCvar, setting);
    expect(report.value).to.be.closeTo(cvar, 0.015 * cvar);
    expect(report.valueAtRisk).to.be.closeTo(valueAtRisk, 0.03 * valueAtRisk);
    expect(report.expectedReturnAnnual).to.be.closeTo(returnMin, 1e-9);
    paper.weights.forEach((weight, i) => expect(solution.weights[i], paper.assets[i]).to.be.closeTo(weight, 0.06));
  });
});
