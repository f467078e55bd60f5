/** What one lot of each asset is worth, as a fraction of net asset value: as the client states it, or from the data of the assets. */
import type { Situation } from '../problem/situation.ts';
import { positionsById } from '../problem/universe.ts';
import type { Universe, UniverseAsset } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import { admitMembers } from './members.ts';
import { amongKnown } from './nearest-name.ts';
import { fieldOf, invalid, percent, plain } from './range.ts';
import { meantBy } from './selection.ts';
import type { Selection } from './selection.ts';
import { listed } from './taxonomy.ts';

export type LotParameters = {
  readonly lots?: Readonly<Record<string, number>>;
  readonly from?: 'asset-data';
  readonly of?: Selection;
  readonly defaultLotSize?: number;
};

export interface LotValue {
  readonly position: number;
  readonly id: string;
  /** Above 0, fraction of net asset value. */
  readonly value: number;
  /** `4 %`, `100 (0.05 %)`. */
  readonly text: string;
  /** Where the client says so. */
  readonly field: string;
}

function isMeantBy({ lots = {}, from, of }: LotParameters): (asset: UniverseAsset) => boolean {
  if (from === undefined) return () => false;
  const isMember = of === undefined ? (): boolean => true : meantBy(of);
  return (asset) => !Object.hasOwn(lots, asset.id) && isMember(asset);
}

/** `lots` in their order, then from the data of the other assets meant those that have it. */
export function lotValues(parameters: LotParameters, universe: Universe): readonly LotValue[] {
  const { lots = {}, defaultLotSize } = parameters;
  const positions = positionsById(universe);
  const stated = Object.entries(lots).flatMap(([id, value]) => {
    const position = positions.get(id);
    return position === undefined ? [] : [{ position, id, value, text: percent(value), field: fieldOf('lots', id) }];
  });
  const isMeant = isMeantBy(parameters);
  const derived = universe.assets.flatMap((asset, position) => {
    const { id, unitValue, lotSize = defaultLotSize } = asset;
    if (!isMeant(asset) || unitValue === undefined || lotSize === undefined) return [];
    const value = lotSize * unitValue;
    const share = `${String(Number((value * 100).toPrecision(4)))} %`;
    return [{ position, id, value, text: `${plain(lotSize)} (${share})`, field: 'from' }];
  });
  return [...stated, ...derived];
}

export function admitLots({ lots = {}, from, of, defaultLotSize }: LotParameters): Violation[] {
  const entries = Object.entries(lots);
  const violations: Violation[] = [];
  if (entries.length === 0 && from === undefined)
    violations.push(invalid('lots', 'needs the lot of at least one asset, or from: asset-data'));
  for (const [id, lot] of entries)
    if (!(lot > 0 && lot < 1))
      violations.push(invalid(fieldOf('lots', id), `must be a fraction between 0 and 1; got ${String(lot)}`));
  for (const [field, given] of Object.entries({ of, defaultLotSize }))
    if (given !== undefined && from === undefined) violations.push(invalid(field, 'needs from: asset-data'));
  if (defaultLotSize !== undefined && !(defaultLotSize > 0 && defaultLotSize < Infinity))
    violations.push(invalid('defaultLotSize', `must be above 0; got ${String(defaultLotSize)}`));
  return violations;
}

/** All of it: the parameters by themselves, and the data that they need. */
export function admitLotsIn(parameters: LotParameters, situation: Situation): Violation[] {
  const { lots = {}, of, defaultLotSize } = parameters;
  const { universe } = situation;
  const positions = positionsById(universe);
  const unknown = Object.keys(lots).filter((id) => !positions.has(id));
  const meant = universe.assets.filter(isMeantBy(parameters));
  const without = (fact: 'lotSize' | 'unitValue'): string =>
    listed(meant.filter((asset) => asset[fact] === undefined).map(({ id }) => id));
  const [sizeless, worthless] = [defaultLotSize === undefined ? without('lotSize') : 'none', without('unitValue')];
  return [
    ...admitLots(parameters),
    ...unknown.map((id) =>
      invalid(fieldOf('lots', id), `no asset has this id${amongKnown(id, [...positions.keys()])}`),
    ),
    ...admitMembers(of, situation),
    ...(sizeless === 'none'
      ? []
      : [invalid('from', `the lot size of ${sizeless} is not known; state it there, or a defaultLotSize, or lots`)]),
    ...(worthless === 'none'
      ? []
      : [
          invalid(
            'from',
            `what a unit of ${worthless} is worth is not known, which takes a price and a net asset value above 0; ` +
              'name the assets meant in of, or state lots',
          ),
        ]),
  ];
}
