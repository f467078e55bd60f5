/**
 * Which sides of which restrictions hold with equality: read off an interior point first, then revised from the signs of slacks and
 * multipliers. Hintermueller, Ito and Kunisch, The primal-dual active set strategy, SIAM J. Optimization 13 (2002).
 */
import type { ConicForm, Excess } from './conic-form.ts';

/** Where an asset stands. */
export const stands = { free: 0, lower: 1, upper: 2, kink: 3 } as const;
type Stand = (typeof stands)[keyof typeof stands];
/** Which side of a border row is active; `over` and `under`: a soft one that is broken there, at its full price. */
export const sides = { none: 0, plus: 1, minus: 2, equation: 3, over: 4, under: 5 } as const;
type SideState = (typeof sides)[keyof typeof sides];
/** A norm that does not bind, is held at its bound, or is soft and above it. */
export const lengths = { none: 0, held: 1, over: 2 } as const;

export interface ActiveSet {
  readonly assets: Uint8Array;
  /** First of the group of kinks that an asset stands on, where it does. */
  readonly kinkOf: Int32Array;
  readonly groups: readonly (readonly number[])[];
  /** Per kink: 1 buying, -1 selling. */
  readonly trading: Int8Array;
  readonly borders: Uint8Array;
  readonly norms: Uint8Array;
}

/** A row is active where its slack is smaller than its multiplier, both scaled. */
export function activeAt(form: ConicForm, s: Float64Array, z: Float64Array): ActiveSet {
  const tight = (row: number): boolean => row >= 0 && s[row]! < z[row]!;
  const assets = new Uint8Array(form.n);
  const kinkOf = new Int32Array(form.n).fill(-1);
  const trading = new Int8Array(form.kinks.length);
  const groups = kinkGroups(form);
  for (const group of groups) {
    const first = group[0]!;
    const kink = form.kinks[first]!;
    const direction = s[kink.buyRow]! * z[kink.sellRow]! <= s[kink.sellRow]! * z[kink.buyRow]! ? 1 : -1;
    for (const e of group) trading[e] = direction;
    if (!group.some((e) => tight(form.kinks[e]!.buyRow) && tight(form.kinks[e]!.sellRow))) continue;
    assets[kink.asset] = stands.kink;
    kinkOf[kink.asset] = first;
  }
  for (let i = 0; i < form.n; i++) {
    let stand: Stand = stands.free;
    if (tight(form.lowerRow[i]!)) stand = stands.lower;
    if (tight(form.upperRow[i]!) && !(stand === stands.lower && z[form.lowerRow[i]!]! > z[form.upperRow[i]!]!))
      stand = stands.upper;
    if (stand !== stands.free) assets[i] = stand;
  }
  alignTrading(form, { assets, kinkOf, groups, trading });
  const broken = ({ column, floor }: Excess): boolean => column >= 0 && (floor < 0 || s[floor]! > z[floor]!);
  const borders = Uint8Array.from(form.borders, ({ equation, plus, minus, excess }): SideState => {
    if (equation >= 0) return sides.equation;
    if (tight(plus) && !(tight(minus) && z[minus]! > z[plus]!)) return broken(excess) ? sides.over : sides.plus;
    if (!tight(minus)) return sides.none;
    return broken(excess) ? sides.under : sides.minus;
  });
  const norms = Uint8Array.from(form.cones, ({ start, dimension, excess }) => {
    let tail = 0;
    for (let k = 1; k < dimension; k++) tail += s[start + k]! * s[start + k]!;
    if (!(s[start]! - Math.sqrt(tail) < z[start]!)) return lengths.none;
    return broken(excess) ? lengths.over : lengths.held;
  });
  return { assets, kinkOf, groups, trading, borders, norms };
}

/** Kinks of several terms at the same weight of the same asset act as one. */
function kinkGroups(form: ConicForm): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  form.kinks.forEach(({ asset, centre }, e) => {
    const key = `${asset} ${centre}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [e]);
    else group.push(e);
  });
  return [...groups.values()];
}

/** What a point and its multipliers say of the set they came from; all in scaled units. */
export interface Signs {
  /** (n) y. */
  readonly y: Float64Array;
  /** (n) gradient of the Lagrangian without bounds and without kinks that are stood on. */
  readonly pull: Float64Array;
  /** Per border: its value minus the upper side, minus the lower side (negated), and its multiplier. */
  readonly over: Float64Array;
  readonly under: Float64Array;
  readonly price: Float64Array;
  /** Per norm: half of (squared length - squared bound), and its multiplier. */
  readonly excess: Float64Array;
  readonly normPrice: Float64Array;
}

const rounding = 1e-13;

/** Revises the set in place. @returns how much changed. */
export function revise(form: ConicForm, active: ActiveSet, signs: Signs): number {
  let changes = 0;
  const change = (array: Uint8Array, at: number, to: number): void => {
    if (array[at] === to) return;
    array[at] = to;
    changes++;
  };
  for (const i of form.free) {
    const value = form.origin[i]! + signs.y[i]!;
    const stand = active.assets[i]!;
    if (stand === stands.free) {
      if (value < form.presolved.lower[i]! - rounding) change(active.assets, i, stands.lower);
      else if (value > form.presolved.upper[i]! + rounding) change(active.assets, i, stands.upper);
    } else if (stand === stands.lower && signs.pull[i]! < -rounding) change(active.assets, i, stands.free);
    else if (stand === stands.upper && signs.pull[i]! > rounding) change(active.assets, i, stands.free);
  }
  changes += reviseKinks(form, active, signs);
  alignTrading(form, active);
  form.borders.forEach((border, k) => {
    const state = active.borders[k]!;
    if (state === sides.equation) return;
    const most = border.excess.column < 0 ? Infinity : form.q[border.excess.column]!;
    if (state === sides.over || state === sides.under) {
      const held = state === sides.over ? sides.plus : sides.minus;
      if ((state === sides.over ? signs.over[k]! : signs.under[k]!) < -rounding) change(active.borders, k, held);
    } else if (Math.abs(signs.price[k]!) > most + rounding)
      change(active.borders, k, signs.price[k]! > 0 ? sides.over : sides.under);
    else if (state === sides.none) {
      if (border.plus >= 0 && signs.over[k]! > rounding) change(active.borders, k, sides.plus);
      else if (border.minus >= 0 && signs.under[k]! > rounding) change(active.borders, k, sides.minus);
    } else if (state === sides.plus ? signs.price[k]! < -rounding : signs.price[k]! > rounding)
      change(active.borders, k, sides.none);
  });
  form.cones.forEach(({ start, excess }, k) => {
    const most = excess.column < 0 ? Infinity : form.q[excess.column]!;
    const state = active.norms[k];
    if (state === lengths.none && signs.excess[k]! > rounding) change(active.norms, k, lengths.held);
    else if (state === lengths.over && signs.excess[k]! < -rounding) change(active.norms, k, lengths.held);
    else if (state !== lengths.held) return;
    else if (signs.normPrice[k]! < -rounding) change(active.norms, k, lengths.none);
    else if (signs.normPrice[k]! * form.b[start]! > most + rounding) change(active.norms, k, lengths.over);
  });
  return changes;
}

/** Kinks of an asset that is held somewhere else are traded through towards that place. */
function alignTrading(form: ConicForm, active: Pick<ActiveSet, 'assets' | 'kinkOf' | 'groups' | 'trading'>): void {
  const { lower, upper } = form.presolved;
  for (const group of active.groups) {
    const { asset: i, centre } = form.kinks[group[0]!]!;
    const stand = active.assets[i]!;
    if (stand === stands.free) continue;
    const held =
      stand === stands.kink ? form.kinks[active.kinkOf[i]!]!.centre : stand === stands.lower ? lower[i]! : upper[i]!;
    if (held !== centre) for (const e of group) active.trading[e] = held > centre ? 1 : -1;
  }
}

/** A trade that changed its direction stops at the kink; a kink whose slope leaves its interval lets go. */
function reviseKinks(form: ConicForm, active: ActiveSet, signs: Signs): number {
  let changes = 0;
  for (const group of active.groups) {
    const first = group[0]!;
    const { asset: i, centre } = form.kinks[first]!;
    if (active.assets[i] === stands.free) {
      const trade = form.origin[i]! + signs.y[i]! - centre;
      if (trade * active.trading[first]! >= -rounding) continue;
      active.assets[i] = stands.kink;
      active.kinkOf[i] = first;
      changes++;
    } else if (active.assets[i] === stands.kink && active.kinkOf[i] === first) {
      let buy = 0;
      let sell = 0;
      for (const e of group) {
        const kink = form.kinks[e]!;
        const weight = kink.border < 0 ? form.q[form.n + e]! : signs.price[kink.border]!;
        buy += weight * kink.buy;
        sell += weight * kink.sell;
      }
      const needed = -signs.pull[i]!;
      const direction = needed > buy + rounding ? 1 : needed < -sell - rounding ? -1 : 0;
      if (direction === 0) continue;
      active.assets[i] = stands.free;
      active.kinkOf[i] = -1;
      for (const e of group) active.trading[e] = direction;
      changes++;
    }
  }
  return changes;
}
