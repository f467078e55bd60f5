/** Soft restrictions in the interior point: each kind, broken on either side, held at its price, and as good as hard. */
import { expect } from 'chai';
import type { Norm, Problem, Row, TradeLimit } from '../../../src/problem/problem.ts';
import { objectiveAt } from '../../../src/problem/certificate-figures.ts';
import { certify } from '../../../src/problem/certificate.ts';
import { verifyInfeasibility } from '../../../src/problem/certificate-infeasibility.ts';
import type { Solution } from '../../../src/problem/solution.ts';
import { findConflict } from '../../../src/solvers/conflict.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { problemViolations } from '../../../src/solvers/problem-check/problem-check.ts';
import { runToEnd } from '../../../src/solvers/registry.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { factorNewton } from '../../../src/solvers/factor-newton/factor-newton.ts';
import { driving } from '../../support/solving.ts';
import {
  Random,
  budgetRow,
  denseOperator,
  originOf,
  problemOf,
  riskModel,
  rowOver,
  sampleCovariance,
  universeOf,
} from '../../support/problems.ts';

const n = 20;
const random = new Random(3);
const { operator, market } = riskModel(n, 4, random);
const linear = random.vector(n, () => 0.05 + 0.04 * random.normal());
const sector = rowOver(
  Array.from({ length: n }, (_, i) => (i < 8 ? 1 : 0)),
  -Infinity,
  0.2,
  'sector',
);
const quadratics = [{ scale: 5, operator }];
const { optimum, solve, why } = driving(interiorPoint);
const withRows = (...rows: readonly Row[]): Problem =>
  problemOf(n, { quadratics, linear }, { rows: [budgetRow(n), ...rows] });
const heldBy = (row: Row, weights: Float64Array): number =>
  row.positions.reduce((total, i, k) => total + row.coefficients[k]! * weights[i]!, 0);
const close = (one: Float64Array, other: Float64Array, within = 1e-8): void =>
  one.forEach((value, i) => expect(value).to.be.closeTo(other[i]!, within));

describe('a soft row', () => {
  const hard = optimum(withRows(sector));
  const price = hard.multipliers.rows[1]!;

  it('is broken where its penalty is below the shadow price of the hard one, and its price is the penalty', () => {
    const row = { ...sector, penalty: price / 2 };
    const { weights, multipliers } = optimum(withRows(row));
    expect(heldBy(row, weights)).to.be.above(0.21);
    expect(multipliers.rows[1]).to.be.closeTo(price / 2, 1e-12);
  });

  it('has the answer of the hard one where its penalty is above the shadow price, however far', () => {
    for (const times of [1.01, 2, 1e3, 1e6, 1e8]) {
      const { weights, multipliers } = optimum(withRows({ ...sector, penalty: price * times }));
      close(weights, hard.weights);
      expect(multipliers.rows[1]).to.be.closeTo(price, 1e-7);
    }
  });

  it('costs its penalty times its excess', () => {
    const problem = withRows({ ...sector, penalty: price / 2 });
    const { weights, objective } = optimum(problem);
    const bare = objectiveAt(withRows(), weights);
    expect(objective).to.be.closeTo(bare + (price / 2) * (heldBy(sector, weights) - 0.2), 1e-12);
  });

  it('is broken below as it is above', () => {
    const least = { ...sector, lower: 0.9, upper: Infinity };
    const wanted = -optimum(withRows(least)).multipliers.rows[1]!;
    expect(wanted).to.be.above(0);
    const { weights, multipliers } = optimum(withRows({ ...least, penalty: wanted / 2 }));
    expect(heldBy(sector, weights)).to.be.below(0.89);
    expect(multipliers.rows[1]).to.be.closeTo(-wanted / 2, 1e-12);
  });

  it('may ask for one value, which it then has or comes nearer to', () => {
    const exact = { ...sector, lower: 0.2 };
    close(optimum(withRows({ ...exact, penalty: 2 * price })).weights, hard.weights);
    const nearer = optimum(withRows({ ...exact, penalty: price / 2 })).weights;
    close(nearer, optimum(withRows({ ...sector, penalty: price / 2 })).weights);
  });

  it('over single assets gives the answers of hard bounds once it is dear, and leaves them one by one before', () => {
    const caps = Array.from({ length: n }, (_, i) =>
      rowOver(
        Array.from({ length: n }, (_, j) => (i === j ? (i % 2 === 0 ? 1 : -2) : 0)),
        i % 2 === 0 ? 0.02 : -0.16,
        i % 2 === 0 ? 0.08 : -0.04,
        `cap ${String(i)}`,
      ),
    );
    const bound = optimum(withRows(...caps));
    const most = bound.multipliers.rows.slice(1).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const dear = optimum(withRows(...caps.map((row) => ({ ...row, penalty: 1.01 * most }))));
    close(dear.weights, bound.weights);
    close(dear.multipliers.rows, bound.multipliers.rows);
    const cheap = optimum(withRows(...caps.map((row) => ({ ...row, penalty: most / 4 }))));
    const broken = caps.filter((row) => {
      const value = heldBy(row, cheap.weights);
      return value > row.upper + 1e-9 || value < row.lower - 1e-9;
    });
    expect(broken.length).to.be.within(1, n - 1);
    for (const value of cheap.multipliers.rows.slice(1)) expect(Math.abs(value)).to.be.at.most(most / 4);
  });

  it('that only fixed assets enter is paid for, and does not make the problem infeasible', () => {
    const fixed = Array.from({ length: n }, (_, i) => (i < 8 ? 0.05 : 0));
    const upper = Array.from({ length: n }, (_, i) => (i < 8 ? 0.05 : 1));
    const single = rowOver([1, ...new Array<number>(n - 1).fill(0)], -Infinity, 0.02);
    const rows = [budgetRow(n), { ...sector, penalty: 1 }, { ...single, penalty: 0.3 }];
    const problem = problemOf(n, { quadratics, linear }, { rows, lower: fixed, upper });
    const { weights, multipliers } = optimum(problem);
    expect(heldBy(sector, weights)).to.be.closeTo(0.4, 1e-12);
    close(multipliers.rows.slice(1), Float64Array.of(1, 0.3), 1e-12);
  });

  it('is no part of a proof that there is no portfolio, nor of a conflict', () => {
    const rows = [{ ...sector, penalty: 1 }, rowOver(new Float64Array(n).fill(1), 2, 3, 'twice')];
    const problem = withRows(...rows);
    const { termination, infeasibility } = solve(problem);
    expect(termination.reason).to.equal('infeasible');
    expect(infeasibility!.rows[1]).to.equal(0);
    const used = { ...infeasibility!, rows: infeasibility!.rows.with(1, 1) };
    expect(verifyInfeasibility(problem, used)).to.include({ proven: false, detail: 'row 1 is soft: it may be broken' });
    const lowered = [{ rows: [budgetRow(n)] }, { rows: rows.slice(0, 1) }, { rows: rows.slice(1) }];
    const origins = findConflict({ universe: universeOf(n), restrictions: lowered, solve: (asked) => solve(asked) });
    expect(origins.map(({ constraint }) => constraint)).to.deep.equal(['budget', 'twice']);
  });
});

describe('a soft norm', () => {
  const limit: Norm = { operator, bound: 0.155, origin: originOf('volatility') };
  const under = (...norms: readonly Norm[]): Problem => problemOf(n, { linear }, { norms });
  const hard = optimum(under(limit));
  const price = hard.multipliers.norms[0]!;
  const lengthOf = ({ weights }: Solution): number =>
    certify(under(limit), { weights, multipliers: hard.multipliers }).restrictions.at(-1)!.value;

  it('is broken below the shadow price of the hard one and has its answer above', () => {
    const cheap = optimum(under({ ...limit, penalty: price / 2 }));
    expect(lengthOf(cheap)).to.be.above(0.156);
    expect(cheap.multipliers.norms[0]).to.be.closeTo(price / 2, 1e-12);
    for (const times of [1.01, 10, 1e6]) {
      const dear = optimum(under({ ...limit, penalty: price * times }));
      close(dear.weights, hard.weights);
      expect(dear.multipliers.norms[0]).to.be.closeTo(price, 1e-7);
    }
  });

  it('with bound 0 is a term of the objective: its answer is that of the limit that it ends at', () => {
    for (const penalty of [0.1, 1, 30]) {
      const term = optimum(under({ ...limit, bound: 0, penalty }));
      const at = optimum(under({ ...limit, bound: lengthOf(term) }));
      expect(term.objective).to.be.closeTo(at.objective + penalty * lengthOf(term), 1e-9);
      close(term.weights, at.weights, 1e-5);
    }
  });

  it('with bound 0 and a dense covariance agrees with the stationarity of the length, worked out by hand', () => {
    // min kappa sqrt(w'Q w) - mu'w, sum w = 1, no bounds: Q w / s = (mu + nu 1) / kappa.
    const dense = denseOperator([
      [0.04, 0.01],
      [0.01, 0.09],
    ]);
    const mu = Float64Array.of(0.05, 0.08);
    const norms = [{ operator: dense, bound: 0, penalty: 1, origin: originOf('length') }];
    const { weights, multipliers } = optimum(problemOf(2, { linear: mu }, { norms, lower: -Infinity }));
    const [a, b] = [weights[0]!, weights[1]!];
    const s = Math.sqrt(0.04 * a * a + 0.02 * a * b + 0.09 * b * b);
    const nu = -multipliers.rows[0]!;
    expect((0.04 * a + 0.01 * b) / s).to.be.closeTo(0.05 + nu, 1e-9);
    expect((0.01 * a + 0.09 * b) / s).to.be.closeTo(0.08 + nu, 1e-9);
  });

  it('stays at its centre when leaving it costs more than it brings, dense and by factors', () => {
    const centre = market;
    const entries = sampleCovariance(operator, 3 * n, new Random(9));
    for (const each of [operator, { kind: 'dense', size: n, entries } as const])
      for (const penalty of [2, 1e3, 1e9]) {
        const term = { operator: each, centre, bound: 0, penalty, origin: originOf('tracking error') };
        const solution = solve(under(term));
        expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
        expect(certify(under(term), solution, 1e-8).verdict).to.equal('passed');
        close(solution.weights, market, 1e-7);
      }
  });

  it('joins quadratic terms, trading costs and hard norms', () => {
    const trading = {
      current: market,
      buyRate: new Float64Array(n).fill(0.001),
      sellRate: new Float64Array(n).fill(0.002),
    };
    const term = { operator, bound: 0, penalty: 0.2, origin: originOf('length') };
    const error = { operator, centre: market, bound: 0.06, origin: originOf('tracking error') };
    const norms = [term, error, { ...limit, bound: 0.14, penalty: 0.05 }];
    const { multipliers } = optimum(problemOf(n, { quadratics, linear, trading }, { norms }));
    expect(multipliers.norms[0]).to.be.closeTo(0.2, 1e-12);
    expect(multipliers.norms[2]).to.be.at.most(0.05);
  });
});

describe('a soft trade limit', () => {
  const rate = new Float64Array(n).fill(0.5);
  const limit: TradeLimit = { centre: market, buyRate: rate, sellRate: rate, bound: 0.1, origin: originOf('turnover') };
  const under = (tradeLimit: TradeLimit): Problem =>
    problemOf(n, { quadratics, linear }, { tradeLimits: [tradeLimit] });
  const turnover = ({ weights }: Solution): number =>
    weights.reduce((total, weight, i) => total + 0.5 * Math.abs(weight - market[i]!), 0);

  it('is broken below the shadow price of the hard one and has its answer above', () => {
    const hard = optimum(under(limit));
    const price = hard.multipliers.tradeLimits[0]!;
    const cheap = optimum(under({ ...limit, penalty: price / 3 }));
    expect(turnover(cheap)).to.be.above(0.11);
    expect(cheap.multipliers.tradeLimits[0]).to.be.closeTo(price / 3, 1e-12);
    for (const times of [1.01, 1e6]) {
      const dear = optimum(under({ ...limit, penalty: times * price }));
      close(dear.weights, hard.weights);
      expect(dear.multipliers.tradeLimits[0]).to.be.closeTo(price, 1e-7);
    }
  });

  it('with bound 0 is a trading cost', () => {
    const soft = optimum(under({ ...limit, bound: 0, penalty: 0.05 }));
    const rates = new Float64Array(n).fill(0.025);
    const trading = { current: market, buyRate: rates, sellRate: rates };
    const paid = optimum(problemOf(n, { quadratics, linear, trading }));
    close(soft.weights, paid.weights);
    expect(soft.objective).to.be.closeTo(paid.objective, 1e-12);
  });
});

describe('soft restrictions elsewhere', () => {
  it('are declined by a solver that does not know them', () => {
    const problem = withRows({ ...sector, penalty: 1 });
    expect(factorNewton.supports(problem)).to.deep.equal({ yes: false, why: 'it has no soft restrictions' });
    expect(why(problem)).to.equal('');
  });

  it('are refused with a penalty that is none, and with sides the wrong way round', () => {
    const wrong = withRows({ ...sector, penalty: 0 }, { ...sector, lower: 0.3, penalty: 1 });
    const norms = [{ operator, bound: 1, penalty: -1, origin: originOf('n') }];
    const limits = [{ centre: market, buyRate: linear.map(Math.abs), sellRate: linear.map(Math.abs), bound: 0 }];
    const tradeLimits = limits.map((limit) => ({ ...limit, penalty: Infinity, origin: originOf('t') }));
    expect(problemViolations({ ...wrong, norms, tradeLimits }).map(({ field }) => field)).to.deep.equal([
      'rows[1].penalty',
      'rows[2]',
      'norms[0].penalty',
      'tradeLimits[0].penalty',
    ]);
  });

  it('end at once when interrupted', () => {
    const problem = withRows({ ...sector, penalty: 1 });
    const { termination } = runToEnd(interiorPoint.solve(problem, defaultSettings, () => true));
    expect(termination).to.include({ limit: 'interrupted' });
  });

  it('fail their check with a price above the penalty, and with an excess that is not paid for', () => {
    const price = optimum(withRows(sector)).multipliers.rows[1]!;
    const problem = withRows({ ...sector, penalty: price / 2 });
    const { weights, multipliers } = optimum(problem);
    const judged = (rows: Float64Array, at = weights) =>
      certify(problem, { weights: at, multipliers: { ...multipliers, rows } }).verdict;
    expect(judged(multipliers.rows)).to.equal('passed');
    expect(judged(multipliers.rows.with(1, price))).to.equal('failed');
    expect(judged(multipliers.rows.with(1, 0))).to.equal('failed');
    expect(judged(multipliers.rows, optimum(withRows()).weights)).to.equal('failed');
  });
});
