/**
 * Slope of the dual along a direction. Answers rise with their prices: an asset on the same part of its answer at both ends of a stretch
 * is on it all the way, and adds a straight line there. Once the slope is known at a far end, the others are all that is looked at.
 */
import type { Direction, FactorDual } from './dual.ts';
import { isFree } from './responses.ts';

export interface SlopeAt {
  readonly slope: number;
  /** At most 0. */
  readonly curvature: number;
}

export class SlopeAlong {
  private readonly dual: FactorDual;
  private readonly direction: Direction;
  /** The farthest step asked for, up to which the following is known: assets that change their part, and the line of all others. */
  private far = 0;
  private readonly changing: Int32Array;
  private changingCount = 0;
  private lineSlope = 0;
  private lineCurvature = 0;

  constructor(dual: FactorDual, direction: Direction) {
    this.dual = dual;
    this.direction = direction;
    this.changing = dual.changing;
  }

  /** Right of a kink. */
  at(step: number): SlopeAt {
    const { dual, direction, changing } = this;
    const { form, prices, y, z } = dual;
    const { fall } = direction;
    const { responses } = form;
    if (step > this.far) this.reach(step);
    let slope = this.lineSlope + step * this.lineCurvature;
    let curvature = this.lineCurvature;
    for (let c = 0; c < this.changingCount; c++) {
      const i = changing[c]!;
      const p = fall[i]!;
      const price = prices[i]! - step * p;
      const part = responses.partAt(i, price);
      slope += p * responses.weightAt(i, price, part);
      if (isFree(part)) curvature -= p * p * responses.inverse[i]!;
    }
    const { z: dz, y: dy } = direction;
    for (let j = 0; j < dz.length; j++) {
      slope -= dz[j]! * (z[j]! + step * dz[j]!);
      curvature -= dz[j]! * dz[j]!;
    }
    for (let r = 0; r < dy.length; r++) {
      const move = dy[r]!;
      if (move === 0) continue;
      const kink = -y[r]! / move;
      const isPositive = step >= kink ? move > 0 : move < 0;
      slope -= (isPositive ? form.rowUpper[r]! : form.rowLower[r]!) * move;
    }
    return { slope, curvature };
  }

  private reach(step: number): void {
    const { dual, direction, changing } = this;
    const { prices, parts, weights } = dual;
    const { responses } = dual.form;
    const { fall } = direction;
    let count = 0;
    let slope = 0;
    let curvature = 0;
    for (let i = 0; i < fall.length; i++) {
      const p = fall[i]!;
      const part = parts[i]!;
      if (responses.partAt(i, prices[i]! - step * p) !== part) {
        changing[count++] = i;
        continue;
      }
      slope += p * weights[i]!;
      if (isFree(part)) curvature -= p * p * responses.inverse[i]!;
    }
    this.far = step;
    this.changingCount = count;
    this.lineSlope = slope;
    this.lineCurvature = curvature;
  }
}
