/** Builds the scaled conic form of a problem; see `conic-form.ts` for what it means. */
import type { Problem, Row, Trading, TradeLimit, TradingPieces } from '../problem/problem.ts';
import type { Checkpoint } from '../math/checkpoint.ts';
import { maxAbs } from '../math/vectors.ts';
import { AtomList, addAtomTimes, diagonalOf } from './atoms.ts';
import { conesOf, type PendingCone } from './conic-form-cones.ts';
import { impactRows, mergedRow, movedBy, movingPart, sparseRows, type PendingRow } from './conic-form-rows.ts';
import type { BorderRow, ConicForm, Impact, Kink, RowPlace } from './conic-form.ts';
import { noExcess, noPlace } from './conic-form.ts';
import type { Presolved } from './presolve.ts';

/** A separable trading term: a cost (limit -1) or the left side of a trade limit. */
type TradingTerm = Pick<TradeLimit, 'centre' | 'buyRate' | 'sellRate'>;

/** A range of a row narrower than this share of its scale is an equation. */
const equationWidth = 1e-11;
/** Penalties beyond the inverse of this, in units of the other terms, are what the objective is scaled by. */
const penaltyShare = 1e-3;

export function buildConicForm(problem: Problem, presolved: Presolved, checkpoint: Checkpoint): ConicForm {
  return new FormBuilder(problem, presolved, checkpoint).build();
}

class FormBuilder {
  private readonly problem: Problem;
  private readonly presolved: Presolved;
  private readonly n: number;
  private readonly origin: Float64Array;
  private readonly isFree: Uint8Array;
  private readonly atoms: AtomList;
  private readonly checkpoint: Checkpoint;
  private readonly weights: number[] = [];
  private readonly equations: PendingRow[] = [];
  private readonly inequalities: PendingRow[] = [];
  private readonly coneRows: PendingRow[] = [];
  private readonly kinks: Kink[] = [];
  private readonly impacts: Impact[] = [];
  private readonly borders: BorderRow[] = [];
  /** Cost of a unit of excess, by border. */
  private readonly borderCosts: number[] = [];
  private readonly linear: Float64Array;
  private readonly auxiliaryCosts: number[] = [];
  /** Columns of excesses. */
  private excesses = 0;
  private constant = 0;

  constructor(problem: Problem, presolved: Presolved, checkpoint: Checkpoint) {
    this.problem = problem;
    this.presolved = presolved;
    this.checkpoint = checkpoint;
    this.atoms = new AtomList(checkpoint);
    this.n = problem.universe.assets.length;
    this.isFree = presolved.fixed.map((fixed) => 1 - fixed);
    this.origin = Float64Array.from({ length: this.n }, (_, i) => (presolved.fixed[i] === 1 ? presolved.lower[i]! : 0));
    this.linear = problem.linear.map((value) => -value);
  }

  build(): ConicForm {
    const { n, problem, presolved } = this;
    this.addObjective();
    const lowerRow = new Int32Array(n).fill(-1);
    const upperRow = new Int32Array(n).fill(-1);
    for (let i = 0; i < n; i++) {
      if (this.isFree[i] === 0) continue;
      if (presolved.upper[i]! < Infinity) upperRow[i] = this.inequality([i], [1], presolved.upper[i]!);
      if (presolved.lower[i]! > -Infinity) lowerRow[i] = this.inequality([i], [-1], -presolved.lower[i]!);
    }
    const rowPlaces = problem.rows.map((row, r) => this.addRow(row, r));
    const equationPlaces = presolved.equations.map((equation) => {
      const centre = problem.norms[equation.norm]!.centre;
      const target = equation.coefficients.reduce((s, value, i) => s + value * (centre?.[i] ?? 0), 0);
      const positions = Int32Array.from(equation.coefficients.keys());
      return this.addLinear(positions, equation.coefficients, target, target, 0);
    });
    if (problem.trading !== undefined) this.addCost(problem.trading);
    const limitPlaces = problem.tradeLimits.map((limit, j) => this.addLimit(limit, j));
    if (problem.trading?.threeHalves !== undefined) this.addImpacts(problem.trading, problem.trading.threeHalves);
    this.borderCosts.forEach((cost, k) => this.softenBorder(k, cost));
    const cones = conesOf(problem, presolved, this.atoms, this.origin, this.checkpoint).map((cone) =>
      this.softened(cone),
    );
    return this.finish(lowerRow, upperRow, rowPlaces, equationPlaces, limitPlaces, cones);
  }

  private addObjective(): void {
    const { problem, origin, n } = this;
    for (let i = 0; i < n; i++) this.constant -= problem.linear[i]! * origin[i]!;
    const quadratics = [...problem.quadratics];
    const impact = problem.trading?.quadratic;
    if (problem.trading !== undefined && impact !== undefined)
      quadratics.push({
        scale: 2,
        operator: { kind: 'diagonal', size: n, entries: impact },
        centre: problem.trading.current,
      });
    for (const { scale, operator, centre } of quadratics) {
      if (scale === 0) continue;
      const distance = origin.map((value, i) => value - (centre?.[i] ?? 0));
      for (const a of this.atoms.add(operator)) {
        this.weights[a] = (this.weights[a] ?? 0) + scale;
        const pull = new Float64Array(n);
        addAtomTimes(this.atoms.atoms[a]!, scale, distance, pull);
        for (let i = 0; i < n; i++) {
          this.linear[i] = this.linear[i]! + pull[i]!;
          this.constant += 0.5 * pull[i]! * distance[i]!;
        }
      }
    }
  }

  /** A row over original columns: moved to the origin of y, fixed assets left out. @returns its index among the inequalities. */
  private inequality(columns: number[], values: number[], bound: number): number {
    this.inequalities.push(this.pending(columns, values, bound));
    return this.inequalities.length - 1;
  }

  private pending(columns: number[], values: number[], bound: number): PendingRow {
    let moved = bound;
    const kept: PendingRow = { columns: [], values: [], bound: 0 };
    columns.forEach((column, k) => {
      const value = values[k]!;
      if (column < this.n) moved -= value * this.origin[column]!;
      if (value === 0 || (column < this.n && this.isFree[column] === 0)) return;
      kept.columns.push(column);
      kept.values.push(value);
    });
    return { ...kept, bound: moved };
  }

  private addRow({ positions, coefficients, lower, upper, penalty }: Row, r: number): RowPlace {
    const [only] = positions;
    if (penalty === undefined || only === undefined || positions.some((position) => position !== only))
      return this.addLinear(positions, coefficients, lower, upper, penalty ?? 0);
    const coefficient = coefficients.reduce((total, value) => total + value, 0);
    if (coefficient === 0) return this.addLinear(positions, coefficients, lower, upper, penalty);
    const ends = [lower / coefficient, upper / coefficient].sort((a, b) => a - b) as [number, number];
    return this.addCorridor(only, coefficient, ends, penalty, r);
  }

  /** A soft row over one asset: a kink at either end. */
  private addCorridor(i: number, coefficient: number, ends: [number, number], penalty: number, r: number): RowPlace {
    const scale = Math.abs(coefficient);
    const cost = penalty * scale;
    let slopes = 0;
    const placeOf = (end: number, rates: readonly [number, number]): number => {
      if (!Number.isFinite(end)) return -1;
      const known = this.kinks.length;
      const slope = this.addKink(i, end, rates, -1, -1, { row: r, cost });
      if (this.kinks.length > known) return rates[0] > 0 ? this.kinks[known]!.buyRow : this.kinks[known]!.sellRow;
      this.addSlope(i, cost * slope);
      this.constant -= cost * slope * end;
      slopes += slope;
      return -1;
    };
    const below = placeOf(ends[0], [0, 1]);
    const above = placeOf(ends[1], [1, 0]);
    const always = Math.sign(coefficient) * slopes * penalty;
    const [plus, minus] = coefficient > 0 ? [above, below] : [below, above];
    return { equation: -1, plus, minus, scale, always };
  }

  /** @param penalty above 0 where it is soft */
  private addLinear(
    positions: Int32Array,
    coefficients: Float64Array,
    lower: number,
    upper: number,
    penalty: number,
  ): RowPlace {
    const { merged, columns } = mergedRow(positions, coefficients);
    let scale = 0;
    for (const i of columns) if (this.isFree[i] === 1 || penalty > 0) scale = Math.max(scale, Math.abs(merged.get(i)!));
    if (lower === -Infinity && upper === Infinity) return noPlace;
    if (scale === 0 && penalty === 0) return noPlace;
    if (scale === 0) scale = 1;
    const values = columns.map((i) => merged.get(i)! / scale);
    const border = { ...movingPart(columns, values, this.isFree), excess: noExcess };
    this.borderCosts.push(penalty * scale);
    if (penalty === 0 && upper < Infinity && upper - lower <= equationWidth * Math.max(scale, Math.abs(upper))) {
      this.equations.push(this.pending(columns, values, (lower + upper) / 2 / scale));
      const equation = this.equations.length - 1;
      this.borders.push({ ...border, equation, plus: -1, minus: -1 });
      return { ...noPlace, equation, scale };
    }
    const plus = upper < Infinity ? this.inequality(columns, values, upper / scale) : -1;
    const negated = values.map((value) => -value);
    const minus = lower > -Infinity ? this.inequality(columns, negated, -lower / scale) : -1;
    this.borders.push({ ...border, equation: -1, plus, minus });
    return { ...noPlace, plus, minus, scale };
  }

  /** The column of an excess. Behind all kinks and impacts, so that those keep their places. */
  private excessAt(cost: number): number {
    this.auxiliaryCosts.push(cost);
    this.excesses += 1;
    return this.n + this.auxiliaryCosts.length - 1;
  }

  private softenBorder(k: number, cost: number): void {
    if (cost === 0) return;
    const border = this.borders[k]!;
    const column = this.excessAt(cost);
    for (const row of [border.plus, border.minus]) {
      if (row < 0) continue;
      this.inequalities[row]!.columns.push(column);
      this.inequalities[row]!.values.push(-1);
    }
    this.borders[k] = { ...border, excess: { column, floor: this.inequality([column], [-1], 0) } };
  }

  private softened(cone: PendingCone): PendingCone {
    const { penalty, bound } = this.problem.norms[cone.norm]!;
    if (penalty === undefined) return cone;
    const column = this.excessAt(penalty * cone.scale);
    return { ...cone, excess: { column, floor: bound > 0 ? this.inequality([column], [-1], 0) : -1 } };
  }

  private addCost(trading: Trading): void {
    const term: TradingTerm = { centre: trading.current, buyRate: trading.buyRate, sellRate: trading.sellRate };
    const { slopes, constant } = this.addTerm(term, 1, -1, -1);
    this.constant += constant;
    for (const [i, slope] of slopes.entries()) this.addSlope(i, slope);
    for (const pieces of trading.pieces ?? []) this.addPieces(pieces, trading.current[pieces.position]!);
  }

  private addSlope(i: number, slope: number): void {
    this.linear[i] = this.linear[i]! + slope;
    this.constant += slope * this.origin[i]!;
  }

  /** Every knot is a kink that rises by half its jump on either side of it, over the mean of the outer slopes. */
  private addPieces({ position: i, knots, slopes }: TradingPieces, current: number): void {
    const mean = (slopes[0]! + slopes[knots.length]!) / 2;
    this.addSlope(i, mean);
    this.constant -= mean * current;
    knots.forEach((knot, k) => {
      const half = (slopes[k + 1]! - slopes[k]!) / 2;
      const slope = this.addKink(i, current + knot, [half, half], -1, -1);
      this.addSlope(i, slope);
      this.constant -= slope * (current + knot) + half * Math.abs(knot);
    });
  }

  /** Behind all kinks, so that those keep their places. */
  private addImpacts({ current }: Trading, threeHalves: Float64Array): void {
    const { lower, upper } = this.presolved;
    for (let i = 0; i < this.n; i++) {
      const coefficient = threeHalves[i]!;
      const centre = current[i]!;
      if (this.isFree[i] === 0) {
        const size = Math.abs(this.origin[i]! - centre);
        this.constant += coefficient * size * Math.sqrt(size);
      }
      if (coefficient === 0 || this.isFree[i] === 0) continue;
      const reach = Math.max(upper[i]! - centre, centre - lower[i]!);
      const unit = reach < Infinity ? reach : Math.max(1, Math.abs(centre));
      const a = this.n + this.auxiliaryCosts.length;
      this.auxiliaryCosts.push(0, 0, coefficient * unit * Math.sqrt(unit));
      const buyRow = this.inequality([i, a], [1 / unit, -1], centre / unit);
      const sellRow = this.inequality([i, a], [-1 / unit, -1], -centre / unit);
      const start = this.coneRows.length;
      this.coneRows.push(...impactRows(a));
      this.impacts.push({ asset: i, centre, coefficient, unit, column: a, buyRow, sellRow, start });
    }
  }

  private addLimit(limit: TradeLimit, j: number): RowPlace {
    if (this.presolved.limitsTaken.has(j)) return noPlace;
    const scale = Math.max(maxAbs(limit.buyRate), maxAbs(limit.sellRate));
    if (scale === 0 || limit.bound === Infinity) return noPlace;
    const border = this.borders.length;
    const first = this.auxiliaryCosts.length;
    const { slopes, constant } = this.addTerm(limit, scale, j, border);
    const columns: number[] = [];
    const values: number[] = [];
    slopes.forEach((slope, i) => {
      if (slope === 0) return;
      columns.push(i);
      values.push(slope);
    });
    for (let e = first; e < this.auxiliaryCosts.length; e++) {
      columns.push(this.n + e);
      values.push(1);
    }
    const plus = this.inequality(columns, values, limit.bound / scale - constant);
    const assets = [...slopes.keys()].filter((i) => slopes[i] !== 0);
    const sum = movingPart(
      assets,
      assets.map((i) => slopes[i]!),
      this.isFree,
    );
    this.borders.push({ ...sum, equation: -1, plus, minus: -1, excess: noExcess });
    this.borderCosts.push((limit.penalty ?? 0) * scale);
    return { ...noPlace, plus, scale };
  }

  /** Adds the kinks of a term; what is linear over an asset's range comes back as slopes and a constant. */
  private addTerm(term: TradingTerm, scale: number, limit: number, border: number) {
    const slopes = new Float64Array(this.n);
    let constant = 0;
    for (let i = 0; i < this.n; i++) {
      const rates = [term.buyRate[i]! / scale, term.sellRate[i]! / scale] as const;
      slopes[i] = this.addKink(i, term.centre[i]!, rates, limit, border);
      constant -= slopes[i]! * term.centre[i]!;
    }
    return { slopes, constant };
  }

  /** @returns the slope where the term is linear over the asset's range, 0 where it has become a kink. */
  private addKink(
    i: number,
    centre: number,
    [buy, sell]: readonly [number, number],
    limit: number,
    border: number,
    { row, cost } = { row: -1, cost: limit < 0 ? 1 : 0 },
  ): number {
    if (buy === 0 && sell === 0) return 0;
    const onlyBuys = buy + sell <= 0 || this.presolved.lower[i]! >= centre;
    if (onlyBuys || this.presolved.upper[i]! <= centre) return onlyBuys ? buy : -sell;
    const u = this.n + this.auxiliaryCosts.length;
    this.auxiliaryCosts.push(cost);
    const buyRow = this.inequality([i, u], [buy, -1], buy * centre);
    const sellRow = this.inequality([i, u], [-sell, -1], -sell * centre);
    this.kinks.push({ asset: i, centre, buy, sell, buyRow, sellRow, border, limit, row });
    return 0;
  }

  private finish(
    lowerRow: Int32Array,
    upperRow: Int32Array,
    rowPlaces: RowPlace[],
    equationPlaces: RowPlace[],
    limitPlaces: RowPlace[],
    pendingCones: readonly PendingCone[],
  ): ConicForm {
    const { n, equations, inequalities } = this;
    const e = equations.length;
    const { shift, shiftPlace, shiftBorder } = movedBy(e);
    const all = [...equations, ...inequalities, ...this.coneRows];
    let start = all.length;
    const cones = pendingCones.map(({ part: { length: dimension }, excess, ...cone }) => {
      start += dimension;
      const floor = shift(excess.floor);
      return { ...cone, excess: { ...excess, floor }, start: start - dimension, dimension };
    });
    const auxiliaries = this.auxiliaryCosts.length;
    const q = new Float64Array(n + auxiliaries);
    for (let i = 0; i < n; i++) q[i] = this.isFree[i] === 1 ? this.linear[i]! : 0;
    for (let k = 0; k < auxiliaries; k++) q[n + k] = this.auxiliaryCosts[k]!;
    const sizes = this.atoms.atoms.map((atom) => maxAbs(diagonalOf(atom, this.n)));
    // A diagonal of zeros is all there is of a semidefinite matrix.
    const weights = sizes.map((size, a) => (size > 0 ? (this.weights[a] ?? 0) : 0));
    // Penalties may be far above all else that the objective speaks of.
    const spoken = q.slice(0, n + auxiliaries - this.excesses);
    const terms = weights.reduce((largest, weight, a) => Math.max(largest, weight * sizes[a]!), maxAbs(spoken));
    const most = Math.max(terms, penaltyShare * maxAbs(q));
    const objectiveScale = most > 0 && Number.isFinite(most) ? 1 / most : 1;
    return {
      n,
      auxiliaries,
      origin: this.origin,
      presolved: this.presolved,
      free: Int32Array.from([...this.isFree.keys()].filter((i) => this.isFree[i] === 1)),
      isFree: this.isFree,
      atoms: this.atoms.atoms,
      weights: weights.map((weight) => weight * objectiveScale),
      q: q.map((value) => value * objectiveScale),
      objectiveScale,
      constant: this.constant,
      equations: e,
      inequalities: inequalities.length,
      rows: sparseRows(all),
      b: Float64Array.from([...all.map((row) => row.bound), ...pendingCones.flatMap(({ part }) => [...part])]),
      lowerRow: lowerRow.map(shift),
      upperRow: upperRow.map(shift),
      kinks: this.kinks.map((kink) => ({ ...kink, buyRow: shift(kink.buyRow), sellRow: shift(kink.sellRow) })),
      impacts: this.impacts.map((impact) => ({
        ...impact,
        coefficient: impact.coefficient * objectiveScale,
        buyRow: shift(impact.buyRow),
        sellRow: shift(impact.sellRow),
        start: impact.start + e + inequalities.length,
      })),
      borders: this.borders.map(shiftBorder),
      cones,
      rowPlaces: rowPlaces.map(shiftPlace),
      limitPlaces: limitPlaces.map(shiftPlace),
      equationPlaces: equationPlaces.map(shiftPlace),
    };
  }
}
