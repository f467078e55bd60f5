import { expect } from 'chai';
import { concat, NEVER, of, throwError, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { map } from 'rxjs/operators';

import { cutShortAt, endedAt, inSteps, solveToEnd } from '../../../src/sdk/v1/index.ts';
import type { Objective, Program, Solution, SolveEvent, StrategyEvent, Task } from '../../../src/sdk/v1/index.ts';

const iterate = { iteration: 1, objective: 0, primal: 0, dual: 0, gap: 0 };
const none = new Float64Array(0);

function solutionOf(objective: number, reason: 'optimal' | 'infeasible' = 'optimal'): Solution {
  return {
    solver: 'scripted',
    termination: { reason, detail: '' },
    weights: Float64Array.of(objective),
    objective,
    multipliers: { rows: none, bounds: none, norms: none, tradeLimits: none },
    iterations: 1,
    residuals: { primal: 0, dual: 0, gap: 0 },
  };
}

/** The n-th solve answers with objective n. */
function taskWith(solve: (count: number) => Observable<SolveEvent>): Task & { readonly solves: () => number } {
  let count = 0;
  return {
    parameters: {},
    situation: { universe: { assets: [] }, current: none, cashCurrent: 1 },
    estimates: { riskFreeRate: 0 },
    restrictions: [],
    signal: new AbortController().signal,
    solve: () => solve(++count),
    origin: (text) => ({ constraint: 'strategy', name: 'strategy', text, priority: 0 }),
    solves: () => count,
  };
}

const synchronous = (count: number): Observable<SolveEvent> =>
  of({ kind: 'iterate' as const, iterate }, { kind: 'solution' as const, solution: solutionOf(count) });
const objective: Objective = { quadratics: [], linear: none };

function collected(events: Observable<StrategyEvent>): Promise<StrategyEvent[]> {
  return new Promise((resolve, reject) => {
    const seen: StrategyEvent[] = [];
    events.subscribe({ next: (event) => seen.push(event), error: reject, complete: () => resolve(seen) });
  });
}

function* counting(steps: number, points = false): Program {
  let last = solutionOf(0);
  for (let step = 1; step <= steps; step++)
    last = yield { objective, phase: `step ${step}`, ...(points ? { point: 10 * step } : {}) };
  return { objective, added: [], solution: last };
}

describe('strategies in steps', () => {
  it('solves nothing before it is subscribed to, and anew for each subscriber', async () => {
    const task = taskWith(synchronous);
    const events = inSteps(task, () => counting(2));
    expect(task.solves()).to.equal(0);
    await collected(events);
    await collected(events);
    expect(task.solves()).to.equal(4);
  });

  it('tells the iterates of each step as progress, its points, and one solution at the end', async () => {
    const events = await collected(inSteps(taskWith(synchronous), () => counting(2, true)));
    expect(events.map((event) => (event.kind === 'progress' ? event.phase : event.kind))).to.deep.equal([
      'step 1',
      'point',
      'step 2',
      'point',
      'solution',
    ]);
    const indices = events.flatMap((event) => (event.kind === 'point' ? [event.index] : []));
    expect(indices).to.deep.equal([10, 20]);
    const last = events.at(-1);
    expect(last?.kind === 'solution' ? last.answer.solution.objective : undefined).to.equal(2);
  });

  it('streams no point for a step without a feasible portfolio', async () => {
    const task = taskWith(() => of({ kind: 'solution', solution: solutionOf(1, 'infeasible') }));
    const events = await collected(inSteps(task, () => counting(1, true)));
    expect(events.map((event) => event.kind)).to.deep.equal(['solution']);
  });

  it('takes constant stack over many synchronous solves', async () => {
    const events = await collected(inSteps(taskWith(synchronous), () => counting(20_000)));
    expect(events).to.have.length(20_001);
  });

  it('waits for asynchronous solves', async () => {
    const task = taskWith((count) =>
      timer(1).pipe(map(() => ({ kind: 'solution' as const, solution: solutionOf(count) }))),
    );
    expect(await collected(inSteps(task, () => counting(3)))).to.have.length(1);
  });

  it('passes errors on: of the solve, of the program, and of a solve without a solution', async () => {
    const failure = async (events: Observable<StrategyEvent>): Promise<string> =>
      collected(events).then(
        () => 'no error',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
    expect(
      await failure(
        inSteps(
          taskWith(() => throwError(() => new Error('worker lost'))),
          () => counting(1),
        ),
      ),
    ).to.equal('worker lost');
    expect(
      await failure(
        inSteps(
          taskWith(() => of({ kind: 'iterate', iterate })),
          () => counting(1),
        ),
      ),
    ).to.contain('without a solution');
    const broken = function* (): Program {
      yield { objective, phase: 'one' };
      throw new Error('bug in the strategy');
    };
    expect(await failure(inSteps(taskWith(synchronous), broken))).to.equal('bug in the strategy');
  });

  it('stops listening when unsubscribed', () => {
    const task = taskWith(() => concat(of({ kind: 'iterate' as const, iterate }), NEVER));
    const seen: StrategyEvent[] = [];
    const subscription = solveToEnd(task, objective, 'one').subscribe((event) => seen.push(event));
    subscription.unsubscribe();
    expect(seen).to.have.length(1);
    expect(task.solves()).to.equal(1);
  });
});

describe('searches that end before their optimum', () => {
  const answer = { objective: { quadratics: [], linear: none }, added: [], solution: solutionOf(3) };
  const ended = (reason: 'feasible' | 'infeasible' | 'no solution found', limit?: 'interrupted') => {
    const termination = { reason, detail: 'as it was', ...(limit === undefined ? {} : { limit }) };
    return { ...answer, solution: { ...answer.solution, termination } };
  };
  const best = Float64Array.of(7);

  it('take other weights and another end, and nothing else', () => {
    const termination = { reason: 'unbounded', detail: 'without end' } as const;
    expect(endedAt(answer, best, termination)).to.deep.equal({
      ...answer,
      solution: { ...answer.solution, weights: best, termination },
    });
  });

  it('tell their best portfolio when they were interrupted or solved roughly, and else what the solve says', () => {
    const detail = 'stopped on the way to the greatest growth, at the best portfolio so far; as it was';
    const cut = cutShortAt(ended('no solution found', 'interrupted'), best, 'greatest growth').solution;
    expect(cut.termination).to.deep.equal({ reason: 'feasible', limit: 'interrupted', detail });
    expect(cut.weights).to.equal(best);
    const rough = cutShortAt(ended('feasible'), best, 'greatest growth').solution;
    expect(rough.termination).to.deep.equal({ reason: 'feasible', detail });
    const proof = ended('infeasible');
    expect(cutShortAt(proof, best, 'greatest growth')).to.equal(proof);
  });
});
