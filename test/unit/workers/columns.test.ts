import { expect } from 'chai';

import type { OptimizationAnswer } from '../../../src/optimization/answer.ts';
import { columnsOf, packedAnswer, rowsOf, unpackedAnswer } from '../../../src/workers/columns.ts';

/** As a thread receives them. */
const travelled = (rows: readonly object[]): object[] => rowsOf(structuredClone(columnsOf(rows)));

describe('tables between threads', () => {
  it('arrive as they left, numbers to the last bit', () => {
    const rows = [
      { id: 'A', weight: 0.1 + 0.2, unit: 'fraction' },
      { id: 'B', weight: -0, unit: 'fraction' },
      { id: 'C', weight: Number.NEGATIVE_INFINITY, unit: 'fraction' },
    ];
    const arrived = travelled(rows);
    expect(arrived).to.deep.equal(rows);
    expect(Object.is((arrived[1] as { weight: number }).weight, -0)).to.equal(true);
  });

  it('leave out what a row does not have', () => {
    const rows = [{ id: 'A' }, { id: 'B', price: 2 }, { id: 'C', parts: [{ weight: 1 }], passed: false }, {}];
    const arrived = travelled(rows);
    expect(arrived).to.deep.equal(rows);
    expect(Object.keys(arrived[0] ?? {})).to.deep.equal(['id']);
  });

  it('may be empty', () => {
    expect(travelled([])).to.deep.equal([]);
  });

  it('of answers stand in their places again: none at all, without a certificate, or tens of thousands of rows', () => {
    const bare = { termination: 'infeasible', detail: 'none', weights: [], objective: 0 };
    const line = (k: number) => ({ assetId: `A${String(k)}`, weight: k / 3, currentWeight: -0 });
    const verdict = (k: number) => ({
      constraintId: `c${String(k)}`,
      value: k,
      slack: -k,
      ...(k % 2 === 0 ? { upper: k } : { lower: -k, gainUnbounded: true }),
      ...(k % 1000 === 0 ? { shadowPrice: 0.1 * k } : {}),
    });
    const table = <Row>(count: number, row: (k: number) => Row): Row[] =>
      Array.from({ length: count }, (_, k) => row(k));
    const certificate = { passed: true, primal: 0, dual: 0, gap: 0, tolerance: 1e-8 };
    const answers = [
      bare,
      { ...bare, certificate: { ...certificate, constraints: [] } },
      { ...bare, weights: table(1, line), certificate: { ...certificate, constraints: table(1, verdict) } },
      { ...bare, weights: table(10_000, line), certificate: { ...certificate, constraints: table(40_000, verdict) } },
    ] as unknown as OptimizationAnswer[];
    for (const answer of answers) {
      const arrived = unpackedAnswer(structuredClone(packedAnswer(answer)));
      // What is stored and told is JSON, to the order of its names.
      expect(JSON.stringify(arrived)).to.equal(JSON.stringify(answer));
    }
  });
});
