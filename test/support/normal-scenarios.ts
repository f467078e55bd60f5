/** Normal returns of three assets with a given mean and covariance, in antithetic pairs, so that the sample mean is exact. */
import { Random } from './problems.ts';

/** @returns (count x 3) row-major; `count` even. */
export function normalScenarios(
  mean: readonly number[],
  covariance: readonly [readonly number[], readonly number[], readonly number[]],
  count: number,
): Float64Array {
  const random = new Random(2000);
  const [[a, b, c], [, d, e], [, , f]] = covariance;
  const l11 = Math.sqrt(a!);
  const [l21, l31] = [b! / l11, c! / l11];
  const l22 = Math.sqrt(d! - l21 ** 2);
  const l32 = (e! - l31 * l21) / l22;
  const l33 = Math.sqrt(f! - l31 ** 2 - l32 ** 2);
  const scenarios = new Float64Array(count * 3);
  for (let s = 0; s < count; s += 2) {
    const [x, y, z] = [random.normal(), random.normal(), random.normal()];
    const draw = [l11 * x, l21 * x + l22 * y, l31 * x + l32 * y + l33 * z];
    draw.forEach((value, i) => {
      scenarios[s * 3 + i] = mean[i]! + value;
      scenarios[(s + 1) * 3 + i] = mean[i]! - value;
    });
  }
  return scenarios;
}
