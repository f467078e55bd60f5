/** The cones of norm limits while the conic form is put together. */
import type { Checkpoint } from '../math/checkpoint.ts';
import { maxAbs } from '../math/vectors.ts';
import type { Problem } from '../problem/problem.ts';
import type { Atom, AtomList } from './atoms.ts';
import { addRootTransposed, diagonalOf, rankOf, rootPieces } from './atoms.ts';
import { noExcess, type ConeBlock } from './conic-form.ts';
import type { Presolved } from './presolve.ts';

/** A cone that has no place yet, with its part of b. */
export type PendingCone = Omit<ConeBlock, 'start' | 'dimension'> & { readonly part: Float64Array };

/** One per norm limit that presolve has not taken over; as if all were hard. */
export function conesOf(
  { norms }: Problem,
  presolved: Presolved,
  list: AtomList,
  origin: Float64Array,
  checkpoint: Checkpoint,
): readonly PendingCone[] {
  const n = origin.length;
  return norms.flatMap(({ operator, bound, centre }, norm) => {
    if (presolved.normsTaken.has(norm) || bound === Infinity) return [];
    const atoms = list.add(operator);
    const used = atoms.map((a) => list.atoms[a]!);
    const scale = Math.sqrt(maxAbs(totalDiagonal(used, n)));
    if (scale === 0) return [];
    const pieces = used.flatMap((atom) => rootPieces(atom, n, checkpoint));
    const part = new Float64Array(1 + rankOf(pieces));
    part[0] = bound / scale;
    const distance = origin.map((value, i) => value - (centre?.[i] ?? 0));
    addRootTransposed(pieces, 1 / scale, distance, part, 1);
    return [{ norm, centre, pieces, atoms, scale, part, excess: noExcess }];
  });
}

function totalDiagonal(atoms: readonly Atom[], n: number): Float64Array {
  const total = new Float64Array(n);
  for (const atom of atoms) diagonalOf(atom, n).forEach((value, i) => (total[i] = total[i]! + value));
  return total;
}
