import { expect } from 'chai';
import { lastValueFrom, toArray } from 'rxjs';

import meanVariance from '../../../plugins/mean-variance/index.ts';
import { admitStateless } from '../../../src/optimization/admission.ts';
import type { OptimizationAnswer } from '../../../src/optimization/answer.ts';
import type { ProblemDraft, StatelessDraft } from '../../../src/optimization/draft.ts';
import { solveJob } from '../../../src/optimization/pipeline.ts';
import type { FrontierTrace, Interruption, Toolbox } from '../../../src/optimization/toolbox.ts';
import { findConflict } from '../../../src/solvers/conflict.ts';
import { frontierPoints } from '../../../src/solvers/critical-line/points.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { SolverRegistry } from '../../../src/solvers/registry.ts';
import { findRepair } from '../../../src/solvers/repair.ts';
import { sdkVersion } from '../../../src/sdk/v1/index.ts';
import { Fault } from '../../../src/values/fault.ts';
import { catalogOf, constraintOf, problem3, requestOf, vectorOf } from '../../support/optimization.ts';

const { strategies = [] } = await meanVariance.activate({ sdkVersion, log: () => undefined }, {});
const catalog = catalogOf({ strategies, solvers: [interiorPoint] });
const toolbox: Toolbox = {
  catalog,
  solvers: new SolverRegistry([interiorPoint]),
  findConflict,
  findRepair,
  traceFrontier: frontierPoints,
  serverVersion: 'test',
  now: () => performance.now(),
};
const free: Interruption = { interrupted: () => false, cause: undefined, signal: new AbortController().signal };
const returns: Partial<ProblemDraft> = {
  expectedReturns: { values: vectorOf([0.03, 0.08, 0.05]), period: 'annual' },
  benchmarkWeights: vectorOf([0.5, 0.3, 0.2]),
};

function draftOf(type: string, problem: Partial<ProblemDraft> = returns, more: Partial<StatelessDraft> = {}) {
  return requestOf(problem, { strategy: { type, parameters: {} }, points: 6, ...more });
}

interface Streamed {
  readonly points: readonly OptimizationAnswer[];
  readonly answer: OptimizationAnswer;
}

async function streamed(draft: StatelessDraft, used = toolbox, interruption = free): Promise<Streamed> {
  const news = await lastValueFrom(solveJob(admitStateless(draft, catalog), used, interruption).pipe(toArray()));
  const last = news.at(-1);
  if (last?.kind !== 'answer') throw new Error('the last news is no answer');
  return { points: news.flatMap((item) => (item.kind === 'point' ? [item.answer] : [])), answer: last.answer };
}

const { traceFrontier: _trace, ...withoutTrace } = toolbox;

describe('a frontier in the pipeline', () => {
  for (const type of ['maximum-sharpe', 'minimum-variance', 'minimum-tracking-error']) {
    it(`is traced for ${type}: the points that single solves find, certified`, async () => {
      const [traced, solved] = [await streamed(draftOf(type)), await streamed(draftOf(type), withoutTrace)];
      expect(traced.points.length).to.equal(6);
      expect(solved.points.length).to.equal(6);
      traced.points.forEach(({ certificate, provenance, weights }, k) => {
        expect(certificate?.passed).to.equal(true);
        expect(provenance.solver).to.equal('critical-line');
        weights.forEach(({ weight }, i) => expect(weight).to.be.closeTo(solved.points[k]!.weights[i]!.weight, 1e-7));
      });
      expect(traced.answer.provenance.solverChoice).to.match(/; frontier by critical-line: .+ corners, 6 points/);
      expect(solved.answer.provenance.solverChoice).to.match(/; frontier point by point: nothing is traced here$/);
    });
  }

  it('keeps the shadow prices of the restrictions that bind', async () => {
    const constraints = [constraintOf('bounds', { all: { min: 0, max: 0.5 } }, { constraintId: 'cap' })];
    const [traced, solved] = [
      await streamed(draftOf('minimum-variance', { ...returns, constraints })),
      await streamed(draftOf('minimum-variance', { ...returns, constraints }), withoutTrace),
    ];
    const pricesOf = ({ points }: Streamed) =>
      points.slice(1, -1).flatMap(({ certificate }) => certificate!.constraints.map((line) => line.shadowPrice ?? 0));
    const expected = pricesOf(solved);
    expect(Math.max(...expected)).to.be.greaterThan(1e-3);
    pricesOf(traced).forEach((price, k) => expect(price).to.be.closeTo(expected[k]!, 1e-6));
  });

  it('is solved point by point where a curved constraint binds, and says so', async () => {
    const constraints = [...problem3.constraints, constraintOf('volatility', { max: 0.15, period: 'annual' })];
    const { points, answer } = await streamed(draftOf('maximum-sharpe', { ...returns, constraints }));
    expect(points.length).to.equal(6);
    expect(answer.provenance.solverChoice).to.match(/frontier point by point: critical-line: it has no norm limits$/);
  });

  it('is solved point by point by a solver that is asked for by name', async () => {
    const limits = { solver: 'interior-point', iterationsMax: 0, secondsMax: 0 };
    const { points, answer } = await streamed(draftOf('maximum-sharpe', returns, { limits }));
    expect(points.map(({ provenance }) => provenance.solver)).to.deep.equal(new Array(6).fill('interior-point'));
    expect(answer.provenance.solverChoice).to.match(/frontier point by point: solver interior-point was asked for/);
  });

  it('solves again by itself a point that rounding has left inaccurate', async () => {
    const rough: FrontierTrace = function* (question) {
      const steps = frontierPoints(question);
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done === true) return step.value;
        if (step.value.kind === 'iterate') yield step.value;
        else {
          const termination = { reason: 'numerical error', detail: 'off by a hair' } as const;
          yield { ...step.value, solution: { ...step.value.solution, termination } };
        }
      }
    };
    const { points } = await streamed(draftOf('minimum-variance'), { ...toolbox, traceFrontier: rough });
    expect(points.length).to.equal(6);
    for (const { certificate, provenance } of points) {
      expect(certificate?.passed).to.equal(true);
      expect(provenance.solver).to.equal('interior-point');
      expect(provenance.solverChoice).to.match(/^critical-line left it inaccurate: off by a hair; then /);
    }
  });

  it('answers with the conflict when nothing satisfies the constraints', async () => {
    const constraints = [constraintOf('bounds', { all: { max: 0.2 } }, { constraintId: 'caps' })];
    const { points, answer } = await streamed(draftOf('minimum-variance', { ...returns, constraints }));
    expect(points).to.deep.equal([]);
    expect(answer.termination).to.equal('infeasible');
    expect(answer.conflict?.proofVerified).to.equal(true);
    expect(answer.provenance.solver).to.equal('critical-line');
  });

  it('ends with the portfolio that a stopped trace had come to', async () => {
    let looks = 0;
    const stopping: Interruption = { ...free, interrupted: () => ++looks > 3, cause: 'interrupted' };
    const { answer } = await streamed(draftOf('minimum-variance'), toolbox, stopping);
    expect(answer).to.include({ termination: 'feasible', limit: 'interrupted' });
    expect(answer.weights.reduce((sum, { weight }) => sum + weight, 0)).to.be.closeTo(1, 1e-12);
  });

  it('needs expected returns, also where its strategy does not', () => {
    expect(() => admitStateless(draftOf('minimum-variance', {}), catalog)).to.throw(
      Fault,
      /expected returns|expected_returns/,
    );
    const { points: _points, ...single } = draftOf('minimum-variance', {});
    expect(admitStateless(single, catalog)).to.not.have.property('frontierPoints');
  });
});
