import { expect } from 'chai';
import type { Iterate, Solution, Termination } from '../../../src/problem/solution.ts';
import type { Solver, SolverSettings, Warm } from '../../../src/problem/solver.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { SolverRegistry, runToEnd } from '../../../src/solvers/registry.ts';
import { problemOf } from '../../support/problems.ts';

const problem = problemOf(1, {});

/** Two iterations, then `termination`. */
function ending(
  id: string,
  termination: Termination,
  seen: SolverSettings[] = [],
  starts: (Warm | undefined)[] = [],
): Solver {
  return {
    id,
    title: id,
    version: '1.0.0',
    references: [],
    capabilities: [],
    supports: () => ({ yes: true }),
    *solve(_, settings, _interrupted, warm): Generator<Iterate, Solution, void> {
      seen.push(settings);
      starts.push(warm);
      for (let iteration = 0; iteration <= 2; iteration++)
        yield { iteration, objective: 0, primal: 0, dual: 0, gap: 0 };
      const hasWeights = termination.reason === 'optimal' || termination.reason === 'feasible';
      const none = new Float64Array(0);
      return {
        solver: id,
        termination,
        weights: hasWeights ? Float64Array.of(1) : none,
        objective: 0,
        multipliers: { rows: none, bounds: none, norms: none, tradeLimits: none },
        iterations: 2,
        residuals: { primal: 0, dual: 0, gap: 0 },
      };
    },
  };
}

const detail = 'of no use';
const done = ending('done', { reason: 'optimal', detail });

describe('the hand-over between solvers', () => {
  it('gives every solver the same start', () => {
    const starts: (Warm | undefined)[] = [];
    const solvers = [
      ending('first', { reason: 'numerical error', detail }, [], starts),
      ending('last', { reason: 'optimal', detail }, [], starts),
    ];
    const none = new Float64Array(0);
    const multipliers = { rows: none, bounds: none, norms: none, tradeLimits: none };
    const warm = { weights: Float64Array.of(1), multipliers };
    runToEnd(new SolverRegistry(solvers).solve(problem, defaultSettings, () => false, undefined, warm));
    expect(starts).to.deep.equal([warm, warm]);
  });

  const givesUp: readonly Termination[] = [
    { reason: 'numerical error', detail },
    { reason: 'no solution found', detail },
    { reason: 'no solution found', limit: 'iterations', detail },
    { reason: 'feasible', limit: 'iterations', detail },
  ];
  for (const termination of givesUp)
    it(`goes on after "${termination.reason}", limit ${termination.limit ?? 'none'}`, () => {
      const seen: SolverSettings[] = [];
      const last = ending('last', { reason: 'optimal', detail }, seen);
      const iterates: number[] = [];
      const registry = new SolverRegistry([ending('first', termination), ending('second', termination), last]);
      const solution = runToEnd(registry.solve(problem), ({ iteration }) => iterates.push(iteration));
      expect(solution.solver).to.equal('last');
      expect(solution.choice).to.equal(
        'first that takes the problem; first gave up after 2 iterations: of no use; then second; ' +
          'second gave up after 2 iterations: of no use; then last',
      );
      expect(solution.iterations).to.equal(6);
      expect(seen[0]?.iterationsMax).to.equal(defaultSettings.iterationsMax - 4);
      expect(iterates).to.deep.equal([0, 1, 2, 2, 3, 4, 4, 5, 6]);
    });

  const final: readonly Termination[] = [
    { reason: 'optimal', detail },
    { reason: 'infeasible', detail },
    { reason: 'unbounded', detail },
    { reason: 'no solution found', limit: 'interrupted', detail },
    { reason: 'feasible', limit: 'interrupted', detail },
    { reason: 'feasible', limit: 'time', detail },
  ];
  for (const termination of final)
    it(`ends with "${termination.reason}", limit ${termination.limit ?? 'none'}`, () => {
      const solution = runToEnd(new SolverRegistry([ending('first', termination), done]).solve(problem));
      expect(solution.solver).to.equal('first');
      expect(solution.choice).to.equal('first that takes the problem');
    });

  it('keeps to the one asked for by name', () => {
    const broken = ending('first', { reason: 'numerical error', detail });
    const steps = new SolverRegistry([broken, done]).solve(problem, defaultSettings, () => false, 'first');
    const solution = runToEnd(steps);
    expect(solution.termination.reason).to.equal('numerical error');
    expect(solution.choice).to.equal('asked for by name');
  });

  it('counts the iterations of all against the limit', () => {
    const short = ending('first', { reason: 'no solution found', limit: 'iterations', detail });
    const solution = runToEnd(
      new SolverRegistry([short, done]).solve(problem, { ...defaultSettings, iterationsMax: 2 }),
    );
    expect(solution.solver).to.equal('first');
    expect(solution.termination.limit).to.equal('iterations');
  });

  it('prefers a point that holds to a later failure', () => {
    const feasible = ending('first', { reason: 'feasible', limit: 'iterations', detail });
    const failing = ending('second', { reason: 'numerical error', detail });
    const solution = runToEnd(new SolverRegistry([feasible, failing]).solve(problem));
    expect(solution.solver).to.equal('first');
    expect(solution.choice).to.contain('then second');
  });

  it('leaves nothing running when the caller walks away', () => {
    let closed = false;
    const broken = ending('first', { reason: 'numerical error', detail });
    const watching: Solver = {
      ...done,
      id: 'watching',
      *solve(...given) {
        try {
          return yield* done.solve(...given);
        } finally {
          closed = true;
        }
      },
    };
    const steps = new SolverRegistry([broken, watching]).solve(problem);
    for (let count = 0; count < 5; count++) steps.next();
    steps.return(undefined as never);
    expect(closed).to.equal(true);
  });
});
