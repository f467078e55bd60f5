/** Rules on small portfolios: two or three assets, nothing but the rule and what the client restricts. */
import type { Answer, JsonObject, Lowered, Strategy, UniverseAsset, Violation } from '../../src/sdk/v1/index.ts';
import { withDefaults } from '../../src/values/schema.ts';
import { certifiedAnswer } from '../golden/markets.ts';
import { rowOver } from './problems.ts';

export interface Holding extends Partial<Omit<UniverseAsset, 'id'>> {
  /** Weight now. */
  readonly held: number;
  readonly benchmark?: number;
}

function situationOf(holdings: Readonly<Record<string, Holding>>) {
  const assets = Object.entries(holdings).map(([id, { held: _held, benchmark: _benchmark, ...asset }]) => ({
    id,
    groups: {},
    ...asset,
  }));
  const current = Float64Array.from(Object.values(holdings), ({ held }) => held);
  const cashCurrent = 1 - current.reduce((sum, weight) => sum + weight, 0);
  const benchmark = Float64Array.from(Object.values(holdings), ({ benchmark: weight = NaN }) => weight);
  return { universe: { assets }, current, cashCurrent, ...(benchmark.some(Number.isNaN) ? {} : { benchmark }) };
}

/** Assets together at most `max` of net asset value, `min` at least. */
export function invested(n: number, min: number, max = min): Lowered {
  return { rows: [rowOver(new Float64Array(n).fill(1), min, max)] };
}

export interface Ruled extends Answer {
  readonly byId: Readonly<Record<string, number>>;
  readonly told: JsonObject;
}

/** The certified answer of a rule, its defaults filled in. */
export async function ruled<Parameters>(
  strategy: Strategy<Parameters>,
  holdings: Readonly<Record<string, Holding>>,
  parameters: Parameters,
  restrictions: readonly Lowered[] = [],
  expectedReturns?: readonly number[],
): Promise<Ruled> {
  const situation = situationOf(holdings);
  const faults = strategy.admit?.(parameters, situation) ?? [];
  if (faults.length > 0) throw new Error(faults.map(({ field, description }) => `${field} ${description}`).join('; '));
  const answer = await certifiedAnswer(strategy, {
    parameters: withDefaults(strategy.parameters, parameters) as Parameters,
    situation,
    estimates: {
      riskFreeRate: 0,
      ...(expectedReturns === undefined ? {} : { expectedReturns: Float64Array.from(expectedReturns) }),
    },
    restrictions,
  });
  const { weights } = answer.solution;
  const byId = Object.fromEntries(situation.universe.assets.map(({ id }, i) => [id, weights[i]!]));
  return { ...answer, byId, told: answer.report ?? {} };
}

/** What the rule refuses. */
export function refusals<Parameters>(
  strategy: Strategy<Parameters>,
  holdings: Readonly<Record<string, Holding>>,
  parameters: Parameters,
): readonly Violation[] {
  return strategy.admit?.(parameters, situationOf(holdings)) ?? [];
}
