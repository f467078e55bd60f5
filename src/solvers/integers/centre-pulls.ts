/** The quadratic terms around the origin: 1/2 (w - c)'Q (w - c) = 1/2 w'Q w - (Q c)'w + 1/2 c'Q c. */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { atomOf, leavesOf } from '../atoms.ts';
import type { Problem } from '../../problem/problem.ts';

export function centrePulls(
  { universe, quadratics }: Pick<Problem, 'quadratics' | 'universe'>,
  checkpoint: Checkpoint,
): { readonly linear: Float64Array; readonly constant: number } {
  const n = universe.assets.length;
  const linear = new Float64Array(n);
  let constant = 0;
  for (const { scale, operator, centre } of quadratics) {
    if (centre === undefined) continue;
    for (const leaf of leavesOf(operator)) {
      const product = new Float64Array(n);
      checkpoint(n * n);
      if (leaf.kind === 'dense') {
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++) product[i] = product[i]! + leaf.entries[i * n + j]! * centre[j]!;
      } else {
        const { diagonal, columns, rank } = atomOf(leaf, checkpoint);
        for (let k = 0; k < rank; k++) {
          let held = 0;
          for (let i = 0; i < n; i++) held += columns![i * rank + k]! * centre[i]!;
          for (let i = 0; i < n; i++) product[i] = product[i]! + held * columns![i * rank + k]!;
        }
        for (let i = 0; i < n; i++) product[i] = product[i]! + diagonal![i]! * centre[i]!;
      }
      for (let i = 0; i < n; i++) {
        linear[i] = linear[i]! - scale * product[i]!;
        constant += 0.5 * scale * product[i]! * centre[i]!;
      }
    }
  }
  return { linear, constant };
}
