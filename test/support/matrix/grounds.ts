/** What holds in the matrix besides the constraint that is tried. */
import type { ConstraintDraft } from '../../../src/optimization/draft.ts';
import { constraintOf } from '../optimization.ts';

/** Weights of 0 to 50 %, everything invested; the same with at least 20 % invested; weights of -50 to 50 %. */
export type Ground = 'long-only' | 'with-cash' | 'long-short';

const within = (min: number, max: number): ConstraintDraft =>
  constraintOf('bounds', { all: { min, max } }, { constraintId: 'ground' });

export const grounds: Readonly<Record<Ground, readonly ConstraintDraft[]>> = {
  'long-only': [within(0, 0.5)],
  'with-cash': [within(0, 0.5), constraintOf('budget', { min: 0.2, max: 1 }, { constraintId: 'invested' })],
  'long-short': [within(-0.5, 0.5)],
};
