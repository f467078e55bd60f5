import { expect } from 'chai';

import { factorRiskParity } from '../../../plugins/risk-parity/factor-risk-parity.ts';
import { sharesAt } from '../../../plugins/risk-parity/factor-shares.ts';
import { riskContribution } from '../../../src/constraints/risk-contribution.ts';
import { quadraticForm } from '../../../src/sdk/v1/index.ts';
import type { JsonObject } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { certifiedAnswer } from '../../golden/markets.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

type Told = readonly { readonly factor: string; readonly share: number; readonly budget: number }[];

describe('factor risk parity', () => {
  const market = referenceMarket(undefined, { upper: 1 });
  const open = { ...market, restrictions: market.restrictions.map(({ rows = [] }) => ({ rows })) };

  it('gives the shares of the variance by model: exposure times F times exposure, the rest being specific', async () => {
    const parameters = { definition: 'model' as const, rest: 0.5, shorts: true, budgets: { Market: 9, Value: 1 } };
    const { solution, report } = await certifiedAnswer(factorRiskParity, { ...open, parameters });
    const told = report?.['factors'] as Told;
    expect(told.map(({ factor }) => factor)).to.deep.equal(['Market', 'Value']);
    expect(told[0]!.share).to.be.closeTo(0.45, 1e-7);
    expect(told[1]!.share).to.be.closeTo(0.05, 1e-7);
    expect(told[0]!.budget).to.be.closeTo(0.45, 1e-12);
    expect(told[1]!.budget).to.be.closeTo(0.05, 1e-12);
    const { covariance } = open.estimates;
    if (covariance?.kind !== 'factor') throw new Error('the reference market has a factor model');
    const specific = solution.weights.reduce((sum, weight, i) => sum + weight * weight * covariance.specific[i]!, 0);
    expect(specific / quadraticForm(covariance, solution.weights)).to.be.closeTo(0.5, 1e-7);
  });

  it('counts the shares by model as the constraint on risk contributions by factor does', async () => {
    const parameters = { definition: 'model' as const, shorts: true };
    const { solution, report } = await certifiedAnswer(factorRiskParity, { ...open, parameters });
    const { weights } = solution;
    const limits = { by: 'factor' as const, limits: { Market: { max: 1 }, Value: { max: 1 } } };
    const measured = riskContribution.check(limits, { weights, cash: 0 }, open.situation);
    const told = report?.['factors'] as Told;
    expect(measured).to.have.length(2);
    for (const [j, { value }] of measured.entries()) expect(value).to.be.closeTo(told[j]!.share, 1e-12);
  });

  it('without a budget for the rest gives factors their budgets of what it leaves', async () => {
    const { report } = await certifiedAnswer(factorRiskParity, { ...open, parameters: { shorts: true } });
    const [one, two] = report?.['factors'] as Told;
    expect(one!.share).to.be.closeTo(two!.share, 1e-7);
    expect(report?.['budgetsMet']).to.equal(true);
  });

  it('says that budgets are not met, and by how much, where restrictions forbid it', async () => {
    const narrow = referenceMarket(undefined, { upper: 0.13 });
    const parameters = { budgets: { Market: 1, Value: 99 }, rest: 0 };
    const { solution, report } = await certifiedAnswer(factorRiskParity, { ...narrow, parameters });
    expect(report?.['budgetsMet']).to.equal(false);
    expect(report?.['largestDeviation']).to.be.above(0.1);
    expect(solution.termination.detail).to.contain('no proof stands');
  });

  it('knows the derivatives of the shares', () => {
    const { covariance } = market.estimates;
    if (covariance?.kind !== 'factor') throw new Error('the reference market has a factor model');
    const exposures = [0, 1].map((a) => Float64Array.from({ length: 8 }, (_, i) => covariance.exposures[2 * i + a]!));
    const model = { covariance, exposures, pulls: [exposures[1]!, exposures[0]!] };
    const weights = Float64Array.from({ length: 8 }, (_, i) => 0.05 + 0.02 * i);
    const { gradients } = sharesAt(model, weights);
    const step = 1e-6;
    for (let i = 0; i < 8; i++) {
      const shifted = (by: number): Float64Array =>
        sharesAt(
          model,
          weights.map((w, k) => (k === i ? w + by : w)),
        ).shares;
      const [ahead, behind] = [shifted(step), shifted(-step)];
      for (const j of [0, 1]) expect(gradients[j]![i]).to.be.closeTo((ahead[j]! - behind[j]!) / (2 * step), 1e-6);
    }
  });

  it('refuses unknown factors, and factors that depend on each other', () => {
    const { situation } = market;
    expect(factorRiskParity.admit?.({ budgets: { Momentum: 1 } }, situation)[0]?.field).to.equal('budgets["Momentum"]');
    const { names, exposures } = situation.factors!;
    const doubled = Float64Array.from({ length: 24 }, (_, k) => {
      const [i, a] = [Math.floor(k / 3), k % 3];
      return a < 2 ? exposures[2 * i + a]! : exposures[2 * i]! + exposures[2 * i + 1]!;
    });
    const dependent = { ...situation, factors: { names: [...names, 'Both'], exposures: doubled } };
    expect(factorRiskParity.admit?.({}, dependent)[0]?.description).to.contain('depend on each other');
    expect(factorRiskParity.admit?.({ budgets: { Market: 1, Both: 1 } }, dependent)).to.deep.equal([]);
  });

  it('does not judge exposures that will be estimated', () => {
    const names = ['PC1', 'PC2'];
    const unknown = { names, exposures: new Float64Array(2 * market.situation.universe.assets.length).fill(NaN) };
    const situation = { ...market.situation, factors: unknown };
    expect(factorRiskParity.admit?.({}, situation)).to.deep.equal([]);
    expect(factorRiskParity.admit?.({ budgets: { PC3: 1 } }, situation)[0]?.field).to.equal('budgets["PC3"]');
  });

  it('needs a covariance of these factors for the definition by model', async () => {
    const covariance = { kind: 'diagonal' as const, size: 8, entries: new Float64Array(8).fill(0.04) };
    const setting = { ...market, estimates: { ...market.estimates, covariance } };
    const task = referenceTask<JsonObject>(referenceEngine, { ...setting, parameters: { definition: 'model' } });
    const { solution } = await answerOf(factorRiskParity.optimize(task));
    expect(solution.termination.reason).to.equal('no solution found');
    expect(solution.termination.detail).to.contain('projection');
  });

  it('names the factors that no asset moves with', async () => {
    const { covariance } = open.estimates;
    if (covariance?.kind !== 'factor') throw new Error('the reference market has a factor model');
    const still = covariance.exposures.map((value, at) => (at % 2 === 0 ? value : 0));
    const risk = { ...covariance, exposures: still };
    const ground = {
      ...open,
      situation: { ...open.situation, covariance: risk, factors: { names: ['Market', 'Value'], exposures: still } },
      estimates: { ...open.estimates, covariance: risk },
      parameters: { definition: 'model' as const },
    };
    const { solution } = await answerOf(factorRiskParity.optimize(referenceTask(referenceEngine, ground)));
    expect(solution.termination.reason).to.equal('no solution found');
    expect(solution.termination.detail).to.equal('no asset moves with Value, which can carry no risk; leave it out');
  });

  it('has no answer where no portfolio has any variance', async () => {
    const size = open.situation.universe.assets.length;
    const covariance = { kind: 'diagonal' as const, size, entries: new Float64Array(size) };
    const ground = { ...open, estimates: { ...open.estimates, covariance }, parameters: {} };
    const { solution } = await answerOf(factorRiskParity.optimize(referenceTask(referenceEngine, ground)));
    expect(solution.termination.reason).to.equal('no solution found');
    expect(solution.termination.detail).to.contain('any risk to be shared');
  });
});
