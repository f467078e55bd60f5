import { expect } from 'chai';
import fc from 'fast-check';
import type { OptimizationAnswer } from '../../src/optimization/answer.ts';
import type { ConstraintDraft, ProblemDraft } from '../../src/optimization/draft.ts';
import { answerOn, named, verdictOf } from '../support/answers.ts';
import { assetOf, matrixOf, vectorOf } from '../support/optimization.ts';
import { Random } from '../support/problems.ts';

type Market = Partial<ProblemDraft>;

const sectors = ['Technology', 'Health', 'Energy'];

/** 4 to 7 assets with factor risk or a covariance, holdings, a benchmark and two dozen scenarios. */
function marketOf(random: Random): Market {
  const n = random.integer(4, 7);
  const k = random.integer(1, 3);
  const shares = (): number[] => {
    const raw = Array.from({ length: n }, () => random.between(0.05, 1));
    const total = raw.reduce((sum, share) => sum + share, 0);
    return raw.map((share) => share / total);
  };
  const exposures = Array.from({ length: n }, () => Array.from({ length: k }, () => 0.4 + 0.4 * random.normal()));
  const factors = Array.from({ length: k }, () => random.between(0.01, 0.06));
  const specifics = Array.from({ length: n }, () => random.between(0.005, 0.05));
  const covariance = exposures.map((one, i) =>
    exposures.map((other, j) =>
      factors.reduce((sum, variance, f) => sum + one[f]! * other[f]! * variance, i === j ? specifics[i]! : 0),
    ),
  );
  const risk = random.chance(0.5)
    ? ({
        kind: 'factor',
        factors: factors.map((_, f) => `f${String(f)}`),
        exposures: matrixOf(exposures),
        factorCovariance: matrixOf(factors.map((variance, f) => factors.map((_, g) => (f === g ? variance : 0)))),
        specificVariance: vectorOf(specifics),
        period: 'annual',
      } as const)
    : ({ kind: 'covariance', matrix: matrixOf(covariance), period: 'annual', repair: false } as const);
  const outcomes = Array.from({ length: 24 }, () => {
    const common = 0.03 * random.normal();
    return Array.from({ length: n }, () => common + 0.03 * random.normal());
  });
  return {
    universe: Array.from({ length: n }, (_, i) => assetOf(`A${String(i)}`, { sector: sectors[i % 3]! })),
    risk,
    expectedReturns: { values: vectorOf(Array.from({ length: n }, () => random.between(0, 0.12))), period: 'annual' },
    currentWeights: vectorOf(shares()),
    benchmarkWeights: vectorOf(shares()),
    scenarios: { returns: matrixOf(outcomes), period: 'monthly', path: true },
  };
}

interface Limit {
  readonly title: string;
  readonly at: (bound: number) => ConstraintDraft;
  readonly loose: number;
  readonly penalty?: number;
}

/** One limit of every kind, each with a single bound from above. */
function limitsOn(random: Random): readonly Limit[] {
  const it = (type: string, parameters: (max: number) => ConstraintDraft['parameters'], loose: number): Limit => {
    return { title: type, at: (max) => named('it', type, parameters(max)), loose };
  };
  const hard = [
    it('sector', (max) => ({ Technology: { max } }), 1),
    it('bounds', (max) => ({ assets: { A1: { max } } }), 1),
    it('volatility', (max) => ({ max, period: 'annual' }), 1),
    it('tracking-error', (max) => ({ max, period: 'annual', definition: 'ex-ante' }), 1),
    it('turnover', (max) => ({ definition: 'half-sum', max }), 1),
  ];
  const tails = [
    it('cvar', (max) => ({ level: 0.9, max }), 0.9),
    it('mean-absolute-deviation', (max) => ({ max }), 0.9),
    it('drawdown', (max) => ({ measure: 'maximum', max }), 0.9),
  ];
  const soft = hard.map((limit): Limit => {
    const penalty = 10 ** random.between(-2.5, 0);
    return {
      title: `soft ${limit.title}`,
      at: (max) => ({ ...limit.at(max), penalty }),
      loose: limit.loose,
      penalty,
    };
  });
  return [...hard, ...tails, ...soft];
}

const longOnly = named('long-only', 'bounds', { all: { min: 0 } });
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const solverError = 2e-8;

/** A limit that binds: between what the objective would choose without it and less, or nothing when that cannot be had. */
async function binding(limit: Limit, market: Market, random: Random): Promise<number | undefined> {
  const free = await answerOn([longOnly, limit.at(limit.loose)], false, market);
  const bound = verdictOf(free, 'it').value * random.between(0.6, 0.97);
  if (free.termination !== 'optimal' || bound < 1e-3) return undefined;
  const limited = await answerOn([longOnly, limit.at(bound)], false, market);
  return limited.termination === 'optimal' ? bound : undefined;
}

describe('what is told of constraints and assets on random problems', () => {
  it('is what solving again finds: prices are slopes of the objective, gains and costs its differences', async () => {
    const priced = new Map<string, number>();
    let [asked, forbidden, pulled] = [0, 0, 0];
    const check = async (seed: number): Promise<void> => {
      const random = new Random(seed);
      const market = marketOf(random);
      const limits = limitsOn(random);
      const limit = limits[random.integer(0, limits.length - 1)]!;
      const bound = await binding(limit, market, random);
      if (bound === undefined) return;
      const solve = (constraints: readonly ConstraintDraft[]): Promise<OptimizationAnswer> =>
        answerOn([longOnly, ...constraints], false, market);
      const increase = random.between(0.005, 0.05);
      const assetIds = ['A0', 'A1', 'A2'];
      const answer = await answerOn([longOnly, limit.at(bound)], false, market, { explain: { assetIds, increase } });
      expect(answer.termination, limit.title).to.equal('optimal');
      const verdict = verdictOf(answer, 'it');
      const f = answer.objective;

      // The objective is convex in the bound: its price lies between the slopes on both sides.
      const step = 1e-3 * bound;
      const [tighter, looser] = [await solve([limit.at(bound - step)]), await solve([limit.at(bound + step)])];
      const error = (2 * solverError * Math.max(1, Math.abs(f))) / step;
      if (tighter.termination === 'optimal' && looser.termination === 'optimal') {
        const [above, below] = [(tighter.objective - f) / step, (f - looser.objective) / step];
        const price = verdict.shadowPrice ?? NaN;
        expect(price, limit.title).to.be.within(below - error, above + error);
        if (limit.penalty !== undefined) expect(price, limit.title).to.be.at.most(limit.penalty * (1 + 1e-6));
        if (above - below < 0.1 * price) priced.set(limit.title, (priced.get(limit.title) ?? 0) + 1);
      }

      // What is gained without the constraint.
      const gain = verdict.gain ?? 0;
      expect(gain, limit.title).to.be.closeTo(f - (await solve([])).objective, 1e-7);

      // What more of an asset costs.
      for (const { assetId, weight, cost, conflict } of answer.explanation?.increases ?? []) {
        const more = named('more', 'bounds', { assets: { [assetId]: { min: weight } } });
        const forced = await solve([limit.at(bound), more]);
        if (cost === undefined) {
          expect(forced.termination, `${limit.title} ${assetId}`).to.equal('infeasible');
          expect(conflict.length).to.be.greaterThan(0);
          forbidden += 1;
          continue;
        }
        expect(cost, `${limit.title} ${assetId}`).to.be.closeTo(forced.objective - f, 1e-7);
        asked += 1;
        // The bound at 0 pulls by what the first bit more costs, and every further bit costs more.
        const forces = answer.explanation?.weights.find((line) => line.assetId === assetId)?.forces ?? [];
        const pull = forces.find(({ constraintId }) => constraintId === 'long-only')?.pull ?? 0;
        if (pull > 1e-6) pulled += 1;
        expect(cost, `${limit.title} ${assetId}`).to.be.at.least(pull * increase - 1e-7);
      }
      for (const { residual } of answer.explanation?.weights ?? [])
        expect(Math.abs(residual), limit.title).to.be.below(1e-6);
    };
    await fc.assert(fc.asyncProperty(seeds, check), { numRuns: 60, verbose: true });
    expect(priced.size).to.be.at.least(8);
    expect([asked > 80, forbidden > 0, pulled > 10]).to.deep.equal([true, true, true]);
  }).timeout(60_000);
});
