/** The logarithms of the objective for the independent check, from their definition: -sum_i b_i ln(w_i), w_i > 0 wherever b_i > 0. */
import type { Problem } from './problem.ts';
import type { CheckedTerm } from './certificate-extension.ts';

export function checkedLogarithms(problem: Problem, w: Float64Array): readonly CheckedTerm[] {
  const b = problem.logarithms;
  if (b === undefined) return [];
  let objective = 0;
  const slope = new Float64Array(w.length);
  const outside: CheckedTerm[] = [];
  for (let i = 0; i < w.length; i++) {
    if (b[i] === 0) continue;
    if (!(w[i]! > 0)) {
      outside.push(outsideAt(problem, i, w[i]!));
      continue;
    }
    objective -= b[i]! * Math.log(w[i]!);
    slope[i] = -b[i]! / w[i]!;
  }
  if (outside.length > 0) objective = Infinity;
  return [{ objective, slope, gap: 0, wrong: 0 }, ...outside];
}

/** A weight of which there is no logarithm breaks the definition whole, however near to zero it is. */
function outsideAt({ universe }: Problem, position: number, value: number): CheckedTerm {
  const text = `${universe.assets[position]!.id} above 0, where its logarithm is defined`;
  const origin = { constraint: 'strategy', name: 'logarithms', text, priority: 0 };
  const sides = { lower: 0, upper: Infinity };
  return {
    objective: 0,
    gap: 0,
    wrong: 0,
    figure: { kind: 'bound', origin, value, ...sides, slack: value, violation: 1, multiplier: 0 },
  };
}
