/**
 * Why a weight is what it is. At an optimum what pulls at each weight balances: with f the objective that was minimized,
 *
 *     -df/dw_i  -  sum over restrictions k of  price_k * d(restriction k)/dw_i  =  0
 *
 * each term a force, positive when it pulls the weight upward: by how much the objective falls per unit of weight that is added, as far as
 * that force goes. Where a trading cost or a turnover limit has a kink, at the weight held now, its force is what closes the balance, within
 * what its two slopes allow.
 */
import { atChoices, pricesAtChoices } from '../problem/certificate-integrality.ts';
import { inner, productOf } from '../problem/certificate-operator.ts';
import { pieceSlopes } from '../problem/certificate-pieces.ts';
import type { Problem, TailMeasure } from '../problem/problem.ts';
import type { Multipliers, TailStress } from '../problem/solution.ts';
import { finite } from './restrictions.ts';

export interface ForceLine {
  readonly kind: 'expected return' | 'risk' | 'trading cost' | 'tail risk' | 'logarithm' | 'constraint';
  /** Empty for parts of the objective. */
  readonly constraintId: string;
  readonly text: string;
  readonly pull: number;
}

export interface Balance {
  /** The strongest first. */
  readonly forces: readonly ForceLine[];
  /** Their sum: what rounding and the tolerance of the solve leave. */
  readonly residual: number;
}

/** A force on every weight (n); `least` and `most` (n) where it may take any value between them. */
interface Field {
  readonly kind: ForceLine['kind'];
  readonly constraintId: string;
  readonly text: string;
  readonly pull: Float64Array;
  readonly least?: Float64Array;
  readonly most?: Float64Array;
}

/** Weights this close to the weight held now have not been traded. */
const standstill = 1e-9;
/** Forces below this part of the strongest on the same weight are noise. */
const noise = 1e-9;

/** By asset, in the order of the universe. Where choices were made, the forces are those among portfolios that make the same ones. */
export function balances(problem: Problem, weights: Float64Array, multipliers: Multipliers): readonly Balance[] {
  const chosen = atChoices(problem, weights);
  const prices = pricesAtChoices(problem, multipliers);
  const fields = [...objectiveFields(chosen, weights, prices), ...restrictionFields(chosen, weights, prices)];
  return Array.from(weights, (_, position) => {
    return balanceAt(position, fields, boundForces(problem, chosen, multipliers, position));
  });
}

function balanceAt(position: number, fields: readonly Field[], bounds: readonly ForceLine[]): Balance {
  const pulls = fields.map(({ pull }) => pull[position]!);
  let rest = sum(pulls) + sum(bounds.map(({ pull }) => pull));
  for (const [index, { least, most }] of fields.entries()) {
    if (least === undefined || most === undefined) continue;
    const wanted = Math.min(most[position]!, Math.max(least[position]!, pulls[index]! - rest));
    rest += wanted - pulls[index]!;
    pulls[index] = wanted;
  }
  const all = fields.map(({ kind, constraintId, text }, index) => ({
    kind,
    constraintId,
    text,
    pull: finite(pulls[index]!),
  }));
  const forces = [...all, ...bounds].sort((one, other) => Math.abs(other.pull) - Math.abs(one.pull));
  const strongest = Math.abs(forces[0]?.pull ?? 0);
  return {
    forces: forces.filter(({ pull }) => pull !== 0 && Math.abs(pull) >= noise * strongest),
    residual: finite(rest),
  };
}

function objectiveFields(problem: Problem, weights: Float64Array, multipliers: Multipliers): readonly Field[] {
  const { linear, quadratics, trading, logarithms, tailTerms = [] } = problem;
  const own = (kind: Field['kind'], text: string, pull: Float64Array, rest: Partial<Field> = {}): Field => {
    return { kind, constraintId: '', text, pull, ...rest };
  };
  const fields = [own('expected return', 'what the objective gains in proportion to the weight', linear)];
  for (const { scale, operator, centre } of quadratics) {
    const away = awayFrom(weights, centre);
    const text = centre === undefined ? 'risk that the weight adds' : 'distance that the weight adds';
    fields.push(
      own(
        'risk',
        text,
        productOf(operator, away).map((value) => -scale * value),
      ),
    );
  }
  if (logarithms !== undefined)
    fields.push(
      own(
        'logarithm',
        'reward for holding some of it',
        logarithms.map((b, i) => (b === 0 ? 0 : b / weights[i]!)),
      ),
    );
  for (const [k, term] of tailTerms.entries()) {
    const stress = multipliers.tailTerms?.[k];
    if (stress !== undefined)
      fields.push(
        own(
          'tail risk',
          'losses that the weight adds',
          stressed(term, stress).map((value) => -term.weight * value),
        ),
      );
  }
  if (trading !== undefined) {
    const { current, buyRate, sellRate, quadratic, threeHalves } = trading;
    const smooth = (i: number, trade: number): number =>
      2 * (quadratic?.[i] ?? 0) * trade + 1.5 * (threeHalves?.[i] ?? 0) * Math.sign(trade) * Math.sqrt(Math.abs(trade));
    const sides = kinked(
      weights,
      current,
      (i) => buyRate[i]!,
      (i) => sellRate[i]!,
      smooth,
    );
    for (const { position: i, slope, down, up } of pieceSlopes(problem, weights)) {
      sides.pull[i] = sides.pull[i]! - slope;
      sides.least[i] = sides.least[i]! - slope - up;
      sides.most[i] = sides.most[i]! - slope + down;
    }
    fields.push(own('trading cost', 'cost of trading it', sides.pull, sides));
  }
  return fields;
}

function restrictionFields(problem: Problem, weights: Float64Array, multipliers: Multipliers): readonly Field[] {
  const n = weights.length;
  const fields: Field[] = [];
  const add = (origin: Problem['rows'][number]['origin'], pull: Float64Array, rest: Partial<Field> = {}): void => {
    fields.push({ kind: 'constraint', constraintId: origin.constraint, text: origin.text, pull, ...rest });
  };
  for (const [r, { positions, coefficients, origin }] of problem.rows.entries()) {
    const price = multipliers.rows[r] ?? 0;
    if (price === 0) continue;
    const pull = new Float64Array(n);
    for (const [k, position] of positions.entries()) pull[position] = pull[position]! - price * coefficients[k]!;
    add(origin, pull);
  }
  for (const [k, { operator, centre, origin }] of problem.norms.entries()) {
    const price = multipliers.norms[k] ?? 0;
    const away = awayFrom(weights, centre);
    const product = productOf(operator, away);
    const size = Math.sqrt(Math.max(0, inner(away, product)));
    if (price !== 0 && size > 0)
      add(
        origin,
        product.map((value) => (-price * value) / size),
      );
  }
  for (const [j, { centre, buyRate, sellRate, origin }] of problem.tradeLimits.entries()) {
    const price = multipliers.tradeLimits[j] ?? 0;
    if (price === 0) continue;
    const sides = kinked(
      weights,
      centre,
      (i) => price * buyRate[i]!,
      (i) => price * sellRate[i]!,
    );
    add(origin, sides.pull, sides);
  }
  for (const [t, tail] of problem.tails.entries()) {
    const told = multipliers.tails?.[t];
    if (told !== undefined && told.price !== 0)
      add(
        tail.origin,
        stressed(tail, told.stress).map((value) => -told.price * value),
      );
  }
  return fields;
}

/** The bound that binds, in the words of the constraint that states it; of a choice that was made, that it was made. */
function boundForces(
  problem: Problem,
  chosen: Problem,
  { bounds }: Multipliers,
  position: number,
): readonly ForceLine[] {
  const price = bounds[position] ?? 0;
  if (price === 0) return [];
  const side = price > 0 ? 'upper' : 'lower';
  const bound = chosen[side][position];
  const stated = problem.bounds.find((each) => each.position === position && each[side] === bound);
  const text = bound === problem[side][position] ? 'a bound on the weight' : 'the choice made for it';
  const { constraint = '', text: words = text } = stated?.origin ?? {};
  return [{ kind: 'constraint', constraintId: constraint, text: words, pull: finite(-price) }];
}

/** Forces of a cost with two slopes: between them where nothing is traded. */
function kinked(
  weights: Float64Array,
  current: Float64Array,
  buy: (position: number) => number,
  sell: (position: number) => number,
  smooth: (position: number, trade: number) => number = () => 0,
): { readonly pull: Float64Array; readonly least: Float64Array; readonly most: Float64Array } {
  const trades = weights.map((weight, i) => weight - current[i]!);
  const side = (i: number, trade: number): number => (trade > 0 ? -buy(i) : sell(i)) - smooth(i, trade);
  const stands = (trade: number): boolean => Math.abs(trade) <= standstill;
  return {
    pull: trades.map((trade, i) => (stands(trade) ? 0 : side(i, trade))),
    least: trades.map((trade, i) => (stands(trade) ? -buy(i) : side(i, trade))),
    most: trades.map((trade, i) => (stands(trade) ? sell(i) : side(i, trade))),
  };
}

/** (n) what a unit of each weight adds to a tail measure, at the scenarios under stress. */
function stressed(measure: TailMeasure, { losses, peaks }: TailStress): Float64Array {
  const { scenarios, kind } = measure;
  const count = losses.length;
  const n = scenarios.length / count;
  const gradient = new Float64Array(n);
  const addScenario = (s: number, factor: number): void => {
    for (let i = 0; i < n; i += 1) gradient[i] = gradient[i]! + factor * scenarios[s * n + i]!;
  };
  if (kind === 'cvar') for (const [s, q] of losses.entries()) addScenario(s, -q);
  if (kind === 'mean-absolute-deviation') {
    const total = sum(losses);
    for (const [s, q] of losses.entries()) addScenario(s, q - total * (measure.probabilities?.[s] ?? 1 / count));
  }
  if (kind === 'drawdown') {
    // C_t holds every result up to t: a result counts in all later running sums.
    let later = 0;
    for (let s = count - 1; s >= 0; s -= 1) {
      later += (peaks?.[s + 1] ?? 0) - losses[s]!;
      addScenario(s, later);
    }
  }
  return gradient;
}

function awayFrom(weights: Float64Array, centre: Float64Array | undefined): Float64Array {
  return centre === undefined ? weights : weights.map((weight, i) => weight - centre[i]!);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
