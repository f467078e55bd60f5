import { expect } from 'chai';
import { BorderedMatrix } from '../../../src/solvers/tails/bordered-matrix.ts';
import { Random } from '../../support/problems.ts';

const floats = (length: number): Float64Array => new Float64Array(length);

/** N = A A' + I / 10, B random, E = 0 or small. */
function systemOf(random: Random, size: number, count: number): BorderedMatrix {
  const system = new BorderedMatrix(size, count, floats);
  const a = random.vector(size * size, () => random.normal());
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      let total = i === k ? 0.1 : 0;
      for (let j = 0; j < size; j++) total += a[i * size + j]! * a[k * size + j]!;
      system.matrix[i * size + k] = total;
    }
  system.borders.set(random.vector(count * size, () => random.normal()));
  system.border.set(random.vector(count, () => (random.chance(0.5) ? 0 : 0.01)));
  return system;
}

describe('a bordered matrix', () => {
  it('is solved exactly, whatever its shape', () => {
    const random = new Random(5);
    for (const [size, count] of [
      [1, 0],
      [4, 1],
      [30, 12],
      [130, 101],
    ] as const) {
      const system = systemOf(random, size, count);
      expect(system.factorize(() => undefined)).to.equal(true);
      const [f, g] = [random.vector(size, () => random.normal()), random.vector(count, () => random.normal())];
      const [x, v] = [Float64Array.from(f), Float64Array.from(g)];
      system.solve(x, v, 2);
      const { matrix, borders, border } = system;
      for (let i = 0; i < size; i++) {
        let total = 0;
        for (let k = 0; k < size; k++) total += matrix[i * size + k]! * x[k]!;
        for (let r = 0; r < count; r++) total += borders[r * size + i]! * v[r]!;
        expect(total).to.be.closeTo(f[i]!, 1e-9);
      }
      for (let r = 0; r < count; r++) {
        let total = -border[r]! * v[r]!;
        for (let k = 0; k < size; k++) total += borders[r * size + k]! * x[k]!;
        expect(total).to.be.closeTo(g[r]!, 1e-9);
      }
    }
  });

  it('with many borders tells of all its work, never much at once, so that it can be given up in the middle', () => {
    const [size, count] = [60, 700];
    const told: number[] = [];
    systemOf(new Random(6), size, count).factorize((work) => told.push(work));
    const schur = (count * count * size) / 2 + count ** 3 / 6;
    expect(told.reduce((sum, work) => sum + work, 0)).to.be.at.least(schur);
    expect(Math.max(...told)).to.be.below(schur / 4);
    expect(() =>
      systemOf(new Random(6), size, count).factorize(() => {
        throw new RangeError('enough');
      }),
    ).to.throw(RangeError);
  });
});
