/** Prices of lengths, as convex solvers give them, as prices of half their squares, as the search takes them. */
import { formAt } from '../../problem/certificate-operator.ts';
import type { Problem } from '../../problem/problem.ts';
import type { InfeasibilityProof } from '../../problem/solution.ts';
import type { DualPoint } from './dual-point.ts';

/** Of an optimum: where a length has a price it is a price of its square, divided by it. */
export function withSquares({ norms }: Problem, point: DualPoint): DualPoint {
  const prices = norms.map(({ operator, centre }, k) => {
    const price = point.norms[k]!;
    if (!(price > 0)) return 0;
    const length = Math.sqrt(Math.max(formAt(operator, centre, point.weights).square, 0));
    return length > 0 ? price / length : 0;
  });
  return { ...point, norms: Float64Array.from(prices) };
}

/**
 * Of a contradiction: (Q d)'(w - c) <= |L'd| t for its direction d is what the square says at the price |L'd| / t, made linear where d meets
 * the limit.
 */
export function withDirections(
  { norms }: Problem,
  point: DualPoint,
  { directions }: Pick<InfeasibilityProof, 'directions'>,
): DualPoint {
  const prices = new Float64Array(norms.length);
  const normWeights = norms.map(({ operator, centre, bound }, k) => {
    const direction = directions[k];
    const length = direction === undefined ? 0 : Math.sqrt(Math.max(formAt(operator, undefined, direction).square, 0));
    if (direction === undefined || !(length > 0 && bound > 0)) return point.weights;
    prices[k] = length / bound;
    return direction.map((value, i) => (centre?.[i] ?? 0) + (value * bound) / length);
  });
  return { ...point, norms: prices, normWeights };
}
