/** Builds the scaled conic form of a problem; see `conic-form.ts` for what it means. */
import type { Problem, Row, Trading, TradeLimit, TradingPieces } from '../problem/problem.ts';
import type { Checkpoint } from '../math/checkpoint.ts';
import { maxAbs } from '../math/vectors.ts';
import type { Atom } from './atoms.ts';
import { AtomList, addAtomTimes, addRootTransposed, diagonalOf, rankOf, rootPieces } from './atoms.ts';
import type { BorderRow, ConeBlock, ConicForm, Impact, Kink, RowPlace } from './conic-form.ts';
import { noPlace } from './conic-form.ts';
import type { Presolved } from './presolve.ts';

interface PendingRow {
  readonly columns: number[];
  readonly values: number[];
  readonly bound: number;
}

/** A separable trading term: a cost (limit -1) or the left side of a trade limit. */
type TradingTerm = Pick<TradeLimit, 'centre' | 'buyRate' | 'sellRate'>;

/** A range of a row narrower than this share of its scale is an equation. */
const equationWidth = 1e-11;

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
  private readonly linear: Float64Array;
  private readonly auxiliaryCosts: number[] = [];
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
    const rowPlaces = problem.rows.map((row) => this.addRow(row));
    const equationPlaces = presolved.equations.map((equation) => {
      const centre = problem.norms[equation.norm]!.centre;
      const target = equation.coefficients.reduce((s, value, i) => s + value * (centre?.[i] ?? 0), 0);
      const positions = Int32Array.from(equation.coefficients.keys());
      return this.addLinear(positions, equation.coefficients, target, target);
    });
    if (problem.trading !== undefined) this.addCost(problem.trading);
    const limitPlaces = problem.tradeLimits.map((limit, j) => this.addLimit(limit, j));
    if (problem.trading?.threeHalves !== undefined) this.addImpacts(problem.trading, problem.trading.threeHalves);
    return this.finish(lowerRow, upperRow, rowPlaces, equationPlaces, limitPlaces);
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

  private addRow(row: Row): RowPlace {
    return this.addLinear(row.positions, row.coefficients, row.lower, row.upper);
  }

  private addLinear(positions: Int32Array, coefficients: Float64Array, lower: number, upper: number): RowPlace {
    const merged = new Map<number, number>();
    positions.forEach((position, k) => merged.set(position, (merged.get(position) ?? 0) + coefficients[k]!));
    const columns = [...merged.keys()].filter((i) => merged.get(i) !== 0).sort((a, b) => a - b);
    let scale = 0;
    for (const i of columns) if (this.isFree[i] === 1) scale = Math.max(scale, Math.abs(merged.get(i)!));
    if (scale === 0 || (lower === -Infinity && upper === Infinity)) return noPlace;
    const values = columns.map((i) => merged.get(i)! / scale);
    const border = this.borderOver(columns, values);
    if (upper < Infinity && upper - lower <= equationWidth * Math.max(scale, Math.abs(upper))) {
      this.equations.push(this.pending(columns, values, (lower + upper) / 2 / scale));
      const equation = this.equations.length - 1;
      this.borders.push({ ...border, equation, plus: -1, minus: -1 });
      return { equation, plus: -1, minus: -1, scale };
    }
    const plus = upper < Infinity ? this.inequality(columns, values, upper / scale) : -1;
    const negated = values.map((value) => -value);
    const minus = lower > -Infinity ? this.inequality(columns, negated, -lower / scale) : -1;
    this.borders.push({ ...border, equation: -1, plus, minus });
    return { equation: -1, plus, minus, scale };
  }

  /** What can move of a row. */
  private borderOver(columns: readonly number[], values: readonly number[]) {
    const kept = columns.flatMap((i, k) => (this.isFree[i] === 1 ? [k] : []));
    return {
      positions: Int32Array.from(kept, (k) => columns[k]!),
      values: Float64Array.from(kept, (k) => values[k]!),
    };
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
      const [s, v] = [a + 1, a + 2];
      this.coneRows.push(
        { columns: [s, v], values: [-1, -1], bound: 0 },
        { columns: [s, v], values: [-1, 1], bound: 0 },
        { columns: [a], values: [-2], bound: 0 },
        { columns: [a], values: [-1], bound: 1 },
        { columns: [a], values: [-1], bound: -1 },
        { columns: [s], values: [-2], bound: 0 },
      );
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
    const sum = this.borderOver(
      assets,
      assets.map((i) => slopes[i]!),
    );
    this.borders.push({ ...sum, equation: -1, plus, minus: -1 });
    return { equation: -1, plus, minus: -1, scale };
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
  ): number {
    if (buy === 0 && sell === 0) return 0;
    const onlyBuys = buy + sell <= 0 || this.presolved.lower[i]! >= centre;
    if (onlyBuys || this.presolved.upper[i]! <= centre) return onlyBuys ? buy : -sell;
    const u = this.n + this.auxiliaryCosts.length;
    this.auxiliaryCosts.push(limit < 0 ? 1 : 0);
    const buyRow = this.inequality([i, u], [buy, -1], buy * centre);
    const sellRow = this.inequality([i, u], [-sell, -1], -sell * centre);
    this.kinks.push({ asset: i, centre, buy, sell, buyRow, sellRow, border, limit });
    return 0;
  }

  private finish(
    lowerRow: Int32Array,
    upperRow: Int32Array,
    rowPlaces: RowPlace[],
    equationPlaces: RowPlace[],
    limitPlaces: RowPlace[],
  ): ConicForm {
    const { n, equations, inequalities } = this;
    const e = equations.length;
    const shift = (index: number): number => (index < 0 ? -1 : index + e);
    const shiftPlace = <P extends { plus: number; minus: number }>(place: P): P => ({
      ...place,
      plus: shift(place.plus),
      minus: shift(place.minus),
    });
    const all = [...equations, ...inequalities, ...this.coneRows];
    const { cones, rows } = this.cones(all.length);
    const auxiliaries = this.auxiliaryCosts.length;
    const q = new Float64Array(n + auxiliaries);
    for (let i = 0; i < n; i++) q[i] = this.isFree[i] === 1 ? this.linear[i]! : 0;
    for (let k = 0; k < auxiliaries; k++) q[n + k] = this.auxiliaryCosts[k]!;
    const sizes = this.atoms.atoms.map((atom) => maxAbs(diagonalOf(atom, this.n)));
    // A diagonal of zeros is all there is of a semidefinite matrix.
    const weights = sizes.map((size, a) => (size > 0 ? (this.weights[a] ?? 0) : 0));
    const most = weights.reduce((largest, weight, a) => Math.max(largest, weight * sizes[a]!), maxAbs(q));
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
      rows: sparse(all),
      b: Float64Array.from([...all.map((row) => row.bound), ...rows]),
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
      borders: this.borders.map(shiftPlace),
      cones,
      rowPlaces: rowPlaces.map(shiftPlace),
      limitPlaces: limitPlaces.map(shiftPlace),
      equationPlaces: equationPlaces.map(shiftPlace),
    };
  }

  /** One cone per norm limit above zero, with its part of b. */
  private cones(start: number): { cones: ConeBlock[]; rows: number[] } {
    const cones: ConeBlock[] = [];
    const rows: number[] = [];
    this.problem.norms.forEach((norm, index) => {
      if (this.presolved.normsTaken.has(index) || norm.bound === Infinity) return;
      const atoms = this.atoms.add(norm.operator);
      const used = atoms.map((a) => this.atoms.atoms[a]!);
      const scale = Math.sqrt(maxAbs(totalDiagonal(used, this.n)));
      if (scale === 0) return;
      const pieces = used.flatMap((atom) => rootPieces(atom, this.n, this.checkpoint));
      const dimension = 1 + rankOf(pieces);
      const part = new Float64Array(dimension);
      part[0] = norm.bound / scale;
      const distance = this.origin.map((value, i) => value - (norm.centre?.[i] ?? 0));
      addRootTransposed(pieces, 1 / scale, distance, part, 1);
      cones.push({ norm: index, centre: norm.centre, start: start + rows.length, dimension, pieces, atoms, scale });
      for (const value of part) rows.push(value);
    });
    return { cones, rows };
  }
}

function totalDiagonal(atoms: readonly Atom[], n: number): Float64Array {
  const total = new Float64Array(n);
  for (const atom of atoms) diagonalOf(atom, n).forEach((value, i) => (total[i] = total[i]! + value));
  return total;
}

function sparse(rows: readonly PendingRow[]): { starts: Int32Array; columns: Int32Array; values: Float64Array } {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, r) => (starts[r + 1] = starts[r]! + row.columns.length));
  return {
    starts,
    columns: Int32Array.from(rows.flatMap((row) => row.columns)),
    values: Float64Array.from(rows.flatMap((row) => row.values)),
  };
}
