import { expect } from 'chai';

import { signedMinimum } from '../../../src/estimation/signed-quadratic.ts';
import type { Sign } from '../../../src/estimation/signed-quadratic.ts';
import { RandomStream } from '../../../src/math/random.ts';

describe('a quadratic program whose variables have signs', () => {
  it('is solved to its optimality conditions, from any start, also when it is badly conditioned', () => {
    const random = new RandomStream(9);
    for (let round = 0; round < 200; round += 1) {
      const k = 1 + random.below(12);
      const rank = 1 + random.below(k);
      const h = new Float64Array(k * k);
      for (let r = 0; r < rank; r += 1) {
        const row = Float64Array.from({ length: k }, () => random.normal());
        for (let i = 0; i < k; i += 1) for (let j = 0; j < k; j += 1) h[i * k + j] = h[i * k + j]! + row[i]! * row[j]!;
      }
      for (let i = 0; i < k; i += 1) h[i * k + i] = h[i * k + i]! + 1e-4;
      const c = Float64Array.from({ length: k }, () => random.normal());
      const signs = Array.from({ length: k }, () => (random.below(3) - 1) as Sign);
      const free = signs.map(() => random.below(2) === 0);
      const z = signedMinimum(h, c, signs, free);
      if (z === undefined) throw new Error('it has a solution');
      for (const [i, sign] of signs.entries()) {
        const slope = z.reduce((sum, each, j) => sum + h[i * k + j]! * each, c[i]!);
        const rounding = 1e-9 * (1 + Math.abs(z[i]!));
        expect(sign * z[i]!).to.be.at.least(0);
        if (z[i] !== 0 || sign === 0) expect(slope).to.be.closeTo(0, 1e-7);
        else expect(sign * slope).to.be.at.least(-rounding);
      }
    }
  });

  it('is given up where it has no least value', () => {
    expect(signedMinimum(Float64Array.of(-1), Float64Array.of(1), [0], [true])).to.equal(undefined);
    expect(signedMinimum(Float64Array.of(NaN), Float64Array.of(1), [0], [true])).to.equal(undefined);
  });
});
