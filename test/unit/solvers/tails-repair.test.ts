import { expect } from 'chai';
import type { Bound, Lowered, Problem, Tail } from '../../../src/problem/problem.ts';
import { compose } from '../../../src/problem/problem.ts';
import type { Amounts, RelaxableSide } from '../../../src/problem/relaxable.ts';
import { relaxed } from '../../../src/problem/relaxable.ts';
import type { Solution } from '../../../src/problem/solution.ts';
import { findConflict } from '../../../src/solvers/conflict.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../../src/solvers/registry.ts';
import { findRepair } from '../../../src/solvers/repair.ts';
import { scenarioTails } from '../../../src/solvers/tails/scenario-tails.ts';
import { Random, budgetRow, originOf, rowOver, universeOf } from '../../support/problems.ts';
import { randomMeasure } from '../../support/tail-problems.ts';

const registry = new SolverRegistry([interiorPoint, scenarioTails]);
const solve = (problem: Problem): Solution => runToEnd(registry.solve(problem));
const n = 4;
const universe = universeOf(n);
const bounds: readonly Bound[] = [0, 1, 2, 3].map((position) => ({
  position,
  lower: 0,
  upper: 1,
  origin: originOf('long only'),
}));
const returns = [0.01, 0.03, 0.06, 0.1];

/** The least measure over the budget, and of what earns so much. */
function leastOf(measure: Omit<Tail, 'bound' | 'origin'>, required: number): number {
  const rows = [budgetRow(n), rowOver(returns, required, Infinity, 'return')];
  const objective = { quadratics: [], linear: new Float64Array(n), tailTerms: [{ ...measure, weight: 1 }] };
  return solve(compose(universe, objective, [{ bounds, rows }])).objective;
}

function amountsOf(amounts: Amounts | undefined): readonly number[] {
  return [...(amounts ?? new Map<RelaxableSide, number>()).values()];
}

describe('tail limits that cannot hold', () => {
  const random = new Random(31);
  for (const kind of ['cvar', 'drawdown', 'mean-absolute-deviation'] as const) {
    const { centre: _, ...measure } = { ...randomMeasure(n, random), kind, level: kind === 'cvar' ? 0.8 : 0 };
    const least = leastOf(measure, 0.08);
    // Between what any portfolio can have and what one that earns enough can.
    const bound = (least + leastOf(measure, 0)) / 2;
    const tail: Tail = { ...measure, bound, origin: originOf(kind) };
    const high = rowOver(returns, 0.08, Infinity, 'return');
    const restrictions: readonly Lowered[] = [
      { bounds },
      { rows: [budgetRow(n)] },
      { rows: [high] },
      { tails: [tail] },
    ];

    it(`${kind}: are named with what they contradict`, () => {
      const named = findConflict({ universe, restrictions, solve }).map(({ constraint }) => constraint);
      expect(named).to.include.members([kind, 'return']);
    });

    it(`${kind}: are relaxed to the least that the rest allows`, () => {
      const side: RelaxableSide = { restriction: tail, side: 'upper', measure: 0.01 };
      const amounts = findRepair({ universe, restrictions, sides: [side], solve });
      expect(amountsOf(amounts)[0]).to.be.closeTo(least - bound, 1e-6);
      const [mended] = restrictions.slice(3).map((lowered) => relaxed(lowered, amounts!));
      expect(mended!.tails![0]!.bound).to.be.closeTo(least, 1e-6);
    });

    it(`${kind}: stay where another gives way for less`, () => {
      const sides: readonly RelaxableSide[] = [
        { restriction: tail, side: 'upper', measure: 1e-6 },
        { restriction: high, side: 'lower', measure: 1 },
      ];
      const amounts = findRepair({ universe, restrictions, sides, solve })!;
      expect(amounts.get(sides[0]!) ?? 0).to.be.below(1e-7);
      const required = 0.08 - amounts.get(sides[1]!)!;
      expect(leastOf(measure, required)).to.be.closeTo(tail.bound, 1e-6);
    });
  }
});
