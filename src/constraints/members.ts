/** The assets that a constraint speaks of when it may speak of a part of the universe: `of`, or every asset. */
import type { Situation } from '../problem/situation.ts';
import type { Universe } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { admitSelection, positionsOf, selectionSchema, selectionText } from './selection.ts';
import type { Selection } from './selection.ts';

export const membersSchema: JsonSchema<Selection> = {
  ...selectionSchema('Among', false),
  description: 'The assets meant: the union of everything named; every asset when missing.',
};

export function membersOf(of: Selection | undefined, universe: Universe): readonly number[] {
  return of === undefined ? [...universe.assets.keys()] : positionsOf(of, universe);
}

export function admitMembers(of: Selection | undefined, situation: Situation): readonly Violation[] {
  if (of === undefined) return [];
  return admitSelection(of, situation).map((violation) => ({
    ...violation,
    field: violation.field === '' ? 'of' : `of.${violation.field}`,
  }));
}

/** ` among Energy, XOM`, or nothing for every asset. */
export function membersText(of: Selection | undefined): string {
  return of === undefined ? '' : ` among ${selectionText(of)}`;
}
