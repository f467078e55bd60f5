/** What the relaxation of a node tells the search: a bound with the prices that prove it, and which choices are still open. */
import type { Checkpoint } from '../../math/checkpoint.ts';
import type { DualPoint, PricedPoint, Separate } from './dual-point.ts';
import { contradicts, priced, separate, squareAt } from './dual-point.ts';
import type { IntegerModel } from './integer-model.ts';
import type { NodeDomain } from './node-domain.ts';
import { SmoothedDual } from './smoothed-dual.ts';

export interface Relaxed {
  readonly bound: number;
  readonly point: PricedPoint;
  /** Asset by asset at that point. */
  readonly separate: Separate;
  /** (n) weights of the relaxation. */
  readonly weights: Float64Array;
  /** (n) how much of an asset stands on its most chosen piece; 1 when its choice is clear. */
  readonly decided: Float64Array;
  /** (n) how far the pieces of an asset lie apart, as far as it is undecided between them. */
  readonly variance: Float64Array;
  /** By norm: its length in the relaxation. */
  readonly lengths: Float64Array;
  /** Prices that leave no point at all; the bound is then infinite. */
  readonly contradiction?: DualPoint;
}

export interface Relaxation {
  /** @param cutoff bounds from here on need not be any better */
  relax(domain: NodeDomain, start: DualPoint, cutoff: number, temperature: number): Relaxed;
}

const fall = 0.2;
const stepsMax = 12;
/** A step that gains less than this many temperatures ends the climb at one. */
const settled = 0.1;
/** The same where lengths are measured in the end, which are surer the nearer the climb is to its end. */
const exact = 1e-5;
/** The last temperature as a share of the gap that is still open. */
const gapShare = 1e-3;
/** The last temperature without a portfolio, as a share of the size of the objective; where no bound is asked for, only a direction. */
const openShare = 1e-7;
const roughShare = 1e-3;

/** At the norm prices of the point where it starts. */
export class PerspectiveRelaxation implements Relaxation {
  private readonly model: IntegerModel;
  private readonly checkpoint: Checkpoint;
  private dual: SmoothedDual;
  /** The size of the objective, for temperatures. */
  private readonly scale: number;
  private readonly openShare: number;
  /** Newton steps so far. */
  steps = 0;

  /** @param rough whether relaxations only tell where portfolios may be, and bounds count for nothing */
  constructor(model: IntegerModel, scale: number, checkpoint: Checkpoint, rough = false) {
    this.openShare = rough ? roughShare : openShare;
    this.model = model;
    this.scale = scale;
    this.checkpoint = checkpoint;
    this.dual = new SmoothedDual(model, checkpoint);
  }

  relax(domain: NodeDomain, start: DualPoint, cutoff: number, temperature: number): Relaxed {
    const { model } = this;
    if (model.norms.length > 0) this.dual = new SmoothedDual(model.at(start.norms), this.checkpoint);
    const { dual } = this;
    let T = temperature;
    dual.start(start, domain, T);
    let best = this.measured(start, domain);
    const scale = model.sizeAt(start.norms, this.scale);
    const least = 1e-11 * scale;
    for (;;) {
      const before = dual.point();
      for (let k = 0; k < stepsMax; k++) {
        this.steps++;
        if (!(dual.step(T) > settled * T)) break;
      }
      const here = this.measured(dual.point(), domain);
      if (here.bound > best.bound) best = here;
      if (best.bound >= cutoff) break;
      if (this.missing() > 1e-6) {
        const contradiction = [dual.point(), differenceOf(dual.point(), before)].find((point) =>
          contradicts(model, point, domain),
        );
        if (contradiction !== undefined) return { ...best, bound: Infinity, contradiction };
      }
      const last = Math.max(least, cutoff < Infinity ? gapShare * (cutoff - best.bound) : this.openShare * scale);
      if (T <= last) break;
      T = Math.max(T * fall, last);
      dual.value = dual.evaluate(T, true);
    }
    if (model.norms.length > 0) for (let k = 0; k < stepsMax && dual.step(T) > exact * T; k++) this.steps++;
    return {
      ...best,
      weights: Float64Array.from(dual.weights),
      decided: Float64Array.from(dual.responses.decided),
      variance: Float64Array.from(dual.responses.variance),
      lengths: this.lengths(),
    };
  }

  private lengths(): Float64Array {
    const { weights, responses } = this.dual;
    return Float64Array.from(this.model.norms, (norm) =>
      Math.sqrt(Math.max(squareAt(norm, weights, responses.variance), 0)),
    );
  }

  private measured(point: DualPoint, domain: NodeDomain): Relaxed {
    const at = priced(this.model, point);
    const parts = separate(at, domain);
    const { weights, responses } = this.dual;
    return {
      bound: parts.bound,
      point: at,
      separate: parts,
      weights,
      decided: responses.decided,
      variance: responses.variance,
      lengths: new Float64Array(0),
    };
  }

  /** How far the rows and couplings are from where their sides stand, relative. */
  private missing(): number {
    const { responses, weights } = this.dual;
    const { rows } = this.model.problem;
    let worst = 0;
    rows.forEach(({ positions, coefficients }, r) => {
      let held = 0;
      let size = Math.abs(responses.slack[r]!);
      for (let k = 0; k < positions.length; k++) {
        const part = coefficients[k]! * weights[positions[k]!]!;
        held += part;
        size = Math.max(size, Math.abs(part));
      }
      worst = Math.max(worst, Math.abs(held - responses.slack[r]!) / Math.max(size, 1e-12));
    });
    responses.held.forEach((held, j) => {
      const side = responses.slack[rows.length + j]!;
      worst = Math.max(worst, Math.abs(held - side) / Math.max(Math.abs(side), Math.abs(held), 1e-12));
    });
    return worst;
  }
}

function differenceOf(a: DualPoint, b: DualPoint): DualPoint {
  return {
    ...a,
    rows: a.rows.map((value, r) => value - b.rows[r]!),
    couplings: a.couplings.map((value, j) => value - b.couplings[j]!),
  };
}
