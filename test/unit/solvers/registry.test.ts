import { expect } from 'chai';
import { Fault } from '../../../src/values/fault.ts';
import type { Solver } from '../../../src/problem/solver.ts';
import { SolverRegistry, runToEnd } from '../../../src/solvers/registry.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { problemViolations } from '../../../src/solvers/problem-check/problem-check.ts';
import { denseOperator, originOf, problemOf, rowOver } from '../../support/problems.ts';

const picky: Solver = { ...interiorPoint, id: 'picky', supports: () => ({ yes: false, why: 'it takes nothing' }) };
const problem = problemOf(2, {
  quadratics: [
    {
      scale: 1,
      operator: denseOperator([
        [1, 0],
        [0, 1],
      ]),
    },
  ],
});

function faultOf(action: () => unknown): Fault {
  try {
    action();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the registry of solvers', () => {
  it('takes the first solver that supports the problem and says what the others lack', () => {
    const registry = new SolverRegistry([picky, interiorPoint]);
    expect(registry.ids).to.deep.equal(['picky', 'interior-point']);
    const { solver, reason } = registry.choose(problem);
    expect(solver.id).to.equal('interior-point');
    expect(reason).to.equal('first that takes the problem; picky: it takes nothing');
    expect(registry.choose(problem, 'interior-point').reason).to.equal('asked for by name');
  });

  it('refuses an unknown name, a solver that cannot, and a problem that nobody takes', () => {
    const registry = new SolverRegistry([picky]);
    expect(faultOf(() => registry.choose(problem, 'simplex')).reason).to.equal('UNKNOWN_TYPE');
    const unable = faultOf(() => registry.choose(problem, 'picky'));
    expect(unable.reason).to.equal('INVALID_ARGUMENT');
    expect(unable.message).to.contain('it takes nothing');
    expect(faultOf(() => registry.choose(problem)).message).to.contain('picky: it takes nothing');
  });

  it('names the constraints that no solver takes together', () => {
    const norm = {
      operator: denseOperator([
        [1, 0],
        [0, 1],
      ]),
      bound: 1,
      origin: originOf('calm'),
    };
    const lot = { position: 0, base: 0, step: 0.1, origin: originOf('lots') };
    const integrality = { domains: [], lots: [lot, { ...lot, position: 1 }], counts: [] };
    const mixed = { ...problem, norms: [norm], integrality };
    expect(faultOf(() => new SolverRegistry([interiorPoint]).choose(mixed)).message).to.match(
      /^no solver takes norm limits \(calm\) together with counts, lots or gaps in the weights \(lots\): interior-point: /,
    );
  });

  it('refuses two solvers of the same name', () => {
    expect(faultOf(() => new SolverRegistry([interiorPoint, interiorPoint])).reason).to.equal('PLUGIN_DUPLICATE');
  });

  it('runs a solver to its end and shows every iterate', () => {
    let seen = 0;
    const solution = runToEnd(new SolverRegistry([interiorPoint]).solve(problem), () => seen++);
    expect(solution.weights[0]).to.be.closeTo(0.5, 1e-12);
    expect(seen).to.be.at.least(1);
  });

  it('names every fault of a problem at once before it calls a solver', () => {
    const norm = {
      operator: denseOperator([
        [1, 0.5],
        [0.4, 1],
      ]),
      bound: -1,
      origin: originOf('norm'),
    };
    const broken = {
      ...problemOf(2, { linear: Float64Array.of(NaN, 0) }, { rows: [rowOver([Infinity, 1], NaN, 1)], norms: [norm] }),
      lower: Float64Array.of(0),
    };
    const fields = problemViolations(broken).map((violation) => violation.field);
    expect(fields).to.include.members([
      'linear[0]',
      'lower',
      'rows[0].coefficients[0]',
      'rows[0].lower',
      'norms[0].operator.entries[1][0]',
      'norms[0].bound',
    ]);
    const fault = faultOf(() => new SolverRegistry([interiorPoint]).solve(broken));
    expect(fault.violations.length).to.equal(fields.length);
  });

  it('leaves conflicting bounds to the solver, which proves them infeasible', () => {
    const crossed = problemOf(2, {}, { lower: 0.6, upper: 0.5 });
    expect(problemViolations(crossed)).to.deep.equal([]);
    expect(runToEnd(new SolverRegistry([interiorPoint]).solve(crossed)).termination.reason).to.equal('infeasible');
  });
});
