import { expect } from 'chai';

import { logarithm, normalQuantile, philox, RandomStream } from '../../../src/math/random.ts';

const hexadecimal = (words: readonly number[]): string =>
  words.map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('random numbers', () => {
  it('are those of Philox 4x32-10: known answers of Random123 1.14 (kat_vectors)', () => {
    const most = 0xffffffff;
    expect(hexadecimal(philox([0, 0, 0, 0], [0, 0]))).to.equal('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    expect(hexadecimal(philox([most, most, most, most], [most, most]))).to.equal('408f276d 41c83b0e a20bc7c6 6d5451fd');
    const digitsOfPi = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
    expect(hexadecimal(philox(digitsOfPi, [0xa4093822, 0x299f31d0]))).to.equal('d16cfe09 94fdcceb 5001e420 24126ea1');
  });

  it('repeat with their seed and differ with another seed or stream', () => {
    const drawn = (seed: number, stream?: number): number[] => {
      const random = new RandomStream(seed, stream);
      return Array.from({ length: 9 }, () => random.normal());
    };
    expect(drawn(7)).to.deep.equal(drawn(7));
    const streams = [drawn(7), drawn(8), drawn(7, 1), drawn(7 + 2 ** 32)].map((numbers) => numbers.join());
    expect(new Set(streams).size).to.equal(4);
  });

  it('are the same bits on every machine (regression)', () => {
    const random = new RandomStream(20_261_122);
    const drawn = [random.uniform(), random.normal(), random.chiSquared(4.5), random.below(1000)];
    expect(drawn).to.deep.equal([0.5798905694624619, 1.7923184199665299, 1.7184113080244707, 126]);
  });

  it('have the moments of their distributions', () => {
    const random = new RandomStream(3);
    const count = 40_000;
    const moments = (draw: () => number): [number, number] => {
      let [sum, squares] = [0, 0];
      for (let each = 0; each < count; each += 1) {
        const value = draw();
        sum += value;
        squares += value * value;
      }
      return [sum / count, squares / count - (sum / count) ** 2];
    };
    const expected: [() => number, number, number][] = [
      [() => random.uniform(), 1 / 2, 1 / 12],
      [() => random.normal(), 0, 1],
      [() => random.chiSquared(2), 2, 4],
      [() => random.chiSquared(5.5), 5.5, 11],
      [() => random.below(3), 1, 2 / 3],
    ];
    for (const [draw, mean, variance] of expected) {
      const [found, spread] = moments(draw);
      expect(Math.abs(found - mean)).to.be.lessThan(5 * Math.sqrt(variance / count));
      expect(spread).to.be.closeTo(variance, 0.08 * variance);
    }
  });
});

describe('the functions behind them', () => {
  it('give logarithms to the last digits', () => {
    for (const x of [1e-300, 1e-17, 0.3, 0.5, 0.9999999, 1, 1.5, 2, 12345.678, 1e300])
      expect(logarithm(x)).to.be.closeTo(Math.log(x), 4e-16 * Math.max(1, Math.abs(Math.log(x))));
  });

  it('give normal quantiles as Wichura (1988) prints them', () => {
    expect(normalQuantile(0.25)).to.be.closeTo(-0.6744897501960817, 1e-15);
    expect(normalQuantile(0.001)).to.be.closeTo(-3.090232306167814, 2e-15);
    expect(normalQuantile(1e-20)).to.be.closeTo(-9.262340089798409, 1e-14);
    expect(normalQuantile(0.75)).to.equal(-normalQuantile(0.25));
  });
});
