/** An independent check of a least relative entropy: the KKT conditions and the gap, from the definition, in the units of the rows. */
import type { EntropyProgram } from './entropy-program.ts';

export interface EntropyCertificate {
  readonly passed: boolean;
  /** Largest violation of a row, relative to the largest coefficient of the row or 1e-12; and of the sum of probabilities. */
  readonly primal: number;
  /** Spread over the scenarios of ln(x_s / p_s) - sum_i y_i a_is, which is the same for all at the optimum. */
  readonly stationarity: number;
  /** Primal less dual value, in nats. */
  readonly gap: number;
}

export const entropyTolerance = 1e-7;

/**
 * @param x (S) probabilities.
 * @param y (k) multipliers: >= 0 for `at-least`, <= 0 for `at-most`.
 */
export function certifyEntropy({ prior, rows }: EntropyProgram, x: Float64Array, y: Float64Array): EntropyCertificate {
  const total = x.reduce((sum, each) => sum + each, 0);
  let primal = Math.abs(total - 1);
  let signs = true;
  let bound = 0;
  const exponents = new Float64Array(x.length);
  for (const [i, { coefficients, relation, value }] of rows.entries()) {
    let reached = 0;
    let size = 1e-12;
    for (let s = 0; s < x.length; s += 1) {
      reached += x[s]! * coefficients[s]!;
      size = Math.max(size, Math.abs(coefficients[s]!));
      exponents[s] = exponents[s]! + y[i]! * coefficients[s]!;
    }
    const short = relation === 'at-most' ? 0 : value - reached;
    const over = relation === 'at-least' ? 0 : reached - value;
    primal = Math.max(primal, short / size, over / size);
    if ((relation === 'at-least' && y[i]! < 0) || (relation === 'at-most' && y[i]! > 0)) signs = false;
    bound += y[i]! * value;
  }
  let entropy = 0;
  let [least, most] = [Infinity, -Infinity];
  const highest = exponents.reduce((top, each) => Math.max(top, each), -Infinity);
  let partition = 0;
  for (let s = 0; s < x.length; s += 1) {
    const distance = Math.log(x[s]!) - Math.log(prior[s]!);
    entropy += x[s]! * distance;
    partition += prior[s]! * Math.exp(exponents[s]! - highest);
    // Where the probability is nothing to speak of, so is its logarithm.
    if (x[s]! < 1e-250) continue;
    least = Math.min(least, distance - exponents[s]!);
    most = Math.max(most, distance - exponents[s]!);
  }
  const gap = entropy - (bound - highest - Math.log(partition));
  const stationarity = most - least;
  const sound = x.every((each) => each > 0) && signs;
  const figures = [primal, stationarity, Math.abs(gap)];
  return { passed: sound && figures.every((figure) => figure <= entropyTolerance), primal, stationarity, gap };
}
