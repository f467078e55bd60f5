/** Views on expected returns, as an investor states them, and their admission. */
import { positionsById } from '../problem/universe.ts';
import type { Universe } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';

/** One asset of a view: coefficient 1 for an absolute view, coefficients that sum to 0 for a relative one. */
export interface ViewLeg {
  readonly assetId: string;
  readonly coefficient: number;
}

/**
 * How far a view is trusted:
 * - `confidence` C in [0, 1], Idzorek: variance (1 - C) / C * tau p' Sigma p. 0 leaves the prior as it is, 1 makes the view hold exactly.
 * - `proportional`, He and Litterman: variance tau p' Sigma p, the same as confidence 0.5.
 * - `variance`: the variance of the view's error, annual, >= 0.
 */
export type Trust =
  | { readonly kind: 'confidence'; readonly confidence: number }
  | { readonly kind: 'proportional' }
  | { readonly kind: 'variance'; readonly variance: number };

export interface View {
  readonly legs: readonly ViewLeg[];
  /** Expected annual arithmetic return of the combination, in the same terms as the prior (total or excess). */
  readonly expectedReturn: number;
  readonly trust: Trust;
}

export const viewsMax = 100;

/** Every problem of the views, by field path below the list: `[0].legs[1].assetId`. */
export function admitViews(views: readonly View[], universe: Universe): Violation[] {
  return admitEach(views, universe, admitView);
}

/** Of any kind of views. */
export function admitEach<Stated>(
  views: readonly Stated[],
  universe: Universe,
  admit: (view: Stated, field: string, positions: ReadonlyMap<string, number>) => readonly Violation[],
): Violation[] {
  const positions = positionsById(universe);
  const violations = views.flatMap((view, index) => admit(view, `[${String(index)}]`, positions));
  if (views.length > viewsMax) {
    violations.push({
      field: '',
      description: `holds ${String(views.length)} views; at most ${String(viewsMax)} are taken`,
    });
  }
  return violations;
}

export function admitLegs(
  legs: readonly ViewLeg[],
  field: string,
  positions: ReadonlyMap<string, number>,
): Violation[] {
  const violations: Violation[] = [];
  if (legs.length === 0) violations.push({ field, description: 'must name at least one asset' });
  const seen = new Set<string>();
  for (const [index, { assetId, coefficient }] of legs.entries()) {
    const add = (path: string, description: string): void =>
      void violations.push({ field: `${field}[${String(index)}].${path}`, description });
    if (!positions.has(assetId)) add('assetId', `no asset of the universe has id ${JSON.stringify(assetId)}`);
    if (seen.has(assetId)) add('assetId', `names ${JSON.stringify(assetId)} twice`);
    seen.add(assetId);
    const sound = Math.abs(coefficient) <= 10 && coefficient !== 0;
    if (!sound) add('coefficient', `must be a number from -10 to 10 other than 0; got ${String(coefficient)}`);
  }
  return violations;
}

function admitView(view: View, field: string, positions: ReadonlyMap<string, number>): Violation[] {
  const violations = admitLegs(view.legs, `${field}.legs`, positions);
  const add = (path: string, description: string): void =>
    void violations.push({ field: `${field}.${path}`, description });
  const { expectedReturn, trust } = view;
  if (!(expectedReturn >= -1 && expectedReturn <= 10)) {
    add(
      'expectedReturn',
      `must be an annual return as a fraction from -1 to 10, 0.08 for 8 %; got ${String(expectedReturn)}`,
    );
  }
  if (trust.kind === 'confidence' && !(trust.confidence >= 0 && trust.confidence <= 1)) {
    add('confidence', `must be from 0 (none) to 1 (certain); got ${String(trust.confidence)}`);
  }
  if (trust.kind === 'variance' && !(trust.variance >= 0 && trust.variance < Infinity)) {
    add('variance', `must be a number that is not negative; got ${String(trust.variance)}`);
  }
  return violations;
}

/** (n) p: the coefficients of a view in the order of the universe. */
export function portfolioOf(view: View, positions: ReadonlyMap<string, number>): Float64Array {
  const p = new Float64Array(positions.size);
  for (const { assetId, coefficient } of view.legs) p[positions.get(assetId)!] = coefficient;
  return p;
}
