import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import type { Lowered, Origin, Problem } from '../../../src/problem/problem.ts';
import { findConflict } from '../../../src/solvers/conflict.ts';
import { branchAndBound } from '../../../src/solvers/integers/branch-and-bound.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../../src/solvers/registry.ts';
import { countOf } from '../../support/integer-problems.ts';
import { originOf, rowOver, universeOf } from '../../support/problems.ts';

const registry = new SolverRegistry([interiorPoint, branchAndBound]);
const solve = (problem: Problem) => runToEnd(registry.solve(problem));
const names = (origins: readonly Origin[]): string[] => origins.map((origin) => origin.text);

const n = 5;
const positions = [0, 1, 2, 3, 4];
const boundsOf = (lower: number, upper: number, constraint: string): Lowered => ({
  bounds: positions.map((position) => ({ position, lower, upper, origin: originOf(constraint) })),
});
const none = new Float64Array(n);
const budget: Lowered = { rows: [rowOver([1, 1, 1, 1, 1], 1, 1, 'budget')] };
const longOnly = boundsOf(0, Infinity, 'long only');
const fewNames: Lowered = { counts: [{ ...countOf(n, none, 'either', 0, 2), origin: originOf('at most 2 names') }] };

describe('the smallest conflict with integer constraints', () => {
  it('names the number of names beside the cap that it cannot live with', () => {
    const restrictions = [
      longOnly,
      budget,
      boundsOf(-Infinity, 0.4, 'at most 40 % each'),
      fewNames,
      { rows: [rowOver([1, 0, 0, 0, 0], 0.1, Infinity, 'first at least 10 %')] },
    ];
    expect(names(findConflict({ universe: universeOf(n), restrictions, solve }))).to.deep.equal([
      'budget',
      'at most 40 % each',
      'at most 2 names',
    ]);
  });

  it('names a minimum holding and the lots that no holding can be', () => {
    const gap = (position: number) => ({
      position,
      intervals: [
        [0, 0],
        [0.3, Infinity],
      ] as const,
      origin: originOf('at least 30 % when held'),
    });
    const restrictions: Lowered[] = [
      longOnly,
      budget,
      { domains: positions.map(gap) },
      { counts: [{ ...countOf(n, none, 'either', 4, n), origin: originOf('at least 4 names') }] },
      { lots: [{ position: 0, base: 0, step: 0.05, origin: originOf('lots') }] },
    ];
    expect(names(findConflict({ universe: universeOf(n), restrictions, solve }))).to.deep.equal([
      'budget',
      'at least 30 % when held',
      'at least 4 names',
    ]);
  });

  it('finds none where some choice holds', () => {
    const restrictions = [longOnly, budget, boundsOf(-Infinity, 0.6, 'at most 60 % each'), fewNames];
    expect(findConflict({ universe: universeOf(n), restrictions, solve })).to.deep.equal([]);
  });

  it('takes every cap that too few names cannot live with, after few searches that each end at the first portfolio', () => {
    const many = 30;
    const caps: Lowered = {
      bounds: Array.from({ length: many }, (_, position) => [
        { position, lower: 0, upper: Infinity, origin: originOf('long only', `A${position} not short`) },
        { position, lower: -Infinity, upper: 0.2, origin: originOf('cap', `A${position} at most 20 %`) },
      ]).flat(),
    };
    const restrictions: Lowered[] = [
      caps,
      { rows: [rowOver(new Float64Array(many).fill(1), 1, 1, 'budget')] },
      { counts: [{ ...countOf(many, new Float64Array(many), 'either', 0, 3), origin: originOf('at most 3 names') }] },
    ];
    const ended: string[] = [];
    const told = findConflict({
      universe: universeOf(many),
      restrictions,
      solve: (problem) => {
        const solution = solve(problem);
        ended.push(solution.termination.reason);
        if (problem.integrality !== undefined && solution.termination.reason === 'optimal')
          expect(certify(problem, solution).verdict).to.equal('passed');
        return solution;
      },
    });
    expect(names(told)).to.deep.equal([
      ...Array.from({ length: many }, (_, position) => `A${position} at most 20 %`),
      'budget',
      'at most 3 names',
    ]);
    // The proof leaves the lower bounds out at once; what remains is dropped in groups, then one by one.
    expect(ended.filter((reason) => reason === 'infeasible')).to.have.length(2);
    expect(ended.length).to.be.at.most(many + 10);
  });
});
