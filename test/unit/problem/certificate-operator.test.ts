import { expect } from 'chai';
import { largestDiagonal, productOf } from '../../../src/problem/certificate-operator.ts';
import type { SymmetricOperator } from '../../../src/problem/operator.ts';
import { Random, riskModel, sampleCovariance } from '../../support/problems.ts';

/** Entry (i, j), as the definitions read. */
function entryOf(operator: SymmetricOperator, i: number, j: number): number {
  switch (operator.kind) {
    case 'dense':
      return operator.entries[i * operator.size + j]!;
    case 'diagonal':
      return i === j ? operator.entries[i]! : 0;
    case 'factor': {
      const { factors: k, exposures, factorCovariance, specific } = operator;
      let total = i === j ? specific[i]! : 0;
      for (let a = 0; a < k; a++)
        for (let b = 0; b < k; b++)
          total += exposures[i * k + a]! * factorCovariance[a * k + b]! * exposures[j * k + b]!;
      return total;
    }
    case 'sum':
      return operator.terms.reduce((total, term) => total + entryOf(term, i, j), 0);
  }
}

function operatorsOf(n: number, k: number, random: Random): readonly SymmetricOperator[] {
  const model = riskModel(n, k, random).operator;
  const dense = { kind: 'dense', size: n, entries: sampleCovariance(model, 2 * n, random) } as const;
  const diagonal = { kind: 'diagonal', size: n, entries: random.vector(n, () => random.next()) } as const;
  return [model, dense, diagonal, { kind: 'sum', size: n, terms: [dense, model, diagonal] }];
}

describe('the products of the independent check', () => {
  const random = new Random(17);
  for (const [n, k] of [
    [1, 1],
    [3, 2],
    [8, 5],
    [17, 6],
    [30, 9],
  ] as const)
    // prettier-ignore
    it(`are those of the definitions for ${n} assets and ${k} factors, whatever is zero`, () => {
      for (const operator of operatorsOf(n, k, random)) {
        for (const share of [0, 0.3, 1]) {
          const x = random.vector(n, () => (random.chance(share) ? random.normal() : 0));
          const product = productOf(operator, x);
          for (let i = 0; i < n; i++) {
            const expected = x.reduce((total, value, j) => total + entryOf(operator, i, j) * value, 0);
            expect(product[i]).to.be.closeTo(expected, 1e-13);
          }
        }
        const diagonal = Array.from({ length: n }, (_, i) => entryOf(operator, i, i));
        expect(largestDiagonal(operator)).to.be.closeTo(Math.max(...diagonal), 1e-14);
      }
    });
});
