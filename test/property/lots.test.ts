/** Round lots and least trades in money against every portfolio of whole shares there is, and the trades that lead there. */
import { expect } from 'chai';
import fc from 'fast-check';

import { names } from '../../src/constraints/names.ts';
import { roundLots } from '../../src/constraints/round-lots.ts';
import { tradeMinimum } from '../../src/constraints/trade-minimum.ts';
import { checked } from '../../src/problem/checked-solution.ts';
import { compose } from '../../src/problem/problem.ts';
import type { Situation } from '../../src/problem/situation.ts';
import { propose } from '../../src/rebalancing/propose.ts';
import { proposalProblems } from '../../src/rebalancing/proposal-check.ts';
import { branchAndBound } from '../../src/solvers/integers/branch-and-bound.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { Random, originOf, rowOver } from '../support/problems.ts';
import { proposalInput } from '../support/proposals.ts';
import type { Holding } from '../support/proposals.ts';
import { quadraticForm, randomOperator } from '../support/random-problems.ts';

const n = 3;
const netAssetValue = 100_000;
const weightMost = 0.6;
const registry = new SolverRegistry([branchAndBound]);

interface Desk {
  readonly prices: readonly number[];
  readonly lots: readonly number[];
  /** Shares. */
  readonly held: readonly number[];
  readonly relativeTo: 'none' | 'current';
  readonly closeOut: boolean;
  /** Least trade in money; 0 for none. */
  readonly least: number;
  readonly namesMost: number;
}

function randomDesk(random: Random): Desk {
  const prices = Array.from({ length: n }, () => Math.round(random.between(200, 4000)) / 100);
  const lots = prices.map((price) => Math.max(2, Math.round((random.between(0.06, 0.12) * netAssetValue) / price)));
  const held = lots.map((lot) => random.integer(0, 2) * lot + (random.chance(0.5) ? random.integer(1, lot - 1) : 0));
  const relativeTo = random.chance(0.7) ? 'current' : 'none';
  const closeOut = relativeTo === 'current' && random.chance(0.6);
  const least = random.chance(0.6) ? Math.round(random.between(0.02, 0.3) * netAssetValue) : 0;
  return { prices, lots, held, relativeTo, closeOut, least, namesMost: random.integer(1, n) };
}

/** The numbers of shares of one asset that the constraints leave, from their definitions. */
function admissibleShares({ prices, lots, held, relativeTo, closeOut, least }: Desk, i: number): readonly number[] {
  const shares: number[] = [];
  const whole = (amount: number): boolean => amount % lots[i]! === 0;
  for (let q = 0; q * prices[i]! <= weightMost * netAssetValue; q++) {
    const traded = Math.abs(q - held[i]!);
    const isOnLot = relativeTo === 'none' ? whole(q) : whole(traded) || (closeOut && q === 0);
    const isSmall = held[i]! * prices[i]! < least;
    if (isOnLot && (traded === 0 || traded * prices[i]! >= least || (isSmall && q === 0))) shares.push(q);
  }
  return shares;
}

function situationOf({ prices, lots, held }: Desk): Situation {
  const current = Float64Array.from(held, (quantity, i) => (quantity * prices[i]!) / netAssetValue);
  return {
    universe: {
      assets: prices.map((price, i) => ({
        id: `A${String(i)}`,
        groups: {},
        lotSize: lots[i]!,
        unitValue: price / netAssetValue,
      })),
    },
    current,
    cashCurrent: 1 - current.reduce((sum, weight) => sum + weight, 0),
    netAssetValue: { amount: String(netAssetValue), currency: 'USD' },
  };
}

function problemOn(desk: Desk, random: Random) {
  const situation = situationOf(desk);
  const { operator } = randomOperator(n, random);
  const linear = random.vector(n, () => 0.1 * random.normal());
  const scale = 10 ** random.between(-0.5, 2);
  const { relativeTo, closeOut, least, namesMost } = desk;
  const lots = { from: 'asset-data' as const, relativeTo, closeOut };
  const trades = { value: { amount: String(least), currency: 'USD' }, closeOut: true };
  expect(roundLots.admit(lots, situation)).to.deep.equal([]);
  const restrictions = [
    roundLots.lower(lots, situation, originOf),
    names.lower({ max: namesMost }, situation, originOf),
    ...(least === 0 ? [] : [tradeMinimum.lower(trades, situation, originOf)]),
    { rows: [rowOver(new Float64Array(n).fill(1), 0.8, 1, 'budget')] },
    {
      bounds: Array.from({ length: n }, (_, position) => ({
        position,
        lower: 0,
        upper: weightMost,
        origin: originOf('bounds'),
      })),
    },
  ];
  return compose(situation.universe, { quadratics: [{ scale, operator }], linear }, restrictions);
}

describe('round lots from asset data and least trades in money', () => {
  it('are answered with the best of all portfolios of whole shares, which a proposal trades to exactly', () => {
    const told = { optimal: 0, infeasible: 0, oddClosed: 0 };
    const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const desk = randomDesk(random);
        const { prices, held, lots, namesMost } = desk;
        fc.pre(held.reduce((sum, quantity, i) => sum + quantity * prices[i]!, 0) <= netAssetValue);
        const problem = problemOn(desk, random);
        const choices = prices.map((_, i) => admissibleShares(desk, i));
        const best = bestOf(problem, desk, choices, namesMost);
        const { termination, objective, weights } = checked(problem, runToEnd(registry.solve(problem)));
        expect(termination.reason, termination.detail).to.equal(best === Infinity ? 'infeasible' : 'optimal');
        told[best === Infinity ? 'infeasible' : 'optimal']++;
        if (best === Infinity) return;
        expect(objective).to.be.closeTo(best, 2e-6 * Math.max(Math.abs(best), 1e-3));
        const shares = Array.from(weights, (weight, i) => Math.round((weight * netAssetValue) / prices[i]!));
        for (const [i, quantity] of shares.entries()) {
          expect(choices[i]).to.include(quantity);
          expect((weights[i]! * netAssetValue) / prices[i]!).to.be.closeTo(quantity, 1e-9);
          if (quantity === 0) expect(weights[i]).to.equal(0);
          if (quantity === 0 && held[i]! % lots[i]! !== 0) told.oddClosed++;
        }
        expectTrades(desk, weights, shares);
      }),
      { numRuns: 120, verbose: true },
    );
    expect(Math.min(told.optimal, told.infeasible, told.oddClosed), JSON.stringify(told)).to.be.at.least(10);
  });
});

function bestOf(
  problem: ReturnType<typeof problemOn>,
  { prices }: Desk,
  choices: readonly (readonly number[])[],
  namesMost: number,
): number {
  const [{ scale, operator } = { scale: 0, operator: undefined }] = problem.quadratics;
  let best = Infinity;
  for (const a of choices[0]!)
    for (const b of choices[1]!)
      for (const c of choices[2]!) {
        const shares = [a, b, c];
        const w = Float64Array.from(shares, (quantity, i) => (quantity * prices[i]!) / netAssetValue);
        const total = shares.reduce((sum, quantity, i) => sum + quantity * prices[i]!, 0);
        if (total > netAssetValue || total < 0.8 * netAssetValue) continue;
        if (shares.filter((quantity) => quantity > 0).length > namesMost) continue;
        const linear = w.reduce((sum, weight, i) => sum + problem.linear[i]! * weight, 0);
        best = Math.min(best, 0.5 * scale * quadraticForm(operator!, w) - linear);
      }
  return best;
}

/** Every line is traded from the shares held to the shares found, to the last share. */
function expectTrades({ prices, lots, held }: Desk, weights: Float64Array, shares: readonly number[]): void {
  const holdings = Object.fromEntries(
    prices.map((price, i): [string, Holding] => [
      `A${String(i)}`,
      { quantity: held[i]!, price, lot: lots[i]!, target: weights[i]! },
    ]),
  );
  const invested = prices.reduce((sum, price, i) => sum + Math.round(price * 100) * held[i]!, 0);
  const cash = ((netAssetValue * 100 - invested) / 100).toFixed(2);
  const input = { ...proposalInput(holdings, cash), closeOddLots: true };
  const proposal = propose(input);
  expect(proposalProblems(proposal, input)).to.deep.equal([]);
  const isLotTrade = shares.every((quantity, i) => quantity === 0 || (quantity - held[i]!) % lots[i]! === 0);
  if (!isLotTrade) return;
  const after = [...held];
  for (const { asset, side, quantity } of proposal.trades)
    after[Number(asset.slice('assets/A'.length))]! += Number(quantity) * (side === 'buy' ? 1 : -1);
  expect(after).to.deep.equal([...shares]);
}
