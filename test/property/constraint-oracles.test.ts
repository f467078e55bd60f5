/** Every option of every handler beside plain arithmetic: what is measured, what is lowered, and what the engine answers. */
import { expect } from 'chai';

import { builtInConstraints } from '../../src/constraints/built-in.ts';
import { compose } from '../../src/problem/problem.ts';
import type { Lowered, Objective } from '../../src/problem/problem.ts';
import { softened } from '../../src/optimization/restrictions-soft.ts';
import type { ConstraintHandler, Situation } from '../../src/problem/situation.ts';
import { slackByText } from '../../src/sdk/v1/testing/lowered.ts';
import { runToEnd, SolverRegistry } from '../../src/solvers/registry.ts';
import { builtInContributions } from '../../src/workers/built-in.ts';
import { schemaViolations } from '../../src/values/schema.ts';
import { holdingOracles } from '../support/oracle-holdings.ts';
import type { Oracle } from '../support/oracle-holdings.ts';
import { benchmark, covariation, current, market } from '../support/oracle-market.ts';
import type { Limit, Weights } from '../support/oracle-market.ts';
import { riskOracles } from '../support/oracle-risk.ts';
import { tradeOracles } from '../support/oracle-trades.ts';
import { originOf, Random } from '../support/problems.ts';

const oracles = [...holdingOracles, ...tradeOracles, ...riskOracles];
const handlerOf = (type: string): ConstraintHandler => builtInConstraints.find((handler) => handler.type === type)!;
const slackOf = ([value, lower, upper]: Limit): number => Math.min(value - lower, upper - value);
const rounding = 1e-12;

/** Long-short, long only with gaps, next to what is held and to the benchmark, and these themselves. */
const holdings: readonly Weights[] = (() => {
  const random = new Random(4711);
  const drawn = Array.from({ length: 60 }, (_, k) => {
    const around = k % 3 === 0 ? current : k % 3 === 1 ? benchmark : current.map(() => 0.1);
    const step = [0.02, 0.2, 0.6][k % 4] ?? 0.1;
    return around.map((value) =>
      random.chance(0.25) ? (random.chance(0.5) ? 0 : value) : value + step * (random.next() - 0.4),
    );
  });
  return [current, benchmark, current.map(() => 0), current.map(() => 0.125), ...drawn];
})();

const registry = new SolverRegistry(builtInContributions.solvers!);
const objective: Objective = {
  quadratics: [{ scale: 2, operator: market.covariance! }],
  linear: Float64Array.of(0.05, 0.09, 0.07, 0.03, 0.02, 0.022, 0.04, 0.015),
};
const speaksOfBudget = ['budget', 'cash', 'long-short', 'dollar-neutral', 'market-neutral'];

function answerUnder(lowered: Lowered, type: string, situation: Situation): Weights {
  const positions = Int32Array.from(current.keys());
  const row = {
    positions,
    coefficients: new Float64Array(current.length).fill(1),
    lower: 0.9,
    upper: 1,
    origin: originOf('invested'),
  };
  const bounds = current.map((_, position) => ({ position, lower: -0.3, upper: 0.6, origin: originOf('bounds') }));
  const rest = { bounds, ...(speaksOfBudget.includes(type) ? {} : { rows: [row] }) };
  const problem = compose(situation.universe, objective, [rest, lowered]);
  const solution = runToEnd(registry.solve(problem));
  // Where shares of risk are limited, answers are local optima and say so.
  const found = lowered.riskShares === undefined ? ['optimal'] : ['optimal', 'feasible'];
  expect(solution.termination.reason, solution.termination.detail).to.be.oneOf(found);
  return [...solution.weights];
}

const least = (limits: readonly Limit[]): number => Math.min(...limits.map(slackOf));

function examined({ type, parameters, limits, scale = 1, situation = market, isSearched = true }: Oracle): void {
  const handler = handlerOf(type);
  it('is admitted', () => {
    expect(schemaViolations(handler.schema, parameters, '')).to.deep.equal([]);
    expect(handler.admit(parameters, situation)).to.deep.equal([]);
    expect(handler.admitParameters?.(parameters)).to.deep.equal([]);
  });

  it('is measured and lowered as the oracle says', () => {
    const lowered = handler.lower(parameters, situation, (text) => originOf(type, text));
    for (const w of holdings) {
      const weights = Float64Array.from(w);
      const cash = 1 - w.reduce((all, weight) => all + weight, 0);
      const measured = handler.check(parameters, { weights, cash }, situation);
      const expected = limits(w);
      if (expected.some(([value]) => Number.isNaN(value))) {
        // Shares of no risk: every limit is met.
        for (const { slack } of measured) expect(slack).to.be.at.least(0);
        continue;
      }
      const figures = measured.map(({ value, lower, upper }) => [value, lower, upper]);
      expect(figures.length).to.equal(expected.length);
      figures.flat().forEach((figure, k) => {
        const said = expected.flat()[k]!;
        if (Number.isFinite(said)) expect(figure, measured[Math.floor(k / 3)]!.text).to.be.closeTo(said, rounding);
        else expect(figure).to.equal(said);
      });
      const slacks = slackByText(lowered, weights);
      for (const [k, { text }] of measured.entries()) {
        const [slack, said] = [slacks.get(text)!, slackOf(expected[k]!)];
        if (scale !== 'sign') expect(slack, text).to.be.closeTo(scale * said, 1e-11);
        else if (Math.abs(said) > rounding)
          expect(slack >= 0, `${text}: ${String(slack)}, ${String(said)}`).to.equal(said >= 0);
      }
    }
  });

  if (isSearched)
    it('holds in the answer of the engine, which breaks it when it is not asked to hold', () => {
      const lowered = handler.lower(parameters, situation, (text) => originOf(type, text));
      expect(least(limits(answerUnder({}, type, situation)))).to.be.below(-1e-4);
      expect(least(limits(answerUnder(lowered, type, situation)))).to.be.above(-2e-7);
    });
}

/** What is minimized when the limits are soft: the objective, and the penalty on how far each of them is exceeded. */
const paid = (w: Weights, limits: readonly Limit[], penalty: number): number =>
  covariation(w, w) -
  w.reduce((earned, weight, i) => earned + objective.linear[i]! * weight, 0) +
  penalty * limits.reduce((excess, limit) => excess + Math.max(0, -slackOf(limit)), 0);

function softExamined({ type, parameters, limits, situation = market }: Oracle): void {
  const handler = handlerOf(type);
  const lowered = handler.lower(parameters, situation, (text) => originOf(type, text));
  const stated = { id: type, name: type, type, parameters, field: 'constraints[0]' };
  const softly = (penalty: number): Weights =>
    answerUnder(
      softened({ stated: { ...stated, penalty }, handler, lowered }, penalty, situation).lowered,
      type,
      situation,
    );
  const ends = [answerUnder({}, type, situation), answerUnder(lowered, type, situation)] as const;
  for (const penalty of [0.003, 0.03, 100]) {
    const answer = softly(penalty);
    // No better on the way to where the limits do not count, or to where they hold.
    for (const end of ends)
      for (const share of [1e-3, 0.1, 0.5, 1]) {
        const other = answer.map((weight, i) => weight + share * (end[i]! - weight));
        expect(paid(answer, limits(answer), penalty)).to.be.below(paid(other, limits(other), penalty) + 2e-7);
      }
    if (penalty === 100) expect(least(limits(answer))).to.be.above(-2e-7);
  }
}

describe('what constraints say of holdings', () => {
  for (const oracle of oracles) describe(`${oracle.type} ${JSON.stringify(oracle.parameters)}`, () => examined(oracle));

  for (const oracle of oracles) {
    const { type, parameters } = oracle;
    if (!['linear', 'norm'].includes(handlerOf(type).convexity)) continue;
    it(`is what a penalty is on: ${type} ${JSON.stringify(parameters)}`, () => softExamined(oracle));
  }

  it('is told for every handler but those of sizes, which have tables of their own', () => {
    const others = ['holding-minimum', 'round-lots', 'trade-minimum'];
    const types = builtInConstraints.map(({ type }) => type).filter((type) => !others.includes(type));
    expect([...new Set(oracles.map(({ type }) => type))].sort()).to.deep.equal(types);
  });
});
