/** Where lines go that have left their bands, and what the others take up. */

export interface Band {
  readonly min: number;
  readonly target: number;
  readonly max: number;
}

export interface BandMove {
  readonly from: number;
  readonly to: number;
  /** Of the current weight; `absorbs` inside the band, or without one, where something is taken up. */
  readonly state: 'below' | 'above' | 'inside' | 'absorbs';
}

/** A weight this close to its edge has not left the band. */
const edgeWidth = 1e-9;
/** Sums that differ by no more are the same. */
const sumWidth = 1e-12;

interface Absorber {
  readonly k: number;
  /** > 0 */
  readonly share: number;
  /** >= 0, in the direction of the remainder. */
  readonly room: number;
}

/** In the order of `lines`. All fractions of net asset value; `invested` is what the lines are to hold together. */
export function movesOf(
  lines: readonly { readonly from: number; readonly band: Band | undefined }[],
  to: 'target' | 'edge' | 'midpoint',
  invested: number,
): readonly BandMove[] {
  const states = lines.map(({ from, band }) =>
    band === undefined
      ? 'inside'
      : from < band.min - edgeWidth
        ? 'below'
        : from > band.max + edgeWidth
          ? 'above'
          : 'inside',
  );
  const weights = lines.map(({ from, band }, k) => {
    if (band === undefined || states[k] === 'inside') return from;
    const edge = states[k] === 'below' ? band.min : band.max;
    return to === 'target' ? band.target : to === 'edge' ? edge : 0.5 * (edge + band.target);
  });
  const remainder = (): number => {
    const left = invested - weights.reduce((sum, weight) => sum + weight, 0);
    return Math.abs(left) <= sumWidth ? 0 : left;
  };
  const within = (isInside: boolean, direction: number, shareOf: (k: number, room: number) => number) =>
    lines.flatMap(({ from, band }, k): Absorber[] => {
      if ((states[k] === 'inside') !== isInside) return [];
      const { min, max } = band ?? (from >= 0 ? { min: 0, max: Infinity } : { min: -Infinity, max: 0 });
      const room = Math.max(0, direction > 0 ? max - weights[k]! : weights[k]! - min);
      const share = shareOf(k, room);
      return room > 0 && share > 0 ? [{ k, share, room }] : [];
    });
  let left = remainder();
  absorb(
    left,
    within(true, left, (k) => Math.abs(lines[k]!.from)),
    weights,
  );
  left = remainder();
  absorb(
    left,
    within(false, left, (_, room) => room),
    weights,
  );
  return lines.map(({ from }, k) => {
    const state = states[k] === 'inside' && weights[k] !== from ? 'absorbs' : states[k]!;
    return { from, to: weights[k]!, state };
  });
}

/** Adds `amount` to the weights in proportion to the shares, to none more than its room. */
function absorb(amount: number, absorbers: readonly Absorber[], weights: number[]): void {
  let left = Math.abs(amount);
  let open = absorbers;
  while (left > 0 && open.length > 0) {
    const total = open.reduce((sum, { share }) => sum + share, 0);
    const full = open.filter(({ share, room }) => (left * share) / total >= room);
    const taken = full.length > 0 ? full : open;
    const each = left;
    for (const { k, share, room } of taken) {
      const step = full.length > 0 ? room : (each * share) / total;
      weights[k]! += Math.sign(amount) * step;
      left -= step;
    }
    if (full.length === 0) return;
    open = open.filter((one) => !full.includes(one));
  }
}
