/** One entropy program after the other, each with the rows of the ones before: what a group of views rests on is pinned where those put it. */
import type { Checkpoint } from '../math/checkpoint.ts';
import { certifyEntropy } from './entropy-certificate.ts';
import { lossesOf, measured, valueAtRisk } from './entropy-measures.ts';
import { leastEntropy } from './entropy-program.ts';
import type { EntropyAnswer, EntropySearch } from './entropy-program.ts';
import { correlationRows, linearRows, tailRows, volatilityRows } from './entropy-rows.ts';
import type { PlacedView, ViewRow } from './entropy-rows.ts';

export interface Reached {
  readonly kind: 'reached';
  /** (S) */
  readonly probabilities: Float64Array;
  /** One per view of the whole list, by index: see `ScenarioViewOutcome`. */
  readonly multipliers: Float64Array;
}

/** No probabilities were found. */
export interface Missed {
  readonly kind: 'missed';
  /** Whether it is proven that there are none; else the views hold at the edge of the scenarios only. */
  readonly isProven: boolean;
  /** Indices of the views whose rows the proof uses. */
  readonly involved: ReadonlySet<number>;
}

/** Losses tried, about, as the value at risk of a CVaR before the search narrows down. */
const trialsMax = 16;
/** Difference of a measure from its stated value, relative to the larger of it and 0.01, that rounding explains. */
const statedTolerance = 1e-6;

/** @param views those that are trusted; a multiplier is given for every index up to the largest. */
export function sequential(
  prior: Float64Array,
  views: readonly PlacedView[],
  periodsPerYear: number,
  checkpoint?: Checkpoint,
): Reached | Missed {
  const looking = checkpoint === undefined ? {} : { checkpoint };
  const of = (measure: string): readonly PlacedView[] => views.filter(({ view }) => view.measure === measure);
  let rows = views.flatMap((placed) => linearRows(placed, periodsPerYear));
  for (const placed of of('cvar')) rows = [...rows, ...bestTail(prior, placed, rows, looking)];
  let answer = solved(prior, rows, looking);
  for (const [group, rowsUnder] of [
    [of('volatility'), (placed: PlacedView, x: Float64Array) => volatilityRows(placed, x, periodsPerYear)],
    [of('correlation'), correlationRows],
  ] as const) {
    if (group.length === 0 || answer.kind !== 'optimal') continue;
    const { probabilities } = answer;
    rows = [...rows, ...group.flatMap((placed) => rowsUnder(placed, probabilities))];
    answer = solved(prior, rows, looking);
  }
  if (answer.kind !== 'optimal') return missed(answer, rows);
  const { probabilities } = answer;
  if (!certifyEntropy({ prior, rows: rows.map(({ row }) => row) }, probabilities, answer.multipliers).passed)
    return missed({ kind: 'unsettled' }, rows);
  if (!views.every((placed) => holds(placed, probabilities, periodsPerYear)))
    return missed({ kind: 'unsettled' }, rows);
  const multipliers = new Float64Array(views.reduce((most, { index }) => Math.max(most, index + 1), 0));
  for (const [i, { index, slope }] of rows.entries())
    multipliers[index] = multipliers[index]! + slope * answer.multipliers[i]!;
  return { kind: 'reached', probabilities, multipliers };
}

function solved(prior: Float64Array, rows: readonly ViewRow[], search?: EntropySearch): EntropyAnswer {
  return leastEntropy({ prior, rows: rows.map(({ row }) => row) }, search);
}

function missed(answer: Exclude<EntropyAnswer, { kind: 'optimal' }>, rows: readonly ViewRow[]): Missed {
  const isProven = answer.kind === 'infeasible';
  const members = isProven ? rows.filter((_, i) => answer.multipliers[i] !== 0) : rows;
  return { kind: 'missed', isProven, involved: new Set(members.map(({ index }) => index)) };
}

/** Whether the view holds as it is defined. A value at risk moves in steps from scenario to scenario, and its rows have been checked. */
function holds({ view, outcomes }: PlacedView, x: Float64Array, periodsPerYear: number): boolean {
  if (view.measure === 'quantile') return true;
  const off = measured(view, outcomes, x, periodsPerYear) - view.value;
  const slack = statedTolerance * Math.max(0.01, Math.abs(view.value));
  return !(off > slack && view.relation !== 'at-least') && !(off < -slack && view.relation !== 'at-most');
}

/**
 * Rows of a CVaR view with the value at risk that costs the least relative entropy beside the rows before: the prior's own, some losses
 * spread over the scenarios up to the stated value, then halved intervals around the best of them.
 */
function bestTail(
  prior: Float64Array,
  placed: PlacedView,
  before: readonly ViewRow[],
  looking: EntropySearch,
): ViewRow[] {
  const { view, outcomes } = placed;
  const all = lossesOf(outcomes.own);
  const losses = [...new Set(all)].sort((a, b) => a - b);
  const own = valueAtRisk(all, prior, view.level!);
  let best = { entropy: Infinity, rows: tailRows(placed, own), at: losses.indexOf(own) };
  const tried = new Set<number>();
  // One trial begins where the best so far ended: they differ little.
  let start: Float64Array | undefined;
  const attempt = (at: number): void => {
    if (tried.has(at)) return;
    tried.add(at);
    const rows = tailRows(placed, losses[at]!);
    const answer = solved(prior, [...before, ...rows], {
      ...looking,
      most: best.entropy,
      ...(start === undefined ? {} : { start }),
    });
    if (answer.kind !== 'optimal') return;
    const entropy = answer.probabilities.reduce((sum, x, s) => sum + x * Math.log(x / prior[s]!), 0);
    if (entropy >= best.entropy) return;
    best = { entropy, rows, at };
    start = answer.multipliers;
  };
  attempt(best.at);
  // Beyond the stated value no loss can be the value at risk of a CVaR as small; at least the smallest is tried.
  const beyond = losses.findIndex((loss) => loss > view.value);
  const last = view.relation === 'at-least' || beyond < 0 ? losses.length - 1 : Math.max(0, beyond - 1);
  let step = Math.max(1, Math.ceil(last / trialsMax));
  for (let at = 0; at <= last; at += step) attempt(at);
  while (step > 1) {
    const from = best.at;
    step = Math.ceil(step / 2);
    for (const at of [from - step, from + step]) if (at >= 0 && at <= last) attempt(at);
  }
  return best.rows;
}
