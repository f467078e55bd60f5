import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';

import { problemOf } from '../support/problems.ts';
import type { Tradeoff } from '../support/frontier-case.ts';
import { curveOf, expectOptimal } from '../support/frontiers.ts';

/** The layout, the source and the licence of the files are told in `cases/orlib-frontiers.json`. */
interface OrLibraryCase extends Tradeoff {
  readonly frontier: readonly { readonly mean: number; readonly variance: number }[];
}

const pointCount = 2000;

function integersOf(name: string): Int32Array {
  const bytes = gunzipSync(readFileSync(new URL(`./cases/${name}.bin.gz`, import.meta.url)));
  const count = bytes.length / 4;
  return Int32Array.from(
    { length: count },
    (_, k) => bytes[k]! | (bytes[count + k]! << 8) | (bytes[2 * count + k]! << 16) | (bytes[3 * count + k]! << 24),
  );
}

function read(name: string): OrLibraryCase {
  const integers = integersOf(name);
  const n = integers[0]!;
  let next = 1;
  const take = (count: number, unit: number): Float64Array =>
    Float64Array.from(integers.subarray(next, (next += count)), (value) => value * unit);
  const direction = take(n, 1e-6);
  const deviations = take(n, 1e-6);
  const correlations = take((n * (n - 1)) / 2, 1e-6);
  const running = (): Float64Array => {
    let total = 0;
    return Float64Array.from(integers.subarray(next, (next += pointCount)), (step) => (total += step) * 1e-10);
  };
  const means = running();
  const variances = running();
  const entries = new Float64Array(n * n);
  let pair = 0;
  for (let i = 0; i < n; i++) {
    entries[i * n + i] = deviations[i]! * deviations[i]!;
    for (let j = 0; j < i; j++)
      entries[i * n + j] = entries[j * n + i] = correlations[pair++]! * deviations[i]! * deviations[j]!;
  }
  const quadratics = [{ scale: 1, operator: { kind: 'dense', size: n, entries } as const }];
  const frontier = Array.from(means, (mean, k) => ({ mean, variance: variances[k]! }));
  return { problem: problemOf(n, { quadratics }), direction, frontier };
}

describe('the critical line on the frontiers of the OR-Library', () => {
  for (const [name, assets] of [
    ['orlib-port1', 31],
    ['orlib-port3', 89],
    ['orlib-port5', 225],
  ] as const) {
    it(`${name}: reaches the printed variance at each of 2,000 returns`, () => {
      const tradeoff = read(name);
      expect(tradeoff.direction.length).to.equal(assets);
      expect(tradeoff.frontier.length).to.equal(pointCount);
      const curve = curveOf(tradeoff);
      let worst = 0;
      for (const [k, { mean, variance }] of tradeoff.frontier.entries()) {
        const point = curve.atValue(mean);
        // Every tenth is certified; the corners all are.
        if (k % 10 === 0) expectOptimal(tradeoff, point, 1e-9);
        worst = Math.max(worst, Math.abs(2 * point.objective - variance) / variance);
      }
      expect(worst).to.be.below(1e-6);
    });
  }
});
