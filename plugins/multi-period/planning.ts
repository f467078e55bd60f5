/** A plan from its stages to an answer with its report; made again as long as positions change sides (see `holding.ts`). */
import { concatMap, defer, of } from 'rxjs';
import type { Observable } from 'rxjs';

import { hasWeights } from '@veritasvault/portfolio/sdk/v1';
import type { Answer, JsonObject, PlanEvent, Stage, StrategyEvent, Task } from '@veritasvault/portfolio/sdk/v1';

import { changedSides, holdingRates, isKinked, sidesAt, signsOf } from './holding.ts';
import type { HoldingCosts, Sides } from './holding.ts';

interface Planning {
  /** The stages with every asset on its side in each period; without sides nothing costs anything to hold. */
  readonly stages: (sides: Sides | undefined, signs: Int8Array) => readonly Stage[];
  readonly report: (weights: readonly Float64Array[]) => JsonObject;
}

type Solved = Extract<PlanEvent, { kind: 'solution' }>;

const roundsMax = 50;

export function planning(
  task: Task<HoldingCosts & { readonly periods: number; readonly periodsPerYear: number }>,
  { stages, report }: Planning,
): Observable<StrategyEvent> {
  const { periods, periodsPerYear } = task.parameters;
  const rates = (t: number) => holdingRates(task.parameters, t, periodsPerYear);
  const signs = signsOf(task);
  const kinked = isKinked(task.parameters, signs);

  const planned = (sides: Sides | undefined, round: number): Observable<StrategyEvent> => {
    if (task.plan === undefined) throw new Error('the host must plan several periods: it is too old for this plugin');
    const phase = `${periods} ${periods === 1 ? 'period' : 'periods'}${round === 0 ? '' : `, sides ${round}`}`;
    return task
      .plan(stages(sides, signs))
      .pipe(
        concatMap((event) =>
          event.kind === 'iterate'
            ? of<StrategyEvent>({ kind: 'progress', phase, iterate: event.iterate })
            : next(event, sides, round),
        ),
      );
  };
  const next = (solved: Solved, sides: Sides | undefined, round: number): Observable<StrategyEvent> => {
    const { weights, boundPrices, answer } = solved;
    if (!kinked || answer.solution.termination.reason !== 'optimal') return of(ended(answer, weights));
    const changed = sides === undefined ? sidesAt(weights, signs) : changedSides(sides, weights, boundPrices, rates);
    if (changed === undefined) return of(ended(answer, weights));
    return round < roundsMax ? planned(changed, round + 1) : of(ended(unsettled(answer), weights));
  };
  const ended = (answer: Answer, weights: readonly Float64Array[]): StrategyEvent => ({
    kind: 'solution',
    answer: hasWeights(answer.solution) && weights.length > 0 ? { ...answer, report: report(weights) } : answer,
  });
  return defer(() => planned(undefined, 0));
}

function unsettled(answer: Answer): Answer {
  const detail = `positions still change sides after ${roundsMax} plans`;
  const termination = { reason: 'feasible', limit: 'iterations', detail } as const;
  return { ...answer, solution: { ...answer.solution, termination } };
}
