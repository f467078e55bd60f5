/** A traced frontier on its way to a strategy: points that hold, what stands in for those that do not, and how it ended. */
import { Observable, of } from 'rxjs';

import type { Problem } from '../problem/problem.ts';
import type { Solution } from '../problem/solution.ts';
import type { TraceEvent } from '../sdk/v1/index.ts';
import type { FrontierTrace, TraceEnd, TraceStep } from './toolbox.ts';

type Question = Parameters<FrontierTrace>[0];

interface Surroundings {
  /** Solves a point that the trace left inaccurate. */
  solve(problem: Problem): Solution;
  /** Adds what the solver cannot know: why it was interrupted. */
  withCause(solution: Solution): Solution;
  /** Adds to the iterations of the run. */
  count(iterations: number): void;
}

export function refusedTrace(reason: string): Observable<TraceEvent> {
  return of({ kind: 'refused', reason });
}

/** Cold; runs to its end while it is being subscribed to. */
export function traced(trace: FrontierTrace, question: Question, surroundings: Surroundings): Observable<TraceEvent> {
  return new Observable((subscriber) => {
    const steps = trace(question);
    let first = true;
    for (let step = steps.next(); !subscriber.closed; step = steps.next()) {
      if (step.done === true) {
        subscriber.next(endOf(step.value, question, surroundings));
        subscriber.complete();
        return;
      }
      if (step.value.kind === 'iterate') subscriber.next(step.value);
      else {
        // Every point tells the iterations of the whole trace.
        if (first) surroundings.count(step.value.solution.iterations);
        first = false;
        subscriber.next(mended(step.value, question, surroundings));
      }
    }
    steps.return(undefined as never);
  });
}

function mended(
  point: Extract<TraceStep, { kind: 'point' }>,
  { problem, direction }: Question,
  surroundings: Surroundings,
): TraceEvent {
  const { lambda, solution } = point;
  if (solution.termination.reason === 'optimal') return point;
  const linear = problem.linear.map((value, i) => value + lambda * direction[i]!);
  const again = surroundings.solve({ ...problem, linear });
  surroundings.count(again.iterations);
  const choice = `${solution.solver} left it inaccurate: ${solution.termination.detail}; then ${again.choice ?? again.solver}`;
  return { kind: 'point', lambda, solution: { ...surroundings.withCause(again), choice } };
}

function endOf(end: TraceEnd, { count }: Question, surroundings: Surroundings): TraceEvent {
  switch (end.kind) {
    case 'traced':
      return {
        kind: 'traced',
        choice: `by ${end.solver}: bounds and linear rows; ${end.corners} corners, ${count} points between them`,
      };
    case 'ended':
      surroundings.count(end.solution.iterations);
      return { kind: 'solution', solution: surroundings.withCause(end.solution) };
    case 'gave-up':
      return { kind: 'refused', reason: `${end.solver}: ${end.detail}` };
  }
}
