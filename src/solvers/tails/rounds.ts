/** Rounds of column and row generation: solve what is in play, look at the rest, bring in what matters, until nothing does. */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { maxAbs } from '../../math/vectors.ts';
import { openScope } from '../../math/kernels.ts';
import type { Iterate } from '../../problem/solution.ts';
import type { SolverSettings } from '../../problem/solver.ts';
import { EpigraphInteriorPoint, type EpigraphProgress, type PointCopy } from './epigraph-interior-point.ts';
import type { Floats } from './epigraph-program.ts';
import type { Phase, Standing, TailModel, Written } from './tail-model.ts';
import { remember, type Reached } from './outcome.ts';
import { vertexAt } from './vertex.ts';

/** Relative residuals and gap of a round that is meant to show what matters, and of one that is meant to be the last. */
const coarse = 1e-3;
const fine = 1e-8;
/** Where that was not enough. */
export const finest = 1e-11;
const stepsMax = 60;
/** A point this good is kept, and no better one looked for once it has grown worse by so much. */
const spoiledFrom = 1e-5;
const spoiled = 1e2;
/** Rounds in which scenarios may also leave. */
const reshaping = 4;
/** Assets enter when they gain this share of the largest slope. */
const eagerShare = 1e-9;
const enteringMin = 20;

export type RoundsEnding =
  /** `lack` is the objective of the last program: of the feasibility phase, what restrictions lack. */
  | { readonly kind: 'settled'; readonly standing: Standing; readonly interior: Standing; readonly lack: number }
  | { readonly kind: 'limit' }
  /** The program in play has no optimum that the interior point finds. */
  | { readonly kind: 'stuck'; readonly progress: EpigraphProgress };

export function* rounds(
  model: TailModel,
  phase: Phase,
  settings: SolverSettings,
  checkpoint: Checkpoint,
  reached: Reached,
  end = fine,
): Generator<Iterate, RoundsEnding, void> {
  let aim = end === fine ? coarse : end;
  let before: Standing | undefined;
  for (let round = 0; ; round++) {
    if (reached.iteration >= settings.iterationsMax) return { kind: 'limit' };
    const scope = openScope();
    const floats = (length: number): Float64Array => scope.floats(length);
    try {
      const written = model.write(phase, floats, before);
      const point = new EpigraphInteriorPoint(written.program, written.start, floats, checkpoint);
      const progress = descend(point, aim, checkpoint);
      reached.iteration++;
      yield { iteration: reached.iteration, ...progress };
      checkpoint(Infinity);
      if (Math.max(progress.primal, progress.dual, progress.gap) > Math.max(aim, 1e-6))
        return { kind: 'stuck', progress };
      checkpoint(model.scenarioWork);
      const interior = standingAt(model, written, point);
      const last = aim === end;
      const settled = last ? polished(model, written, point, interior, floats, checkpoint) : interior;
      if (phase === 'optimality') remember(reached, settled.weights);
      const entering = model.reviewMeasures(settled, round < reshaping);
      const tolerance = (last ? eagerShare : Math.max(eagerShare, 1e-2 * progress.dual)) * settled.slopes.scale;
      const room = Math.max(enteringMin, settled.written.columns.assets.length >> 2);
      const entered = model.assets.review(settled.slopes, tolerance, room);
      if (entering + entered === 0) {
        if (last) return { kind: 'settled', standing: settled, interior, lack: progress.objective };
        aim = end;
      } else if (round >= 2) aim = end;
      before = settled;
    } finally {
      scope.close();
    }
  }
}

/**
 * Steps down to the aim. Near a vertex rounding ends by spoiling what the steps before have reached: the best point so far is kept.
 */
function descend(point: EpigraphInteriorPoint, aim: number, checkpoint: Checkpoint): EpigraphProgress {
  let progress = point.progress();
  let best = progress;
  let kept: PointCopy | undefined;
  for (let step = 0; step < stepsMax; step++) {
    const worst = worstOf(progress);
    if (worst <= aim) return progress;
    if (worst < worstOf(best)) best = progress;
    if (worstOf(best) < spoiledFrom && worst > spoiled * worstOf(best)) break;
    if (worst < spoiledFrom && best === progress) kept = point.copy();
    checkpoint(1e5);
    if (!point.step()) break;
    progress = point.progress();
  }
  if (kept === undefined || worstOf(progress) <= worstOf(best)) return progress;
  point.restore(kept);
  return best;
}

function worstOf({ primal, dual, gap }: EpigraphProgress): number {
  return Math.max(primal, dual, gap);
}

function standingAt(model: TailModel, written: Written, point: EpigraphInteriorPoint): Standing {
  const rows = written.program.rows.length;
  const answer = {
    x: point.x,
    multipliers: point.pairs.multipliers,
    limitPrices: point.prices.slice(rows),
  };
  return model.standing(written, answer, point.prices.slice(0, rows));
}

/** The vertex that the interior point leads to, where there is one. */
function polished(
  model: TailModel,
  written: Written,
  point: EpigraphInteriorPoint,
  interior: Standing,
  floats: Floats,
  checkpoint: Checkpoint,
): Standing {
  const vertex = vertexAt(point, floats, checkpoint);
  if (vertex === undefined || maxAbs(vertex.x) === Infinity) return interior;
  const rows = written.program.rows.length;
  const answer = { x: vertex.x, multipliers: vertex.multipliers, limitPrices: vertex.prices.slice(rows) };
  return model.standing(written, answer, vertex.prices.slice(0, rows));
}
