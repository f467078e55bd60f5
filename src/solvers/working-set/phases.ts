/** The phases of a working-set solve: a guess, rounds that change many assets at once, and single pivots when those do not settle. */
import type { Checkpoint } from '../../math/checkpoint.ts';
import type { Scope } from '../../math/kernels.ts';
import type { Iterate } from '../../problem/solution.ts';
import type { SolverSettings, Warm } from '../../problem/solver.ts';
import type { WorkingSetModel } from './model.ts';
import { Pivots } from './pivots.ts';
import { round } from './rounds.ts';
import { Search } from './search.ts';
import { earlierStart, startOf } from './start.ts';

/** How a phase ends: `stuck` without a verdict, `outside` with rows that it cannot meet. */
export type Ending = 'settled' | 'limit' | 'stuck' | 'singular' | 'outside';

/** How far a solve has come: what an interruption finds to return. */
export interface Reached {
  iteration: number;
  /** Meets the bounds, and the rows more or less; stands in while the search is outside. */
  start?: Float64Array;
  search?: Search;
}

/** Assets that begin free, at most, when there is no centre to say where the support lies. */
const firstFree = 100;
/** Rounds in a row after which more want to enter than at best before, or in which rows turn. */
const patience = 6;
/** Single pivots that count as one iteration. */
const pivotsPerIteration = 25;
const ownIterationsMax = 100;
/** Rows off by this many of their tolerances are met along with the first step. */
const mendable = 1e4;
/** What missing the rows costs, relative to the slopes of the problem, tried one after the other. */
const elasticPrices = [1e2, 1e5, 1e8];

/** From an earlier answer when one fits, else from a guess. */
export function begin(
  scope: Scope,
  model: WorkingSetModel,
  warm: Warm | undefined,
  checkpoint: Checkpoint,
  reached: Reached,
): Search {
  const earlier = earlierStart(model, warm);
  const { w, prices } = earlier ?? startOf(model);
  reached.start = Float64Array.from(w);
  if (!model.centred && earlier === undefined) holdShallow(model, w);
  checkpoint(Infinity);
  const search = new Search(scope, model, w, checkpoint);
  model.rows.forEach((_, r) => {
    if (!search.isEquality(r)) search.rowSides[r] = Math.sign(prices[r]!);
  });
  return search;
}

/** Of all that lie between their bounds only the deepest begin free. */
function holdShallow({ lower, upper, n }: WorkingSetModel, w: Float64Array): void {
  const depth = (i: number): number => Math.min(w[i]! - lower[i]!, upper[i]! - w[i]!);
  const inside: number[] = [];
  for (let i = 0; i < n; i++) if (depth(i) > 0 && depth(i) < Infinity) inside.push(i);
  inside.sort((a, b) => depth(b) - depth(a) || a - b);
  for (const i of inside.slice(firstFree)) w[i] = w[i]! - lower[i]! <= upper[i]! - w[i]! ? lower[i]! : upper[i]!;
}

/** Rounds until nothing changes. `stuck` leaves the search wherever it was. */
export function* rounds(search: Search, settings: SolverSettings, reached: Reached): Generator<Iterate, Ending, void> {
  if (!search.factor.refresh(freeOf(search))) return 'singular';
  let fewest = Infinity;
  let idle = 0;
  while (idle <= patience) {
    const spent = spentAt(settings, reached);
    if (spent !== undefined) return spent;
    const outcome = round(search);
    reached.iteration++;
    if (outcome.kind === 'stuck') return 'stuck';
    if (outcome.kind === 'settled') return 'settled';
    yield iterateOf(reached, search, outcome.primal, outcome.dual);
    search.checkpoint(Infinity);
    const { wanting, turned = 0 } = outcome;
    // Assets that leave do so for good until others enter, so that only rows can turn to and fro.
    if (turned > 0 || (wanting !== undefined && wanting >= fewest)) idle++;
    else if (wanting !== undefined) idle = 0;
    fewest = Math.min(fewest, wanting ?? Infinity);
  }
  return 'stuck';
}

/** Single pivots until nothing pulls, from the present weights brought within their bounds. */
export function* pivots(search: Search, settings: SolverSettings, reached: Reached): Generator<Iterate, Ending, void> {
  const { model } = search;
  const { n } = model;
  bringInside(search);
  const elastic = meetRows(search);
  search.restart();
  if (!search.factor.refresh(freeOf(search))) return 'singular';
  const steps = new Pivots(search);
  for (const price of elastic ? elasticPrices : [0]) {
    const before = model.linear[n]!;
    model.linear[n] = -price * model.slopeScale;
    search.cheapen(model.linear[n] - before);
    const ending = yield* pivotToEnd(search, steps, settings, reached);
    if (ending !== 'settled') return ending;
    if (search.sides[n] === -1) break;
  }
  if (search.sides[n] !== -1) return 'outside';
  model.upper[n] = 0;
  return 'settled';
}

function* pivotToEnd(
  search: Search,
  steps: Pivots,
  settings: SolverSettings,
  reached: Reached,
): Generator<Iterate, Ending, void> {
  for (;;) {
    const spent = spentAt(settings, reached);
    if (spent !== undefined) return spent;
    reached.iteration++;
    for (let k = 0; k < pivotsPerIteration; k++) {
      const outcome = steps.next();
      if (outcome.kind !== 'going') return outcome.kind;
    }
    yield iterateOf(reached, search, search.w[search.model.n]!, Infinity);
    search.checkpoint(Infinity);
  }
}

/** The caller's limit, or its own, which leaves iterations to the solver that takes over. */
function spentAt({ iterationsMax }: SolverSettings, { iteration }: Reached): Ending | undefined {
  if (iteration >= iterationsMax) return 'limit';
  return iteration >= ownIterationsMax ? 'stuck' : undefined;
}

function freeOf({ sides }: Search): number[] {
  return Array.from(sides.keys()).filter((i) => sides[i] === 0);
}

function bringInside({ model, w, sides }: Search): void {
  for (let i = 0; i < w.length; i++) {
    if (w[i]! <= model.lower[i]!) [w[i], sides[i]] = [model.lower[i]!, -1];
    else if (w[i]! >= model.upper[i]!) [w[i], sides[i]] = [model.upper[i]!, 1];
    else sides[i] = 0;
  }
}

/** Lets the elastic carry what the rows lack. @returns false when they lack no more than the pivots mend by themselves. */
function meetRows(search: Search): boolean {
  const { model, w, sides, rowSides } = search;
  const { n } = model;
  w[n] = 0;
  let size = 0;
  const lacks = model.rows.map((row, r) => {
    row.coefficients[n] = 0;
    const held = search.held(r);
    const lack = Math.min(Math.max(held, row.lower), row.upper) - held;
    if (!search.isEquality(r)) {
      const side = rowSides[r]! < 0 ? row.lower : row.upper;
      if (!(Math.abs(side - held - lack) <= row.tolerance)) rowSides[r] = 0;
    }
    if (Math.abs(lack) <= mendable * row.tolerance) return 0;
    size = Math.max(size, Math.abs(lack) / row.size);
    return lack;
  });
  if (size > 0) for (const [r, row] of model.rows.entries()) row.coefficients[n] = lacks[r]! / size;
  model.upper[n] = size > 0 ? Infinity : 0;
  w[n] = size;
  sides[n] = size > 0 ? 0 : -1;
  return size > 0;
}

export function iterateOf({ iteration }: Reached, search: Search, primal: number, dual: number): Iterate {
  return { iteration, objective: search.objective, primal, dual: dual / search.model.slopeScale, gap: Infinity };
}
