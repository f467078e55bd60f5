import { expect } from 'chai';
import type { OptimizationAnswer } from '../../../src/optimization/answer.ts';
import type { Explanation } from '../../../src/optimization/answering-explanation.ts';
import type { ConstraintDraft, ProblemDraft } from '../../../src/optimization/draft.ts';
import { answerOn, named, verdictOf } from '../../support/answers.ts';
import { matrixOf } from '../../support/optimization.ts';

const longOnly = named('long-only', 'bounds', { all: { min: 0 } });

async function explained(
  constraints: readonly ConstraintDraft[],
  assetIds: readonly string[] = [],
  more: Partial<ProblemDraft> = {},
): Promise<{ readonly answer: OptimizationAnswer; readonly explanation: Explanation }> {
  const answer = await answerOn(constraints, false, more, { explain: { assetIds, increase: 0.01 } });
  if (answer.explanation === undefined) throw new Error('there is no explanation');
  return { answer, explanation: answer.explanation };
}

const forcesOn = ({ weights }: Explanation, assetId: string) =>
  Object.fromEntries(
    (weights.find((weight) => weight.assetId === assetId)?.forces ?? []).map(({ kind, text, pull }) => [
      kind === 'constraint' ? text : kind,
      pull,
    ]),
  );

describe('an explanation', () => {
  it('balances the forces on every weight, and tells the return and the risk of each', async () => {
    const { answer, explanation } = await explained([longOnly, named('it', 'sector', { Technology: { max: 0.3 } })]);
    expect(explanation.weights.map(({ assetId }) => assetId)).to.deep.equal(['BOND', 'EQUITY', 'GOLD']);
    for (const { residual, forces, weight, assetId } of explanation.weights) {
      expect(Math.abs(residual)).to.be.below(1e-7);
      expect(forces.reduce((sum, { pull }) => sum + pull, 0)).to.be.closeTo(residual, 1e-9);
      expect(weight).to.equal(answer.weights.find((line) => line.assetId === assetId)?.weight);
    }
    const equity = forcesOn(explanation, 'EQUITY');
    expect(equity['expected return']).to.equal(0.12);
    expect(equity['risk']).to.be.lessThan(0);
    expect(-(equity['sector Technology at most 30 %'] ?? 0)).to.be.closeTo(
      verdictOf(answer, 'it').shadowPrice ?? 0,
      1e-8,
    );
    expect(explanation.weights[1]?.summary).to.match(/^EQUITY has 30\.00 %: expected return pulls it up/);
  });

  it('names the bound that holds a weight, and the turnover limit at which it stands still', async () => {
    const capped = await explained([longOnly, named('cap', 'bounds', { assets: { EQUITY: { max: 0.2 } } })]);
    expect(Object.keys(forcesOn(capped.explanation, 'EQUITY')).join()).to.include('EQUITY at most 20 %');
    const still = await explained([longOnly, named('still', 'turnover', { definition: 'half-sum', max: 0.02 })]);
    for (const { residual } of still.explanation.weights) expect(Math.abs(residual)).to.be.below(1e-7);
    expect(Object.keys(forcesOn(still.explanation, 'GOLD')).join()).to.include('turnover');
  });

  it('balances limits on risk and on losses', async () => {
    const outcomes = [
      [0.01, 0.05, -0.02],
      [-0.01, -0.08, 0.03],
      [0.02, 0.02, 0.01],
      [0, -0.03, -0.04],
    ];
    const scenarios = { returns: matrixOf(outcomes), period: 'monthly', path: true } as const;
    const limits = [
      named('volatility', 'volatility', { max: 0.12, period: 'annual' }),
      named('losses', 'cvar', { level: 0.5, max: 0.02 }),
      named('falls', 'drawdown', { measure: 'maximum', max: 0.03 }),
      named('spread', 'mean-absolute-deviation', { max: 0.015 }),
    ];
    for (const limit of limits) {
      const { answer, explanation } = await explained([longOnly, limit], [], { scenarios });
      expect(answer.termination, limit.type).to.equal('optimal');
      for (const { residual } of explanation.weights) expect(Math.abs(residual), limit.type).to.be.below(1e-6);
      const forces = explanation.weights.flatMap((weight) => weight.forces);
      expect(
        forces.some(({ constraintId, pull }) => constraintId === limit.constraintId && Math.abs(pull) > 1e-4),
        limit.type,
      ).to.equal(true);
    }
  });

  it('tells what more of an asset costs by solving again, and what forbids it', async () => {
    const constraints = [longOnly, named('cap', 'bounds', { assets: { EQUITY: { max: 0.2 } } })];
    const { answer, explanation } = await explained(constraints, ['BOND', 'EQUITY']);
    const [bond, equity] = explanation.increases;
    const held = answer.weights[0]?.weight ?? NaN;
    expect(bond?.weight).to.be.closeTo(held + 0.01, 1e-12);
    const forced = await answerOn([
      ...constraints,
      named('more', 'bounds', { assets: { BOND: { min: held + 0.01 } } }),
    ]);
    expect(bond?.cost).to.be.closeTo(forced.objective - answer.objective, 1e-8);
    expect(bond?.cost).to.be.greaterThan(0);
    expect(answer.weights[1]?.weight).to.be.closeTo(0.2, 1e-6);
    expect(equity).not.to.have.property('cost');
    expect(equity?.conflict.map(({ constraintId }) => constraintId)).to.include('cap');
    expect(equity?.summary).to.include('EQUITY at most 20 %');
  });

  it('lists what constraints cost, the dearest first', async () => {
    const { answer, explanation } = await explained([
      longOnly,
      named('small', 'bounds', { assets: { GOLD: { max: 0.2 } } }),
      named('large', 'bounds', { assets: { EQUITY: { max: 0.1 } } }),
    ]);
    const gains = explanation.costs.map(({ gain }) => gain ?? NaN);
    expect(explanation.costs[0]?.constraintId).to.equal('large');
    expect(gains).to.deep.equal([...gains].sort((one, other) => other - one));
    expect(gains[0]).to.equal(verdictOf(answer, 'large', 'EQUITY').gain);
  });

  it('says plainly that a constraint which binds costs nothing', async () => {
    const twice = [longOnly, named('one', 'bounds', { assets: { EQUITY: { max: 0.1 } } })];
    const { explanation } = await explained([...twice, named('other', 'sector', { Technology: { max: 0.1 } })]);
    expect(explanation.costs.map(({ summary }) => summary)).to.include(
      'without sector the objective would be the same',
    );
  });

  it('looks into the assets asked for first, what constraints cost with the time that is left', async () => {
    const constraints = [longOnly, named('large', 'bounds', { assets: { EQUITY: { max: 0.1 } } })];
    const seen = new Set<string>();
    const told = new Set<string>();
    for (let most = 3; most < 20; most += 1) {
      let looks = 0;
      const interrupted = () => (looks += 1) > most;
      const explain = { assetIds: ['BOND'], increase: 0.01 };
      const { explanation } = await answerOn(constraints, false, {}, { explain, interrupted });
      const [bond] = explanation?.increases ?? [];
      const isKnown = bond?.cost !== undefined;
      const areCosts = (explanation?.costs ?? []).length > 0;
      if (bond === undefined) continue;
      seen.add(`${String(isKnown)} ${String(areCosts)}`);
      told.add(bond.summary);
    }
    expect([...seen]).to.have.members(['false false', 'true false', 'true true']);
    expect([...told]).to.include('BOND at least 69.19 %: the limits of the run ended the search');
  });

  it('has nothing to say of an answer that is not optimal', async () => {
    let looks = 0;
    const answer = await answerOn(
      [longOnly],
      false,
      {},
      {
        explain: { assetIds: ['BOND'], increase: 0.01 },
        interrupted: () => (looks += 1) > 3,
      },
    );
    expect(answer.termination).not.to.equal('optimal');
    expect(answer.explanation?.weights ?? []).to.deep.equal([]);
  });
});
