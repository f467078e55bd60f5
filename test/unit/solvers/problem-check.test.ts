import { expect } from 'chai';
import type { Count, Problem, TailTerm } from '../../../src/problem/problem.ts';
import { problemViolations } from '../../../src/solvers/problem-check/problem-check.ts';
import { Random, denseOperator, originOf, problemOf, riskModel } from '../../support/problems.ts';

const sound = problemOf(2, {});
const fieldsOf = (problem: Problem): readonly string[] => problemViolations(problem).map(({ field }) => field);
const with3 = (entries: Float64Array): Problem =>
  problemOf(3, { quadratics: [{ scale: 1, operator: { kind: 'dense', size: 3, entries } }] });

describe('the check before a solve', () => {
  it('finds nothing wrong with a sound problem that holds everything', () => {
    const origin = originOf('everything');
    const rates = Float64Array.of(0.001, 0.001);
    const cvar: TailTerm = { kind: 'cvar', scenarios: Float64Array.of(0.1, -0.1, 0, 0.2), level: 0.95, weight: 2 };
    const problem: Problem = {
      ...problemOf(2, {
        trading: {
          current: Float64Array.of(0.5, 0.5),
          buyRate: rates,
          sellRate: Float64Array.of(-0.001, 0),
          pieces: [{ position: 1, knots: Float64Array.of(-0.1, 0), slopes: Float64Array.of(-0.3, -0.2, 0.1) }],
        },
        tailTerms: [cvar],
        logarithms: Float64Array.of(0, 1),
      }),
      tails: [
        { ...cvar, probabilities: Float64Array.of(0.4, 0.6), bound: -0.01, origin },
        { ...cvar, kind: 'drawdown', level: 1, bound: Infinity, origin },
        { ...cvar, kind: 'mean-absolute-deviation', level: 0, centre: rates, bound: 0.1, origin },
      ],
      integrality: {
        domains: [{ position: 0, intervals: [[-Infinity, -0.1], [0, 0], [0.1, Infinity]], origin }], // prettier-ignore
        lots: [{ position: 1, base: 0.5, step: 0.01, origin }],
        counts: [{ positions: Int32Array.of(0, 1), centre: rates, side: 'above', minimum: 0, maximum: 1, origin }],
      },
    };
    expect(problemViolations(problem)).to.deep.equal([]);
  });

  it('names what is wrong with tails, in limits and in the objective', () => {
    const origin = originOf('tail');
    const scenarios = Float64Array.of(0.1, -0.1, 0, 0.2);
    const fields = fieldsOf({
      ...sound,
      tailTerms: [{ kind: 'cvar', scenarios, level: 1.1, weight: -1 }],
      tails: [
        { kind: 'cvar', scenarios: Float64Array.of(0.1, NaN, 0), level: NaN, bound: NaN, origin },
        { kind: 'drawdown', scenarios, probabilities: Float64Array.of(1, 0), level: 0.5, bound: 1, origin },
        { kind: 'mean-absolute-deviation', scenarios, level: 0.5, centre: Float64Array.of(1), bound: 1, origin },
        { kind: 'worst' as 'cvar', scenarios, probabilities: Float64Array.of(0.5, 0.4), level: 0, bound: 1, origin },
        { kind: 'cvar', scenarios: new Float64Array(0), probabilities: Float64Array.of(1), level: 0, bound: 1, origin },
      ],
    });
    expect(fields).to.deep.equal([
      'tails[0].scenarios',
      'tails[0].scenarios[1]',
      'tails[0].level',
      'tails[0].bound',
      'tails[1].probabilities',
      'tails[1].probabilities[1]',
      'tails[2].level',
      'tails[2].centre',
      'tails[3].kind',
      'tails[3].probabilities',
      'tails[4].scenarios',
      'tails[4].probabilities',
      'tailTerms[0].level',
      'tailTerms[0].weight',
    ]);
  });

  it('names logarithms below zero and costs that are not convex', () => {
    const rates = new Float64Array(2);
    const pieces = [
      { position: 2, knots: Float64Array.of(0, 0), slopes: Float64Array.of(0, 0) },
      { position: 0, knots: Float64Array.of(0), slopes: Float64Array.of(1, 0.5) },
      { position: 0, knots: Float64Array.of(NaN), slopes: Float64Array.of(1, Infinity) },
    ];
    const trading = { current: rates, buyRate: rates, sellRate: rates, pieces };
    expect(fieldsOf({ ...sound, logarithms: Float64Array.of(1, -1), trading })).to.deep.equal([
      'trading.pieces[0].position',
      'trading.pieces[0].knots[1]',
      'trading.pieces[0].slopes',
      'trading.pieces[1].slopes[1]',
      'trading.pieces[2].knots[0]',
      'trading.pieces[2].slopes[1]',
      'logarithms[1]',
    ]);
    expect(fieldsOf({ ...sound, logarithms: Float64Array.of(1) })).to.deep.equal(['logarithms']);
  });

  it('names gaps, lots and counts that cannot be read; a count that nothing meets is left to the solver', () => {
    const origin = originOf('integrality');
    const centre = new Float64Array(2);
    const count: Count = { positions: Int32Array.of(0, 1), centre, side: 'either', minimum: 2, maximum: 1, origin };
    const fields = fieldsOf({
      ...sound,
      integrality: {
        domains: [
          { position: -1, intervals: [], origin },
          { position: 0, intervals: [[0.2, 0.1], [0.3, 0.4], [0.4, 0.5], [NaN, 1], [Infinity, Infinity]], origin }, // prettier-ignore
        ],
        lots: [{ position: 0.5, base: NaN, step: 0, origin }],
        counts: [
          count,
          { ...count, positions: Int32Array.of(0, 0, 2), centre: Float64Array.of(NaN, 0), minimum: NaN },
          { ...count, side: 'beside' as 'above' },
        ],
      },
    });
    expect(fields).to.deep.equal([
      'integrality.domains[0].position',
      'integrality.domains[0].intervals',
      'integrality.domains[1].intervals[0]',
      'integrality.domains[1].intervals[2]',
      'integrality.domains[1].intervals[3]',
      'integrality.domains[1].intervals[4]',
      'integrality.lots[0].position',
      'integrality.lots[0].base',
      'integrality.lots[0].step',
      'integrality.counts[1].positions[2]',
      'integrality.counts[1].positions',
      'integrality.counts[1].centre[0]',
      'integrality.counts[1].minimum',
      'integrality.counts[2].side',
    ]);
  });

  it('tells of a matrix the first entry that is wrong: not finite, negative, or unlike its mirror', () => {
    const matrix = (change: (entries: Float64Array) => void): readonly string[] => {
      const entries = Float64Array.of(1, 0.1, 0.2, 0.1, 1, 0.3, 0.2, 0.3, 1);
      change(entries);
      return fieldsOf(with3(entries));
    };
    const field = 'quadratics[0].operator.entries';
    expect(matrix(() => undefined)).to.deep.equal([]);
    expect(matrix((entries) => (entries[1] = -Infinity))).to.deep.equal([`${field}[1]`]);
    expect(matrix((entries) => (entries[6] = NaN))).to.deep.equal([`${field}[6]`]);
    expect(matrix((entries) => (entries[4] = -1))).to.deep.equal([`${field}[1][1]`]);
    expect(matrix((entries) => (entries[7] = 0.3 + 1e-11))).to.deep.equal([`${field}[2][1]`]);
    expect(matrix((entries) => (entries[7] = 0.3 + 1e-13))).to.deep.equal([]);
    expect(fieldsOf(with3(new Float64Array(8)))).to.deep.equal([field]);
  });

  it('finds a difference anywhere in a matrix of many tiles', () => {
    const n = 75;
    const random = new Random(5);
    for (let trial = 0; trial < 50; trial++) {
      const entries = new Float64Array(n * n).fill(1);
      const [i, j] = [random.integer(1, n - 1), random.integer(0, n - 1)];
      if (i === j) continue;
      entries[i * n + j] = 2;
      const operator = { kind: 'dense', size: n, entries } as const;
      const [row, column] = [Math.max(i, j), Math.min(i, j)];
      expect(fieldsOf(problemOf(n, { quadratics: [{ scale: 1, operator }] }))).to.deep.equal([
        `quadratics[0].operator.entries[${row}][${column}]`,
      ]);
    }
  });

  it('reads a sound operator once, a faulty one every time, and its size every time', () => {
    const { operator } = riskModel(4, 2, new Random(3));
    let reads = 0;
    const watched = new Proxy(operator, {
      get: (target, key) => {
        if (key === 'exposures') reads++;
        return Reflect.get(target, key) as unknown;
      },
    });
    const quadratics = [{ scale: 1, operator: watched }];
    expect(fieldsOf(problemOf(4, { quadratics }))).to.deep.equal([]);
    const once = reads;
    expect(once).to.be.above(0);
    expect(fieldsOf(problemOf(4, { quadratics }))).to.deep.equal([]);
    expect(reads).to.equal(once);
    expect(fieldsOf(problemOf(3, { quadratics }))).to.deep.equal(['quadratics[0].operator']);
    const faulty = denseOperator([
      [-1, 0],
      [0, 1],
    ]);
    const twice = [1, 2].map(() => fieldsOf(problemOf(2, { quadratics: [{ scale: 1, operator: faulty }] })));
    expect(twice[0]).to.deep.equal(['quadratics[0].operator.entries[0][0]']);
    expect(twice[1]).to.deep.equal(twice[0]);
  });
});
