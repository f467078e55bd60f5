/** Views on expected returns and on scenarios, by asset and by group. */
import { admitScenarioViews } from '../estimation/scenario-views.ts';
import type { ScenarioView } from '../estimation/scenario-views.ts';
import type { Universe, UniverseAsset } from '../problem/universe.ts';
import { positionsById } from '../problem/universe.ts';
import { under } from '../values/fault.ts';
import type { Findings } from './admission-findings.ts';
import { readNumber } from './admission-numbers.ts';
import type { ScenarioViewDraft, ViewDraft, ViewLegDraft } from './draft.ts';
import type { View } from './job.ts';

export const viewsMax = 100;
const legsMax = 100;

/** Where the legs of views stand. */
export interface ViewGround {
  readonly universe: Universe;
  /** (n) by which the coefficient of a group is divided; equally when absent. */
  readonly marketWeights?: Float64Array;
}

type Leg = View['legs'][number];

/** Views with at least one leg each, on assets of the universe; groups have become their assets. */
export function readViews(
  drafts: readonly ViewDraft[],
  ground: ViewGround,
  field: string,
  findings: Findings,
): readonly View[] {
  if (isCrowded(drafts.length, field, findings)) return [];
  const legsOf = legReader(ground, findings);
  return drafts.map(({ legs, expectedReturn, confidence }, number) => {
    const at = `${field}[${String(number)}]`;
    const read = legsOf(legs, at);
    const hint = 'a fraction per year, 0.08 for 8 %';
    readNumber(expectedReturn, `${at}.expected_return`, { min: -1, max: 10, hint }, findings);
    readNumber(confidence, `${at}.confidence`, { positive: true, max: 1, hint: '1 is certain' }, findings);
    return { legs: read, expectedReturn, confidence };
  });
}

export function readScenarioViews(
  drafts: readonly ScenarioViewDraft[],
  ground: ViewGround,
  field: string,
  findings: Findings,
): readonly ScenarioView[] {
  if (isCrowded(drafts.length, field, findings)) return [];
  const legsOf = legReader(ground, findings);
  return drafts.flatMap(({ legs, measure, relation, value, level, confidence = 1 }, number): ScenarioView[] => {
    const at = `${field}[${String(number)}]`;
    const before = findings.violations.length;
    const read = legsOf(legs, at);
    if (measure === undefined) findings.add(`${at}.measure`, 'is required: what the view speaks of');
    if (relation === undefined) findings.add(`${at}.relation`, 'is required: equal, at least or at most');
    readNumber(confidence, `${at}.confidence`, { positive: true, max: 1, hint: '1 is full trust' }, findings);
    if (measure === undefined || relation === undefined || findings.violations.length > before) return [];
    const view = { legs: read, measure, relation, value, confidence, ...(level === undefined ? {} : { level }) };
    findings.addAll(
      under(field, admitScenarioViews([view], ground.universe)).map((violation) => ({
        ...violation,
        field: violation.field.replace('[0]', `[${String(number)}]`).replace('.assetId', '.asset_id'),
      })),
    );
    return [view];
  });
}

function isCrowded(count: number, field: string, findings: Findings): boolean {
  if (count > viewsMax) findings.add(field, `holds ${String(count)} views; at most ${String(viewsMax)} are allowed`);
  return count > viewsMax;
}

/** Reads the legs of one view below `at`. */
function legReader({ universe, marketWeights }: ViewGround, findings: Findings) {
  const positions = positionsById(universe);
  const single = ({ assetId }: ViewLegDraft, where: string): readonly (readonly [string, number])[] => {
    if (!positions.has(assetId))
      findings.add(`${where}.asset_id`, `${JSON.stringify(assetId.slice(0, 63))} is not in the universe`);
    return [[assetId, 1]];
  };
  const shared = (leg: ViewLegDraft, where: string): readonly (readonly [string, number])[] => {
    const members = membersOf(leg, universe, where, findings);
    const weights = members.map((member) => marketWeights?.[member] ?? 1);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return members.map((member, index) => {
      return [universe.assets[member]!.id, total > 0 ? weights[index]! / total : 1 / members.length] as const;
    });
  };
  return (legs: readonly ViewLegDraft[], at: string): readonly Leg[] => {
    if (legs.length === 0) findings.add(`${at}.legs`, 'must name at least one asset');
    if (legs.length > legsMax) findings.add(`${at}.legs`, `must name at most ${String(legsMax)} assets`);
    const coefficients = new Map<string, number>();
    for (const [position, leg] of legs.slice(0, legsMax).entries()) {
      const where = `${at}.legs[${String(position)}]`;
      const shares = leg.taxonomy === undefined && leg.group === undefined ? single(leg, where) : shared(leg, where);
      const coefficient = readNumber(leg.coefficient, `${where}.coefficient`, { min: -10, max: 10 }, findings);
      if (coefficient === 0) findings.add(`${where}.coefficient`, 'must not be 0', 'NUMBER_INVALID');
      if (coefficients.has(leg.assetId)) findings.add(`${where}.asset_id`, 'is named twice in this view');
      for (const [id, share] of shares) coefficients.set(id, (coefficients.get(id) ?? 0) + leg.coefficient * share);
    }
    const read = [...coefficients].map(([assetId, coefficient]) => ({ assetId, coefficient }));
    return read.filter(({ coefficient }) => coefficient !== 0);
  };
}

const ownTaxonomies: Readonly<Record<string, (asset: UniverseAsset) => string | undefined>> = {
  asset_class: ({ assetClass }) => assetClass,
  sector: ({ sector }) => sector,
  country: ({ country }) => country,
  currency: ({ currency }) => currency,
  issuer: ({ issuer }) => issuer,
};

/** Positions of the assets of a group. */
function membersOf(
  { assetId, taxonomy = '', group = '' }: ViewLegDraft,
  { assets }: Universe,
  where: string,
  findings: Findings,
): readonly number[] {
  if (assetId !== '') {
    findings.add(where, 'names an asset and a group; give one of them');
    return [];
  }
  if (taxonomy === '' || group === '') {
    findings.add(where, 'names a group by both taxonomy and group');
    return [];
  }
  const groupOf = ownTaxonomies[taxonomy] ?? (({ groups }: UniverseAsset) => groups[taxonomy]);
  const members = [...assets.keys()].filter((position) => groupOf(assets[position]!) === group);
  if (members.length === 0) {
    const known = [...new Set(assets.map(groupOf).filter((name) => name !== undefined))];
    const shown = known.slice(0, 12).join(', ');
    findings.add(
      `${where}.group`,
      `no asset has ${taxonomy} ${JSON.stringify(group.slice(0, 63))}; known: ${shown === '' ? 'none' : shown}`,
    );
  }
  return members;
}
