/** The canonical frontier that timings speak of. */
import type { Problem } from '../../src/problem/problem.ts';
import { denseCase, problemOf } from './problems.ts';

export interface Tradeoff {
  readonly problem: Problem;
  /** (n) what is to be great. */
  readonly direction: Float64Array;
}

/** Case c225: least variance against return over 225 assets, long-only, fully invested; no linear term of its own. */
export function frontierCase(n = 225): Tradeoff {
  const { quadratics, linear } = denseCase(n);
  const [{ operator }] = quadratics as [(typeof quadratics)[number]];
  return { problem: problemOf(n, { quadratics: [{ scale: 1, operator }] }, { upper: 1 }), direction: linear };
}
