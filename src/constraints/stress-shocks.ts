/** A stress scenario: what every asset returns in it, from shocks to assets, classes, sectors, countries, groups and factors. */
import type { Situation } from '../problem/situation.ts';
import type { Universe, UniverseAsset } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import { Fault } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { eachThrough, universeThrough } from './look-through.ts';
import { amongKnown } from './nearest-name.ts';
import { admitNumber, fieldOf, invalid, percent } from './range.ts';
import { belongs, groupTaxonomies, includesCash, namesOf, sameName, taxonomyLabel } from './taxonomy.ts';
import type { Taxonomy } from './taxonomy.ts';

/** Name -> simple return in the scenario. */
type ByName = Readonly<Record<string, number>>;

export type Shocks = {
  readonly assets?: ByName;
  readonly assetClasses?: ByName;
  readonly sectors?: ByName;
  readonly countries?: ByName;
  /** Taxonomy -> group -> shock. */
  readonly groups?: Readonly<Record<string, ByName>>;
  /** Factor -> return of the factor. */
  readonly factors?: ByName;
};

export interface ShockRules {
  /** What happens when several shocks meet one asset. */
  readonly overlap: 'refuse' | 'add';
  /** Whether shocks meet what funds hold. */
  readonly lookThrough: boolean;
}

const byName = (title: string, description: string): JsonSchema => ({
  type: 'object',
  title,
  description,
  additionalProperties: {
    type: 'number',
    title: 'Shock',
    description: 'Simple return as a fraction: -0.3 for a fall of 30 %.',
  },
  minProperties: 1,
});

export const shocksSchema: JsonSchema<Shocks> = {
  type: 'object',
  title: 'Shocks',
  description: 'What returns what in the scenario, as fractions: -0.3 for a fall of 30 %. What no shock meets stays.',
  properties: {
    assets: byName(
      'Assets',
      'Asset id -> shock, in place of all others that would meet the asset, and of those that would meet what a fund holds.',
    ),
    assetClasses: byName(
      'Asset classes',
      'Compared by canonical name: Equities = Equity = Stocks. Cash includes uninvested cash.',
    ),
    sectors: byName('Sectors', 'Compared as written.'),
    countries: byName('Countries', 'Compared as written.'),
    groups: {
      type: 'object',
      title: 'Groups',
      description: 'Taxonomy -> group -> shock.',
      additionalProperties: byName('Groups', 'Compared as written.'),
      minProperties: 1,
    },
    factors: byName(
      'Factors',
      'Factor -> its return: an asset returns its exposure times that, factors added. In the unit of the factor model.',
    ),
  },
  additionalProperties: false,
  minProperties: 1,
};

interface Division {
  readonly taxonomy: Taxonomy;
  readonly shocks: ByName;
  readonly field: string;
}

function divisionsOf({ assetClasses = {}, sectors = {}, countries = {}, groups = {} }: Shocks): readonly Division[] {
  return [
    { taxonomy: { kind: 'asset-class' }, shocks: assetClasses, field: 'shocks.assetClasses' },
    { taxonomy: { kind: 'sector' }, shocks: sectors, field: 'shocks.sectors' },
    { taxonomy: { kind: 'country' }, shocks: countries, field: 'shocks.countries' },
    ...Object.entries(groups).map(([name, shocks]): Division => {
      return { taxonomy: { kind: 'group', name }, shocks, field: fieldOf('shocks.groups', name) };
    }),
  ];
}

/** A long position cannot lose more than all of it. */
function admitShock(shock: number, field: string): Violation[] {
  if (!Number.isFinite(shock))
    return [{ field, description: `must be a finite number; got ${String(shock)}`, reason: 'NUMBER_INVALID' }];
  if (shock >= -1 && shock <= 10) return [];
  return [invalid(field, `must be a return as a fraction, -0.3 for a fall of 30 %; got ${percent(shock)}`)];
}

/** What is wrong with the numbers whatever the universe. */
export function admitShockNumbers(shocks: Shocks): Violation[] {
  const of = (named: ByName, field: string): Violation[] =>
    Object.entries(named).flatMap(([name, shock]) => admitShock(shock, fieldOf(field, name)));
  return [
    ...of(shocks.assets ?? {}, 'shocks.assets'),
    ...divisionsOf(shocks).flatMap(({ shocks: named, field }) => of(named, field)),
    ...Object.entries(shocks.factors ?? {}).flatMap(([name, shock]) =>
      admitNumber(shock, fieldOf('shocks.factors', name), 'plain'),
    ),
  ];
}

/** For funds that can be looked through: what the universe and the factor model do not know, and assets that more than one shock meets where those are not to be added. */
export function admitShocks(shocks: Shocks, { overlap, lookThrough }: ShockRules, situation: Situation): Violation[] {
  const universe = universeThrough(situation.universe, lookThrough);
  const unknown: Violation[] = [];
  const known = new Set(idsIn(situation.universe.assets, lookThrough));
  for (const id of Object.keys(shocks.assets ?? {}))
    if (!known.has(id))
      unknown.push(invalid(fieldOf('shocks.assets', id), `no asset has this id${amongKnown(id, [...known])}`));
  for (const division of divisionsOf(shocks)) unknown.push(...admitDivision(division, universe));
  unknown.push(...admitFactors(shocks.factors, situation));
  return unknown.length > 0 || overlap === 'add' ? unknown : overlapping(shocks, lookThrough, situation);
}

/** Ids of the assets and, looked through, of all that their funds hold, funds too. */
function idsIn(assets: readonly UniverseAsset[], lookThrough: boolean): readonly string[] {
  return assets.flatMap(({ id, holdings = [] }) => [
    id,
    ...(lookThrough
      ? idsIn(
          holdings.map(({ asset }) => asset),
          true,
        )
      : []),
  ]);
}

function admitDivision({ taxonomy, shocks, field }: Division, universe: Universe): Violation[] {
  const label = taxonomyLabel(taxonomy);
  const taxonomies = groupTaxonomies(universe);
  if (taxonomy.kind === 'group' && !taxonomies.includes(taxonomy.name))
    return [invalid(field, `no asset has a group of this taxonomy${amongKnown(taxonomy.name, taxonomies)}`)];
  const known = namesOf(universe, taxonomy);
  const names = Object.keys(shocks);
  return names.flatMap((name, index) => {
    const twin = names.slice(0, index).find((other) => sameName(taxonomy, other, name));
    const at = fieldOf(field, name);
    if (twin !== undefined) return [invalid(at, `names the same ${label} as ${JSON.stringify(twin)}; give it once`)];
    if (includesCash(taxonomy, name) || known.some((other) => sameName(taxonomy, other, name))) return [];
    return [invalid(at, `no asset has ${label} ${JSON.stringify(name)}${amongKnown(name, known)}`)];
  });
}

function admitFactors(factors: ByName | undefined, situation: Situation): Violation[] {
  if (factors === undefined) return [];
  if (situation.factors === undefined) return [invalid('shocks.factors', 'needs a factor model, and there is none')];
  const known = situation.factors.names;
  return Object.keys(factors)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const description = `the factor model has no factor of this name${amongKnown(name, known)}`;
      return invalid(fieldOf('shocks.factors', name), description);
    });
}

/** Shocks that meet an asset, its own or else those of its parts. */
function meetingIn(asset: UniverseAsset, shocks: Shocks): readonly string[] {
  if (hasOwn(shocks, asset.id)) return [`asset ${asset.id}`];
  return divisionsOf(shocks).flatMap(({ taxonomy, shocks: named }) =>
    Object.keys(named)
      .filter((name) => belongs(asset, taxonomy, name))
      .map((name) => `${taxonomyLabel(taxonomy)} ${name}`),
  );
}

const hasOwn = ({ assets = {} }: Shocks, id: string): boolean => Object.hasOwn(assets, id);

/** The first asset by shocks that meet in it, so that a thousand assets make few messages. */
function overlapping(shocks: Shocks, lookThrough: boolean, { universe }: Situation): Violation[] {
  const found = new Map<string, Violation>();
  const note = (meeting: readonly string[], id: string): void => {
    const both = meeting.join(' and ');
    const description = `the shocks of ${both} meet in ${id}: give it a shock of its own, or "overlap": "add" to add them up`;
    if (meeting.length > 1 && !found.has(both)) found.set(both, invalid('shocks', description));
  };
  for (const asset of universe.assets) {
    if (hasOwn(shocks, asset.id)) continue;
    // Factors meet a fund as a whole.
    const factors = shocks.factors === undefined ? [] : ['the factors'];
    eachMet(asset, shocks, lookThrough, (each) => note([...meetingIn(each, shocks), ...factors], each.id));
  }
  return [...found.values()];
}

export interface StressReturns {
  /** (n) */
  readonly assets: Float64Array;
  readonly cash: number;
}

/** What each asset and uninvested cash return in the scenario: an asset looked through, what all in it returns; factors meet it as a whole. */
export function stressReturns(shocks: Shocks, lookThrough: boolean, situation: Situation): StressReturns {
  const assets = Float64Array.from(situation.universe.assets, (asset, position) => {
    let total = hasOwn(shocks, asset.id) ? 0 : fromFactors(shocks.factors, situation, position);
    eachMet(asset, shocks, lookThrough, (each, share) => (total += share * ownReturn(each, shocks)));
    return total;
  });
  return { assets, cash: cashReturn(shocks) };
}

/** Calls `visit` with everything in an asset that shocks meet by itself: funds looked through are opened, but for those with a shock of their own. */
function eachMet(
  asset: UniverseAsset,
  shocks: Shocks,
  lookThrough: boolean,
  visit: (asset: UniverseAsset, share: number) => void,
): void {
  eachThrough(asset, 1, (each) => lookThrough && !hasOwn(shocks, each.id), visit);
}

/** Its own shock, or the sum of those of its parts of the taxonomies. */
function ownReturn(asset: UniverseAsset, shocks: Shocks): number {
  if (hasOwn(shocks, asset.id)) return shocks.assets![asset.id]!;
  let total = 0;
  for (const { taxonomy, shocks: named } of divisionsOf(shocks))
    for (const [name, shock] of Object.entries(named)) if (belongs(asset, taxonomy, name)) total += shock;
  return total;
}

function cashReturn({ assetClasses = {} }: Shocks): number {
  return Object.entries(assetClasses).find(([name]) => includesCash({ kind: 'asset-class' }, name))?.[1] ?? 0;
}

function fromFactors(factors: ByName | undefined, situation: Situation, position: number): number {
  if (factors === undefined) return 0;
  if (situation.factors === undefined)
    throw new Fault(
      'RISK_MODEL_INVALID',
      'shocks to factors need the factor exposures of the assets, and there are none',
    );
  const { names, exposures } = situation.factors;
  return names.reduce((total, name, factor) => {
    const shock = Object.hasOwn(factors, name) ? factors[name]! : 0;
    return total + exposures[position * names.length + factor]! * shock;
  }, 0);
}
