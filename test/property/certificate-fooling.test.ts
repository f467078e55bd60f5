/** Whoever alters a certified answer is found out, or has altered nothing that matters. */
import { expect } from 'chai';
import fc from 'fast-check';

import '../support/property-seed.ts';
import { certify } from '../../src/problem/certificate.ts';
import { objectiveAt } from '../../src/problem/certificate-figures.ts';
import { verifyInfeasibility } from '../../src/problem/certificate-infeasibility.ts';
import type { Problem } from '../../src/problem/problem.ts';
import type { InfeasibilityProof, Multipliers, Solution, TailStress } from '../../src/problem/solution.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { builtInContributions } from '../../src/workers/built-in.ts';
import { budgetRow, originOf, problemOf, Random, riskModel, rowOver } from '../support/problems.ts';
import { randomProblem, randomSoftProblem } from '../support/random-problems.ts';
import { randomTailProblem } from '../support/tail-problems.ts';

const registry = new SolverRegistry(builtInContributions.solvers ?? []);
const solved = (problem: Problem): Solution => runToEnd(registry.solve(problem));
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });

/** One number of a vector, by name: how to set it. */
interface Entry {
  readonly name: string;
  readonly values: Float64Array;
  readonly at: number;
}

function entriesOf(answer: { readonly weights?: Float64Array; readonly multipliers: Multipliers }): readonly Entry[] {
  const { rows, bounds, norms, tradeLimits, tails = [], tailTerms = [] } = answer.multipliers;
  const stressOf = (name: string, { losses, peaks }: TailStress): [string, Float64Array][] => [
    [`${name}.losses`, losses],
    ...(peaks === undefined ? [] : [[`${name}.peaks`, peaks] as [string, Float64Array]]),
  ];
  const vectors: [string, Float64Array][] = [
    ...(answer.weights === undefined ? [] : [['weights', answer.weights] as [string, Float64Array]]),
    ['rows', rows],
    ['bounds', bounds],
    ['norms', norms],
    ['tradeLimits', tradeLimits],
    ...tails.flatMap(({ stress }) => stressOf('tails', stress)),
    ...tailTerms.flatMap((stress) => stressOf('tailTerms', stress)),
  ];
  return vectors.flatMap(([name, values]) => [...values.keys()].map((at) => ({ name, values, at })));
}

/** The answer with one number changed. */
function altered<Answer extends { readonly weights?: Float64Array; readonly multipliers: Multipliers }>(
  answer: Answer,
  pick: number,
  change: (value: number) => number,
): { readonly answer: Answer; readonly name: string } {
  const copy = structuredClone(answer);
  const entries = entriesOf(copy);
  const { name, values, at } = entries[pick % entries.length]!;
  values[at] = change(values[at]!);
  return { answer: copy, name: `${name}[${String(at)}]` };
}

const changes: readonly ((random: Random) => (value: number) => number)[] = [
  () => () => NaN,
  () => () => Infinity,
  () => (value) => -value,
  () => () => 0,
  (random) => (value) => value + random.normal() * 10 ** random.between(-6, 2),
  (random) => (value) => value * (1 + 10 ** random.between(-6, 2)),
];

const draws: readonly (readonly [string, (random: Random) => Problem])[] = [
  ['every kind of restriction', (random) => randomProblem(random).problem],
  ['soft restrictions', randomSoftProblem],
  ['scenario tails', (random) => randomTailProblem(random, random.chance(0.5))],
];

describe('an altered answer', () => {
  for (const [name, draw] of draws)
    it(`to ${name} fails, or is as good as the one that was found`, () => {
      let failed = 0;
      fc.assert(
        fc.property(seeds, (seed) => {
          const random = new Random(seed);
          const problem = draw(random);
          const { weights, multipliers, termination } = solved(problem);
          if (termination.reason !== 'optimal') return;
          const best = objectiveAt(problem, weights);
          for (let trial = 0; trial < 12; trial += 1) {
            const change = changes[trial % changes.length]!(random);
            const { answer, name: where } = altered({ weights, multipliers }, random.integer(0, 1e6), change);
            const certificate = certify(problem, answer);
            if (certificate.verdict === 'failed') {
              failed += 1;
              expect(certificate.detail).to.not.equal('');
              continue;
            }
            const { objective, dualObjective, scale, primal } = certificate;
            expect(primal, where).to.be.at.most(1e-8);
            expect(Math.abs(objective - best) / scale, where).to.be.at.most(1e-6);
            expect(Math.abs(objective - dualObjective) / scale, where).to.be.at.most(1e-8);
          }
        }),
        { numRuns: 25, verbose: true },
      );
      expect(failed).to.be.above(100);
    });

  it('does not hide behind multipliers that cancel each other, however large', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const n = random.integer(3, 8);
        const { operator } = riskModel(n, 2, random);
        const rows = [budgetRow(n), rowOver(new Float64Array(n).fill(2), 2, 2, 'twice the budget')];
        const quadratics = [{ scale: random.between(1, 5), operator }];
        const bounds = { lower: new Float64Array(n), upper: new Float64Array(n).fill(1) };
        const problem = problemOf(
          n,
          { quadratics, linear: random.vector(n, () => 0.1 * random.normal()) },
          { rows, ...bounds },
        );
        const { weights, multipliers } = solved(problem);
        const size = 10 ** random.between(3, 12);
        const inflated = { ...multipliers, rows: multipliers.rows.map((y, r) => y + (r === 0 ? 2 : -1) * size) };
        // The others are worse by more than a thousandth.
        const other = new Float64Array(n).fill(1 / n);
        const { objective, scale } = certify(problem, { weights, multipliers });
        fc.pre((objectiveAt(problem, other) - objective) / scale > 1e-3);
        const none = new Float64Array(n);
        for (const bounds of [none, multipliers.bounds])
          expect(certify(problem, { weights: other, multipliers: { ...inflated, bounds } }).verdict).to.equal('failed');
      }),
      { numRuns: 60, verbose: true },
    );
  });

  it('fails outside the sides of an asset, also where no constraint is named for them', () => {
    const lower = Float64Array.of(0.2, -Infinity);
    const problem: Problem = { ...problemOf(2, { linear: new Float64Array(2) }, { rows: [budgetRow(2)] }), lower };
    const zeros = {
      rows: new Float64Array(1),
      bounds: new Float64Array(2),
      norms: new Float64Array(0),
      tradeLimits: new Float64Array(0),
    };
    expect(certify(problem, { weights: Float64Array.of(0.2, 0.8), multipliers: zeros }).verdict).to.equal('passed');
    const outside = certify(problem, { weights: Float64Array.of(0.1, 0.9), multipliers: zeros });
    expect(outside.verdict).to.equal('failed');
    expect(outside.primal).to.be.closeTo(0.1, 1e-15);
  });
});

describe('an altered proof', () => {
  /** Infeasible by a volatility, a turnover, a group or a bound; feasible when `room` is given to every side. */
  const contradiction = (random: Random, room: number): Problem => {
    const n = random.integer(2, 6);
    const { operator } = riskModel(n, 2, random);
    const origin = originOf('x');
    const budget = rowOver(new Float64Array(n).fill(1), 1 - room, 1 + room);
    const least = rowOver(
      random.vector(n, () => random.between(0.5, 2)),
      3 - room * 9,
      Infinity,
    );
    const upper = new Float64Array(n).fill(1 + room);
    const rates = { buyRate: new Float64Array(n).fill(1), sellRate: new Float64Array(n).fill(1) };
    const tradeLimits = [{ centre: new Float64Array(n), ...rates, bound: 0.4 + 9 * room, origin }];
    const norms = [{ operator, bound: 1e-4 + 9 * room, origin }];
    const parts = [{ rows: [budget, least] }, { rows: [budget], tradeLimits }, { rows: [budget], norms }];
    return problemOf(
      n,
      { linear: new Float64Array(n) },
      {
        ...parts[random.integer(0, 2)]!,
        lower: new Float64Array(n),
        upper,
      },
    );
  };

  it('proves nothing of a problem that has an answer', () => {
    let altogether = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const problem = contradiction(new Random(seed), 0);
        const feasible = contradiction(new Random(seed), 1);
        const proof = solved(problem).infeasibility;
        if (proof === undefined) return;
        expect(verifyInfeasibility(problem, proof).proven).to.equal(true);
        const random = new Random(seed + 1);
        for (let trial = 0; trial < 24; trial += 1) {
          const change = changes[trial % changes.length]!(random);
          const { answer } = altered({ multipliers: proof }, random.integer(0, 1e6), change);
          const directions = proof.directions.map((d) => d.map((value) => change(value)));
          for (const given of [answer.multipliers, { ...proof, directions }]) {
            altogether += 1;
            expect(verifyInfeasibility(feasible, given).proven).to.equal(false);
          }
        }
      }),
      { numRuns: 40, verbose: true },
    );
    expect(altogether).to.be.above(500);
  });

  it('of another shape proves nothing, whatever it says', () => {
    const n = 3;
    const { operator } = riskModel(n, 1, new Random(5));
    const problem = problemOf(
      n,
      { linear: new Float64Array(n) },
      {
        rows: [budgetRow(n)],
        norms: [{ operator, bound: 1e-4, origin: originOf('x') }],
        lower: new Float64Array(n),
        upper: new Float64Array(n).fill(1),
      },
    );
    const proof = solved(problem).infeasibility!;
    expect(verifyInfeasibility(problem, proof).proven).to.equal(true);
    const longer = (values: Float64Array): Float64Array => Float64Array.of(...values, 1);
    for (const resize of [longer, (values: Float64Array) => values.slice(1)]) {
      const others: InfeasibilityProof[] = [
        { ...proof, rows: resize(proof.rows) },
        { ...proof, bounds: resize(proof.bounds) },
        { ...proof, norms: resize(proof.norms) },
        { ...proof, directions: proof.directions.map(resize) },
      ];
      for (const other of others)
        expect(verifyInfeasibility(problem, other)).to.deep.include({
          proven: false,
          detail: 'the proof has the wrong shape',
        });
    }
  });
});
