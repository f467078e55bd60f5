/** Shadow prices of limits that are not convex: near the portfolio, and among the choices that were made. */
import { expect } from 'chai';
import { lastValueFrom, toArray } from 'rxjs';
import { admitStateless } from '../../../src/optimization/admission.ts';
import type { OptimizationAnswer } from '../../../src/optimization/answer.ts';
import type { ConstraintDraft } from '../../../src/optimization/draft.ts';
import { solveJob } from '../../../src/optimization/pipeline.ts';
import { findConflict } from '../../../src/solvers/conflict.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { branchAndBound } from '../../../src/solvers/integers/branch-and-bound.ts';
import { SolverRegistry } from '../../../src/solvers/registry.ts';
import { findRepair } from '../../../src/solvers/repair.ts';
import { riskShares } from '../../../src/solvers/risk-shares/risk-shares.ts';
import { named, utility, verdictOf } from '../../support/answers.ts';
import { catalogOf, problem3, requestOf, vectorOf } from '../../support/optimization.ts';

const solvers = [interiorPoint, branchAndBound, riskShares];
const catalog = catalogOf({ strategies: [utility], solvers });
const now = () => performance.now();
const toolbox = { catalog, solvers: new SolverRegistry(solvers), findConflict, findRepair, serverVersion: 'test', now };

async function answerOn(
  constraints: readonly ConstraintDraft[],
  more: Partial<ReturnType<typeof admitStateless>> = {},
): Promise<OptimizationAnswer> {
  const expectedReturns = { values: vectorOf([0.02, 0.12, 0.05]), period: 'annual' as const };
  const request = requestOf(
    { ...problem3, expectedReturns, constraints },
    { strategy: { type: 'utility', parameters: {} } },
  );
  const { signal } = new AbortController();
  const interruption = { interrupted: () => false, cause: undefined, signal };
  const job = { ...admitStateless(request, catalog), ...more };
  const news = await lastValueFrom(solveJob(job, toolbox, interruption).pipe(toArray()));
  const last = news.at(-1);
  if (last?.kind !== 'answer') throw new Error('the last news is no answer');
  return last.answer;
}

describe('shadow prices of limits that are not convex', () => {
  const longOnly = named('long-only', 'bounds', { all: { min: 0 } });

  it('on shares of risk are what the objective gains per share, near a local optimum', async () => {
    const at = (max: number) => answerOn([longOnly, named('it', 'risk-contribution', { by: 'asset', all: { max } })]);
    const answer = await at(0.6);
    expect(answer.termination).to.equal('feasible');
    expect(answer.detail).to.match(/^local optimum: /);
    expect(answer.certificate?.passed).to.equal(true);
    const verdict = verdictOf(answer, 'it', 'EQUITY');
    const [tighter, looser] = [await at(0.5999), await at(0.6001)];
    const measured = (tighter.objective - looser.objective) / 2e-4;
    expect(measured).to.be.greaterThan(1e-4);
    expect(verdict.shadowPrice).to.be.closeTo(measured, 1e-3 * measured);
    expect(verdict.binding).to.equal('max');
    expect(verdictOf(answer, 'it', 'GOLD').shadowPrice).to.equal(0);
  });

  it('on large holdings are what the objective gains among the choices made', async () => {
    const at = (totalMax: number) =>
      answerOn([named('it', 'concentration', { by: 'asset', eachMax: 0.6, threshold: 0.35, totalMax })]);
    const answer = await at(0.5);
    expect(answer.termination).to.equal('optimal');
    const verdict = verdictOf(answer, 'it', 'together');
    const [tighter, looser] = [await at(0.4999), await at(0.5001)];
    const measured = (tighter.objective - looser.objective) / 2e-4;
    expect(measured).to.be.greaterThan(1e-4);
    expect(verdict.shadowPrice).to.be.closeTo(measured, 1e-3 * measured);
    expect(verdict.binding).to.equal('max');
  });

  it('balance with the other forces on each weight, choices among them', async () => {
    const half = named('half', 'bounds', { assets: { EQUITY: { max: 0.55 } } });
    const explained = { explainConstraints: true, explain: { assetIds: [], increase: 0.01 } };
    const cases: readonly (readonly [ConstraintDraft, RegExp])[] = [
      [named('it', 'concentration', { by: 'asset', eachMax: 0.6, threshold: 0.35, totalMax: 0.5 }), /together/],
      [named('it', 'holding-minimum', { min: 0.3 }), /^the choice made for it$/],
    ];
    for (const [constraint, words] of cases) {
      const { termination, explanation } = await answerOn([longOnly, half, constraint], explained);
      expect(termination, constraint.type).to.equal('optimal');
      expect(explanation?.weights, constraint.type).to.have.length(3);
      for (const { residual, assetId } of explanation?.weights ?? [])
        expect(Math.abs(residual), `${constraint.type} ${assetId}`).to.be.below(1e-6);
      const forces = (explanation?.weights ?? []).flatMap((weight) => weight.forces);
      const told = forces.filter(({ text, pull }) => words.test(text) && Math.abs(pull) > 1e-4);
      expect(told.length, constraint.type).to.be.greaterThan(0);
      expect(explanation?.detail).to.match(/among portfolios that make the same choices/);
    }
  });
});
