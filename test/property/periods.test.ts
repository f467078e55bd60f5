import { expect } from 'chai';
import fc from 'fast-check';
import { certifyPeriods, periodsObjective } from '../../src/problem/certificate-periods.ts';
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Period, PeriodsProblem, PeriodsSolution } from '../../src/problem/periods.ts';
import { defaultSettings } from '../../src/problem/solver.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { solvePeriods } from '../../src/solvers/periods/periods.ts';
import { runToEnd } from '../../src/solvers/registry.ts';
import { lostToCentres, writtenOut } from '../support/period-problems.ts';
import { Random, budgetRow, originOf, riskModel, rowOver, sampleCovariance, universeOf } from '../support/problems.ts';
import { randomWeights } from '../support/random-problems.ts';

const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });

function solved(problem: PeriodsProblem): PeriodsSolution {
  const steps = solvePeriods(problem);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** Met by weights that never trade: ranges, equations, fixed and free assets, costs that differ, some of none, impact, limits on trades. */
function chain(random: Random): PeriodsProblem {
  const n = random.integer(1, 12);
  const { operator: model } = riskModel(n, random.integer(1, 3), random);
  const dense = { kind: 'dense', size: n, entries: sampleCovariance(model, Math.max(2, n), random) } as const;
  const operators: SymmetricOperator[] = [model, dense, { kind: 'sum', size: n, terms: [model, dense] }];
  const operator = operators[random.integer(0, 2)]!;
  const current = randomWeights(n, random);
  const centre = randomWeights(n, random);
  const periods = Array.from({ length: random.integer(1, 5) }, (): Period => {
    const loads = random.vector(n, () => random.normal());
    const held = current.reduce((total, weight, i) => total + weight * loads[i]!, 0);
    const rates = (): Float64Array => random.vector(n, () => (random.chance(0.3) ? 0 : 0.01 * random.next()));
    const limit = { buyRate: rates(), sellRate: rates(), bound: 0.003 * random.next(), origin: originOf('limit') };
    return {
      quadratics: [{ scale: 10 ** random.between(-1, 2), operator, ...(random.chance(0.5) ? { centre } : {}) }],
      linear: random.vector(n, () => 0.05 * random.normal()),
      ...(random.chance(0.8)
        ? {
            trading: {
              buyRate: rates(),
              sellRate: rates(),
              ...(random.chance(0.3) ? { threeHalves: rates() } : {}),
              ...(random.chance(0.3) ? { quadratic: rates() } : {}),
            },
          }
        : {}),
      lower: current.map((weight) => (random.chance(0.1) ? weight : weight * random.next() * 0.5)),
      upper: current.map((weight) => (random.chance(0.1) ? weight : weight + 0.2 * random.next())),
      bounds: [],
      rows: [
        budgetRow(n),
        ...(random.chance(0.5) ? [rowOver(loads, held - 0.1 * random.next(), held + 0.1 * random.next())] : []),
      ],
      limits: random.chance(0.4) ? [limit] : [],
    };
  });
  return { universe: universeOf(n), current, periods };
}

/** The same with assets in another order. */
function permuted(problem: PeriodsProblem, order: readonly number[]): PeriodsProblem {
  const n = order.length;
  const place = new Int32Array(n);
  order.forEach((from, to) => (place[from] = to));
  const vector = (values: Float64Array): Float64Array => values.map((_, to) => values[order[to]!]!);
  const matrix = (values: Float64Array, columns: number, both: boolean): Float64Array =>
    values.map((_, p) => {
      const column = p % columns;
      return values[order[Math.floor(p / columns)]! * columns + (both ? order[column]! : column)]!;
    });
  const operator = (given: SymmetricOperator): SymmetricOperator => {
    if (given.kind === 'sum') return { ...given, terms: given.terms.map(operator) };
    if (given.kind === 'dense') return { ...given, entries: matrix(given.entries, n, true) };
    if (given.kind === 'diagonal') return { ...given, entries: vector(given.entries) };
    return { ...given, exposures: matrix(given.exposures, given.factors, false), specific: vector(given.specific) };
  };
  const each = <Values extends object>(values: Values): Values =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]: [string, unknown]) => [
        key,
        value instanceof Float64Array ? vector(value) : value,
      ]),
    ) as Values;
  const periods = problem.periods.map((period) => ({
    ...each(period),
    quadratics: period.quadratics.map((term) => ({ ...each(term), operator: operator(term.operator) })),
    ...(period.trading === undefined ? {} : { trading: each(period.trading) }),
    rows: period.rows.map((row) => ({ ...row, positions: row.positions.map((position) => place[position]!) })),
    limits: period.limits.map(each),
  }));
  return { ...problem, current: vector(problem.current), periods };
}

describe('several periods, whatever they hold', () => {
  it('are certified, and cheaper than not to trade', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const problem = chain(new Random(seed));
        const solution = solved(problem);
        expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
        const { detail, verdict } = certifyPeriods(problem, solution);
        expect(verdict, detail).to.equal('passed');
        const still = problem.periods.map(() => problem.current);
        expect(solution.objective).to.be.at.most(periodsObjective(problem, still) + 1e-9);
      }),
      { numRuns: 150, verbose: true },
    );
  });

  it('have the objective of the same problem written out without periods', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const problem = chain(new Random(seed));
        const { objective } = solved(problem);
        const expected = runToEnd(interiorPoint.solve(writtenOut(problem), defaultSettings, () => false));
        // Where trades may vanish under 3/2-power impact alone, the general solver may stop short of its tolerance.
        if (expected.termination.reason !== 'optimal') return;
        const total = expected.objective + lostToCentres(problem);
        expect(objective).to.be.closeTo(total, 1e-8 * Math.max(1, Math.abs(total)));
      }),
      { numRuns: 60, verbose: true },
    );
  });

  it('do not depend on the order of the assets', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const problem = chain(random);
        const order = [...problem.current.keys()].map((i) => ({ i, key: random.next() }));
        order.sort((a, b) => a.key - b.key);
        const other = solved(
          permuted(
            problem,
            order.map(({ i }) => i),
          ),
        );
        expect(other.termination.reason).to.equal('optimal');
        const { objective } = solved(problem);
        expect(other.objective).to.be.closeTo(objective, 1e-8 * Math.max(1, Math.abs(objective)));
      }),
      { numRuns: 40, verbose: true },
    );
  });
});
