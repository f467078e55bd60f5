/** A plan from its stages to an answer with its report; made again where positions may be long or short at different cost (see `holding.ts`). */
import { concatMap, defer, of } from 'rxjs';
import type { Observable } from 'rxjs';

import { dot, hasWeights, quadraticForm } from '@veritasvault/portfolio/sdk/v1';
import type { Answer, JsonObject, PlanEvent, Stage, StrategyEvent, Task } from '@veritasvault/portfolio/sdk/v1';

import { costOf } from './costs.ts';
import {
  holdingRates,
  holdingSlopes,
  isBeyond,
  isKinked,
  sideBounds,
  sidesAt,
  sidesTowards,
  signsOf,
  slopesAt,
} from './holding.ts';
import type { HoldingCosts, Sides } from './holding.ts';

interface Planning {
  /** By period, without what positions cost. */
  readonly stages: readonly Stage[];
  readonly report: (weights: readonly Float64Array[]) => JsonObject;
}

type Planned = Task<HoldingCosts & { readonly periods: number; readonly periodsPerYear: number }>;
type Solved = Extract<PlanEvent, { kind: 'solution' }>;

/** A plan that keeps everything on its side. */
interface Kept {
  readonly sides: Sides;
  readonly slopes: readonly Float64Array[];
  readonly solved: Solved;
  readonly value: number;
  readonly size: number;
  /** The best bound on all plans so far. */
  readonly bound: number;
}

const roundsMax = 100;
/** A plan is the best when nothing is below it by more than this share of its size: the tolerance of certificates. */
const gapShare = 1e-8;

export function planning(task: Planned, { stages, report }: Planning): Observable<StrategyEvent> {
  const { periods, periodsPerYear } = task.parameters;
  const rates = (t: number) => holdingRates(task.parameters, t, periodsPerYear);
  const signs = signsOf(task, stages);
  const slopesOf = (sides?: Sides): readonly Float64Array[] =>
    stages.map((_, t) => holdingSlopes(rates(t), signs, sides?.[t]));
  const name = `${periods} ${periods === 1 ? 'period' : 'periods'}`;

  const plan = (
    slopes: readonly Float64Array[],
    sides: Sides | undefined,
    phase: string,
    then: (solved: Solved, own: readonly Stage[]) => Observable<StrategyEvent>,
  ): Observable<StrategyEvent> => {
    if (task.plan === undefined) throw new Error('the host must plan several periods: it is too old for this plugin');
    const own = stages.map((stage, t) => ({
      ...stage,
      linear: stage.linear.map((value, i) => value - slopes[t]![i]!),
      added: [...(stage.added ?? []), ...sideBounds(sides?.[t], task)],
    }));
    return task
      .plan(own)
      .pipe(
        concatMap((event) =>
          event.kind === 'solution'
            ? then(event, own)
            : of<StrategyEvent>({ kind: 'progress', phase, iterate: event.iterate }),
        ),
      );
  };
  const ended = ({ answer, weights }: Solved): Observable<StrategyEvent> =>
    of({
      kind: 'solution',
      answer: hasWeights(answer.solution) && weights.length > 0 ? { ...answer, report: report(weights) } : answer,
    });
  const isOptimal = ({ answer }: Solved): boolean => answer.solution.termination.reason === 'optimal';

  const onSides = (sides: Sides, round: number, before: Kept | undefined): Observable<StrategyEvent> => {
    const slopes = slopesOf(sides);
    return plan(slopes, sides, `${name}, sides ${round}`, (solved, own) => {
      if (!isOptimal(solved)) return ended(solved);
      const { value, size } = valueOf(own, solved.weights, task.situation.current);
      const kept: Kept = { sides, slopes, solved, value, size, bound: before?.bound ?? -Infinity };
      if (before !== undefined && value > before.value + gapShare * size) return ended(unsettled(before));
      return isBeyond(kept, solved.boundPrices, rates, steepestOf(own)) ? bounding(kept, round) : ended(solved);
    });
  };
  const bounding = (kept: Kept, round: number): Observable<StrategyEvent> => {
    const { sides, solved, value, size } = kept;
    const slopes = slopesAt(kept, solved.boundPrices, rates);
    return plan(slopes, undefined, `${name}, bound ${round}`, (free, own) => {
      if (!isOptimal(free)) {
        const { limit, detail } = free.answer.solution.termination;
        return ended(limit === undefined ? unsettled(kept) : withEnd(solved, detail, limit));
      }
      const bound = Math.max(kept.bound, valueOf(own, free.weights, task.situation.current).value);
      if (bound >= value - gapShare * size) return ended(solved);
      const next = sidesTowards(sides, solved.weights, free.weights);
      const closer = { ...kept, bound };
      return next === undefined || round >= roundsMax ? ended(unsettled(closer)) : onSides(next, round + 1, closer);
    });
  };
  return defer(() => {
    if (!isKinked(task.parameters, signs)) return plan(slopesOf(), undefined, name, (solved) => ended(solved));
    return plan(slopesOf(), undefined, name, (solved) =>
      isOptimal(solved) ? onSides(sidesAt(solved.weights, signs), 1, undefined) : ended(solved),
    );
  });
}

/** A plan that can be had, of which it is only known how far from the best it is at most. */
function unsettled({ solved, value, bound }: Kept): Solved {
  const far = Number.isFinite(bound) ? `: at most ${(value - bound).toExponential(1)} above the best in all` : '';
  return withEnd(solved, `positions that may be long or short still change sides${far}`, 'iterations');
}

function withEnd(
  solved: Solved,
  detail: string,
  limit: NonNullable<Answer['solution']['termination']['limit']>,
): Solved {
  const { answer } = solved;
  const termination = { reason: 'feasible', limit, detail } as const;
  return { ...solved, answer: { ...answer, solution: { ...answer.solution, termination } } };
}

/** The objective of a plan and its size: that of its terms, or of a hundredth in the asset that matters most, whichever is larger. */
function valueOf(stages: readonly Stage[], weights: readonly Float64Array[], current: Float64Array) {
  const terms = stages.flatMap(({ quadratics, linear, trading }, t) => [
    ...quadratics.map(({ scale, operator }) => 0.5 * scale * quadraticForm(operator, weights[t]!)),
    -dot(linear, weights[t]!),
    trading === undefined ? 0 : costOf(trading, weights[t - 1] ?? current, weights[t]!),
  ]);
  const sum = (of: (term: number) => number): number => terms.reduce((total, term) => total + of(term), 0);
  return { value: sum((term) => term), size: Math.max(sum(Math.abs), 1e-2 * steepestOf(stages)) };
}

function steepestOf(stages: readonly Stage[]): number {
  return stages.reduce((most, { linear }) => linear.reduce((own, value) => Math.max(own, Math.abs(value)), most), 0);
}
