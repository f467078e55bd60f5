import { expect } from 'chai';
import { checked } from '../../../src/problem/checked-solution.ts';
import type { Problem } from '../../../src/problem/problem.ts';
import type { PeriodsSolution } from '../../../src/problem/periods.ts';
import type { Solution } from '../../../src/problem/solution.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { traceCorners } from '../../../src/solvers/critical-line/critical-line.ts';
import { solvePeriods } from '../../../src/solvers/periods/periods.ts';
import { runToEnd } from '../../../src/solvers/registry.ts';
import { problemsOfEveryKind, registry } from '../../support/every-kind.ts';
import { chainOf } from '../../support/period-problems.ts';
import { denseCase } from '../../support/problems.ts';

/** Looks at which a solve is interrupted: the first few, then ever further on. */
const looksOf = (all: number): readonly number[] => {
  const looks: number[] = [];
  for (let look = 1; look < all; look = Math.ceil(look * 1.7)) looks.push(look);
  return looks;
};

interface Run {
  readonly solution: Solution;
  readonly looks: number;
}

function run(problem: Problem, from: number, iterationsMax = defaultSettings.iterationsMax): Run {
  let looks = 0;
  const settings = { ...defaultSettings, iterationsMax };
  const solution = runToEnd(registry.solve(problem, settings, () => ++looks >= from));
  return { solution, looks };
}

const stopped = ['feasible', 'no solution found'];

/** A point that is given holds, and no claim fails its check. */
function expectHonest(problem: Problem, solution: Solution): void {
  expect(checked(problem, solution).termination.reason).to.equal(solution.termination.reason);
  if (solution.termination.reason === 'feasible') expect(solution.weights).to.have.length(problem.linear.length);
}

describe('a solve that is stopped', () => {
  for (const [kind, build] of Object.entries(problemsOfEveryKind)) {
    it(`by an interruption ends soon, with a point that holds or none: ${kind}`, () => {
      const problem = build();
      const whole = run(problem, Infinity);
      for (const from of looksOf(whole.looks)) {
        const { solution, looks } = run(problem, from);
        const { reason, limit } = solution.termination;
        expectHonest(problem, solution);
        // What is all but done may be finished instead.
        if (limit === undefined) expect(reason).to.equal(whole.solution.termination.reason);
        else {
          expect(limit).to.equal('interrupted');
          expect(reason).to.be.oneOf(stopped);
        }
        expect(looks - from, `looks after the ${String(from)}th`).to.be.at.most(3);
      }
    });

    it(`by its iterations says so, with a point that holds or none: ${kind}`, () => {
      const problem = build();
      const { iterations, termination } = run(problem, Infinity).solution;
      for (const iterationsMax of new Set(
        [0, 1, 2, Math.floor(iterations / 2), iterations - 1].filter((max) => max >= 0),
      )) {
        const { solution } = run(problem, Infinity, iterationsMax);
        expectHonest(problem, solution);
        if (solution.termination.limit === undefined) expect(solution.termination.reason).to.equal(termination.reason);
        else {
          expect(solution.termination.limit).to.equal('iterations');
          expect(solution.termination.reason).to.be.oneOf(stopped);
        }
      }
    });
  }

  it('on the way along a frontier or a chain of periods says so too', () => {
    const { linear, ...problem } = denseCase(40);
    const corners = traceCorners({ ...problem, linear: new Float64Array(linear.length) }, linear, () => true);
    let step = corners.next();
    while (step.done !== true) step = corners.next();
    expect(step.value.kind).to.equal('stopped');
    const chain = chainOf({ n: 30, periods: 6 });
    const planned = (iterationsMax: number, interrupted: () => boolean): PeriodsSolution => {
      const steps = solvePeriods(chain, { ...defaultSettings, iterationsMax }, interrupted);
      for (let at = steps.next(); ; at = steps.next()) if (at.done === true) return at.value;
    };
    for (const iterationsMax of [0, 1, 3]) {
      const { reason, limit } = planned(iterationsMax, () => false).termination;
      expect([stopped.includes(reason), limit]).to.deep.equal([true, 'iterations']);
    }
    let looks = 0;
    const { reason, limit } = planned(200, () => ++looks >= 3).termination;
    expect([stopped.includes(reason), limit]).to.deep.equal([true, 'interrupted']);
  });
});
