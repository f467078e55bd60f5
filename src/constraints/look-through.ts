/**
 * Looking through funds. A fund counts as what it holds, each holding with its weight and nested funds opened in turn; the part that its
 * holdings leave, 1 minus the sum of their weights, counts as the fund's own. That part is negative when the weights sum to more than 1:
 * borrowed money, on the fund's own account. Without holdings an asset is all its own.
 */
import type { Universe, UniverseAsset } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { invalid } from './range.ts';

/** A part of an asset that is no fund any more, or what a fund's holdings leave. Shares of one asset sum to 1. */
export interface Part {
  readonly asset: UniverseAsset;
  readonly share: number;
}

/** Funds in funds in funds: deeper is refused. */
const depthMax = 8;

/** What weights leave is none when it is this small: rounding of published weights. */
const rounding = 1e-9;

export const lookThroughSchema: JsonSchema = {
  type: 'boolean',
  title: 'Look through funds',
  description:
    'true: a fund counts with its holdings, by weight, funds in funds too; what the weights of its holdings leave counts as the fund itself. false: a fund counts as what it is.',
};

/** Universes do not change, and each limit asks for the parts of every fund again. */
const opened = new WeakMap<UniverseAsset, readonly Part[]>();

/** The parts of a fund; the asset itself when it is none or is not looked through. */
export function partsOf(asset: UniverseAsset, lookThrough: boolean): readonly Part[] {
  if (!lookThrough || asset.holdings === undefined || asset.holdings.length === 0) return [{ asset, share: 1 }];
  const known = opened.get(asset);
  if (known !== undefined) return known;
  const parts: Part[] = [];
  open(asset, 1, [], parts);
  opened.set(asset, parts);
  return parts;
}

function open(asset: UniverseAsset, share: number, within: readonly UniverseAsset[], parts: Part[]): void {
  const { holdings = [] } = asset;
  // What admission refuses ends here as the fund's own.
  if (holdings.length === 0 || within.length > depthMax || isWithin(asset, within)) {
    parts.push({ asset, share });
    return;
  }
  let left = 1;
  for (const { asset: held, weight } of holdings) {
    open(held, share * weight, [...within, asset], parts);
    left -= weight;
  }
  if (Math.abs(left) > rounding) parts.push({ asset, share: share * left });
}

/** The universe with everything that its funds hold. */
export function universeThrough(universe: Universe, lookThrough: boolean): Universe {
  if (!lookThrough) return universe;
  return {
    assets: [...universe.assets, ...universe.assets.flatMap((asset) => partsOf(asset, true).map((part) => part.asset))],
  };
}

/** Calls `visit` with all that weight in an asset is weight in, those funds opened that `opens` says. The definition that `check` measures; no parts are listed. */
export function eachThrough(
  asset: UniverseAsset,
  weight: number,
  opens: (asset: UniverseAsset) => boolean,
  visit: (asset: UniverseAsset, weight: number) => void,
): void {
  const { holdings = [] } = asset;
  if (holdings.length === 0 || !opens(asset)) {
    visit(asset, weight);
    return;
  }
  let left = 1;
  for (const holding of holdings) {
    eachThrough(holding.asset, weight * holding.weight, opens, visit);
    left -= holding.weight;
  }
  if (Math.abs(left) > rounding) visit(asset, weight * left);
}

/** The sum of a measure over an asset and, looked through, over what it holds. */
export function sumThrough(
  asset: UniverseAsset,
  lookThrough: boolean,
  measureOf: (asset: UniverseAsset) => number,
): number {
  let total = 0;
  eachThrough(
    asset,
    1,
    () => lookThrough,
    (each, share) => (total += share * measureOf(each)),
  );
  return total;
}

function isWithin(asset: UniverseAsset, within: readonly UniverseAsset[]): boolean {
  return within.some((outer) => outer === asset || (outer.id !== '' && outer.id === asset.id));
}

/** Every fund that cannot be looked through: one that holds itself, or that is nested too deep. */
export function admitLookThrough(universe: Universe, field: string): Violation[] {
  return universe.assets.flatMap((asset) => {
    const problem = problemOf(asset, []);
    return problem === undefined ? [] : [invalid(field, `cannot look through ${asset.id}: ${problem}`)];
  });
}

function problemOf(asset: UniverseAsset, within: readonly UniverseAsset[]): string | undefined {
  if (isWithin(asset, within)) return `it holds itself, ${[...within, asset].map(({ id }) => id).join(' > ')}`;
  if (within.length > depthMax) return `its funds are nested deeper than ${String(depthMax)}`;
  for (const { asset: held, weight } of asset.holdings ?? []) {
    if (!Number.isFinite(weight)) return `the weight of ${held.id} in ${asset.id} is not a finite number`;
    const problem = problemOf(held, [...within, asset]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
