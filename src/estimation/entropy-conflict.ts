/** Views that no probabilities can fulfil, named: a set of them of which none can be left out. */
import type { Checkpoint } from '../math/checkpoint.ts';
import type { Violation } from '../values/fault.ts';
import type { PlacedView } from './entropy-rows.ts';
import { sequential } from './entropy-stages.ts';
import type { Missed } from './entropy-stages.ts';
import type { ScenarioView } from './scenario-views.ts';

/**
 * One violation for each member of an irreducible set: its views cannot hold together, and without any one of them the others can. Found by
 * leaving out one view after the other from those that the proof speaks of.
 */
export function conflictOf(
  prior: Float64Array,
  views: readonly PlacedView[],
  periodsPerYear: number,
  found: Missed,
  checkpoint?: Checkpoint,
): Violation[] {
  let reason = found;
  let members = views;
  const shrink = (candidates: readonly PlacedView[]): boolean => {
    const outcome = sequential(prior, candidates, periodsPerYear, checkpoint);
    if (outcome.kind === 'reached') return false;
    [reason, members] = [outcome, candidates];
    return true;
  };
  shrink(views.filter(({ index }) => found.involved.has(index)));
  for (const dropped of members) shrink(members.filter(({ index }) => index !== dropped.index));
  const named = members.map(({ index }) => `[${String(index)}]`);
  return members.map((placed) => {
    const field = `[${String(placed.index)}]`;
    const others = named.filter((each) => each !== field);
    const together =
      others.length === 0
        ? ''
        : ` together with the views ${others.join(', ')}; any one of them left out resolves this`;
    return {
      field,
      description: `${claimOf(reason, members, prior.length)} ${stated(placed.view)}${together}${rangeOf(placed, others, periodsPerYear)}`,
    };
  });
}

const linear: ReadonlySet<string> = new Set(['mean', 'quantile']);

/** What is pinned or searched for beside the other measures is chosen, so that a proof covers the choice only. */
function claimOf({ isProven }: Missed, members: readonly PlacedView[], count: number): string {
  const these = `these ${String(count)} scenarios`;
  if (!isProven) return `only the very edge of what ${these} span gives`;
  const isWhole = members.every(({ view }) => linear.has(view.measure));
  return isWhole ? `no probabilities of ${these} give` : `no probabilities of ${these} were found that give`;
}

const relations = { equal: 'of', 'at-least': 'of at least', 'at-most': 'of at most' } as const;

function stated({ legs, measure, relation, value, level }: ScenarioView): string {
  const signed = legs.map(({ assetId, coefficient }) =>
    coefficient === 1 ? assetId : `${String(coefficient)} ${assetId}`,
  );
  const of = signed.join(measure === 'correlation' ? ' and ' : ' + ');
  const at = level === undefined ? '' : ` at level ${String(level)}`;
  return `a ${measure}${at} ${relations[relation]} ${String(value)} for ${of}`;
}

/** A mean that is out of reach by itself comes with what is in reach. */
function rangeOf({ view, outcomes }: PlacedView, others: readonly string[], periodsPerYear: number): string {
  if (view.measure !== 'mean' || others.length > 0) return '';
  const [least, most] = outcomes.own.reduce(([low, high], each) => [Math.min(low, each), Math.max(high, each)], [
    Infinity,
    -Infinity,
  ] as [number, number]);
  const text = (value: number): string => Number((value * periodsPerYear).toPrecision(6)).toString();
  return `; means from ${text(least)} to ${text(most)} are in reach`;
}
