import { expect } from 'chai';

import { sleeves } from '../../plugins/ensemble/sleeves.ts';
import { riskParity } from '../../plugins/risk-parity/risk-parity.ts';
import { certifiedAnswer, expectWeights, settingOf } from './markets.ts';

/**
 * Cluster risk parity (Varadi and Kapler 2012), equal risk inside clusters and over them, on the four assets of Maillard, Roncalli and
 * Teiletche (2010): test/allocation of portfolio_allocation_js, https://github.com/lequant40/portfolio_allocation_js, commit
 * b687956aeb05a58df2c8146f2e1038b94d52b407 (MIT). The last case is the one that it finds clusters for.
 */
const covariance = [
  [0.01, 0.016, 0, 0],
  [0.016, 0.04, 0, 0],
  [0, 0, 0.09, -0.06],
  [0, 0, -0.06, 0.16],
];
const printed = [0.384, 0.192, 0.243, 0.182];
const cases = [
  { title: 'one cluster (pajs-0050)', lists: { all: ['a1', 'a2', 'a3', 'a4'] }, expected: printed, tolerance: 5.1e-4 },
  {
    title: 'a cluster for each asset (pajs-0051)',
    lists: { one: ['a1'], two: ['a2'], three: ['a3'], four: ['a4'] },
    expected: printed,
    tolerance: 5.1e-4,
  },
  {
    title: 'three clusters (pajs-0053)',
    lists: { calm: ['a1', 'a2'], third: ['a3'], fourth: ['a4'] },
    expected: [0.3262379197337176, 0.16311896054014643, 0.29179607083498427, 0.21884704889115175],
    tolerance: 1e-7,
  },
];

describe('sleeves make cluster risk parity', () => {
  for (const { title, lists, expected, tolerance } of cases)
    it(`of ${title}`, async () => {
      const equalRisk = { type: 'risk-parity' };
      const parameters = { sleeves: lists, inside: equalRisk, over: equalRisk };
      const setting = { ...settingOf({ covariance }, { lower: 0 }, parameters), strategies: [riskParity] };
      const { solution, report } = await certifiedAnswer(sleeves, setting);
      expectWeights(solution.weights, expected, tolerance);
      expect(report?.['moved']).to.be.below(1e-8);
    });
});
