/** A plan from its stages to an answer with its report; made again as long as positions change sides (see `holding.ts`). */
import { concatMap, defer, of } from 'rxjs';
import type { Observable } from 'rxjs';

import { dot, hasWeights, quadraticForm } from '@veritasvault/portfolio/sdk/v1';
import type { Answer, JsonObject, PlanEvent, Stage, StrategyEvent, Task } from '@veritasvault/portfolio/sdk/v1';

import { costOf } from './costs.ts';
import { changesOf, holdingRates, isKinked, sidesAt, signsOf, withChanges } from './holding.ts';
import type { HoldingCosts, Sides } from './holding.ts';

interface Planning {
  /** The stages with every asset on its side in each period; without sides nothing costs anything to hold. */
  readonly stages: (sides: Sides | undefined, signs: Int8Array) => readonly Stage[];
  readonly report: (weights: readonly Float64Array[]) => JsonObject;
}

type Solved = Extract<PlanEvent, { kind: 'solution' }>;

const roundsMax = 100;
/** A plan that is better by less than this share of its terms is not better. */
const sizeShare = 1e-11;

interface Attempt {
  /** None in the first plan, in which nothing costs anything to hold. */
  readonly sides: Sides | undefined;
  readonly round: number;
  /** The best objective so far. */
  readonly best: number;
  /** Whether sides change one by one. */
  readonly single: boolean;
}

export function planning(
  task: Task<HoldingCosts & { readonly periods: number; readonly periodsPerYear: number }>,
  { stages, report }: Planning,
): Observable<StrategyEvent> {
  const { periods, periodsPerYear } = task.parameters;
  const rates = (t: number) => holdingRates(task.parameters, t, periodsPerYear);
  const signs = signsOf(task);
  const kinked = isKinked(task.parameters, signs);

  const planned = ({ sides, round, ...before }: Attempt): Observable<StrategyEvent> => {
    if (task.plan === undefined) throw new Error('the host must plan several periods: it is too old for this plugin');
    const phase = `${periods} ${periods === 1 ? 'period' : 'periods'}${round === 0 ? '' : `, sides ${round}`}`;
    const own = stages(sides, signs);
    return task.plan(own).pipe(
      concatMap((event) => {
        if (event.kind === 'iterate') return of<StrategyEvent>({ kind: 'progress', phase, iterate: event.iterate });
        const next = kinked ? again(event, own, { sides, round, ...before }) : undefined;
        if (next === 'unsettled') return of(ended(unsettled(event.answer), event.weights));
        return next === undefined ? of(ended(event.answer, event.weights)) : planned(next);
      }),
    );
  };
  /** What to try after a plan: nothing when it is the best, or did not come to its end. */
  const again = (
    { weights, boundPrices, answer }: Solved,
    own: readonly Stage[],
    { sides, round, best, single }: Attempt,
  ): Attempt | 'unsettled' | undefined => {
    if (answer.solution.termination.reason !== 'optimal') return undefined;
    if (sides === undefined) return { sides: sidesAt(weights, signs), round: 1, best: Infinity, single: false };
    const slope = Math.max(...own.flatMap(({ linear }) => [...linear].map(Math.abs)));
    const changes = changesOf(sides, weights, boundPrices, rates, slope);
    if (changes.length === 0) return undefined;
    if (round >= roundsMax) return 'unsettled';
    const { value, size } = valueOf(own, weights, task.situation.current);
    const alone = single || value > best - sizeShare * size;
    return {
      sides: withChanges(sides, alone ? changes.slice(0, 1) : changes),
      round: round + 1,
      best: Math.min(best, value),
      single: alone,
    };
  };
  const ended = (answer: Answer, weights: readonly Float64Array[]): StrategyEvent => ({
    kind: 'solution',
    answer: hasWeights(answer.solution) && weights.length > 0 ? { ...answer, report: report(weights) } : answer,
  });
  return defer(() => planned({ sides: undefined, round: 0, best: Infinity, single: false }));
}

/** The objective of a plan, and the sum of the sizes of its terms. */
function valueOf(stages: readonly Stage[], weights: readonly Float64Array[], current: Float64Array) {
  const terms = stages.flatMap(({ quadratics, linear, trading }, t) => [
    ...quadratics.map(({ scale, operator }) => 0.5 * scale * quadraticForm(operator, weights[t]!)),
    -dot(linear, weights[t]!),
    trading === undefined ? 0 : costOf(trading, weights[t - 1] ?? current, weights[t]!),
  ]);
  const sum = (of: (term: number) => number): number => terms.reduce((total, term) => total + of(term), 0);
  return { value: sum((term) => term), size: sum(Math.abs) };
}

function unsettled(answer: Answer): Answer {
  const detail = `positions still change sides after ${roundsMax} plans`;
  const termination = { reason: 'feasible', limit: 'iterations', detail } as const;
  return { ...answer, solution: { ...answer.solution, termination } };
}
