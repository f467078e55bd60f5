/** The assets of a stateless problem: ids, words and taxonomies. */
import type { Universe, UniverseAsset } from '../problem/universe.ts';
import { currencyProblem, isCurrency } from '../values/currency.ts';
import { readPositive } from '../values/fields.ts';
import { readId } from '../values/resource-name.ts';
import type { Findings } from './admission-findings.ts';
import { withHoldings } from './admission-funds.ts';
import { readNumber } from './admission-numbers.ts';
import type { ProblemAssetDraft } from './draft.ts';

export const assetsMax = 5000;
const textMax = 200;
const groupsMax = 50;
const reserved = new Set(['__proto__', 'constructor', 'prototype']);

/** Why a text for people is refused, or undefined: too long, broken Unicode, control characters. */
export function textProblem(text: string): string | undefined {
  if (text === '') return undefined;
  if (text.length > textMax) return `has ${String(text.length)} characters; at most ${String(textMax)} are allowed`;
  if (!text.isWellFormed()) return 'holds half of a surrogate pair, which is no text';
  if (/\p{Cc}/u.test(text)) return 'holds control characters';
  return undefined;
}

export function readText(text: string, field: string, findings: Findings): string {
  const problem = textProblem(text);
  if (problem !== undefined) findings.add(field, problem);
  return text;
}

/**
 * The universe in the caller's order, funds with what they hold. Refused assets keep their position, so that later checks speak of the right
 * ones. `constituents` may not be held but stand in funds; each list below `root`.
 */
export function readUniverse(
  drafts: readonly ProblemAssetDraft[],
  constituents: readonly ProblemAssetDraft[],
  root: string,
  findings: Findings,
): Universe {
  const lists = [
    { drafts, field: `${root}.universe` },
    { drafts: constituents, field: `${root}.constituents` },
  ];
  if (drafts.length === 0) findings.add(`${root}.universe`, 'must hold at least one asset');
  const crowded = lists.filter((list) => list.drafts.length > assetsMax);
  for (const { drafts: many, field } of crowded)
    findings.add(field, `holds ${String(many.length)} assets; at most ${String(assetsMax)} are allowed`);
  if (crowded.length > 0) return { assets: [] };
  const first = new Map<string, string>();
  const read = lists.flatMap((list) =>
    list.drafts.map((draft, position) => {
      const at = `${list.field}[${String(position)}]`;
      const before = first.get(draft.assetId);
      if (before === undefined) first.set(draft.assetId, at);
      else findings.add(`${at}.asset_id`, `repeats ${before}.asset_id`, 'ID_INVALID');
      return { asset: readAsset(draft, at, findings), holdings: draft.holdings, at };
    }),
  );
  return { assets: withHoldings(read, findings).slice(0, drafts.length) };
}

function readAsset(draft: ProblemAssetDraft, at: string, findings: Findings): UniverseAsset {
  readId(draft.assetId, `${at}.asset_id`, findings.violations);
  readText(draft.displayName, `${at}.display_name`, findings);
  readText(draft.assetClass, `${at}.asset_class`, findings);
  readText(draft.sector, `${at}.sector`, findings);
  readText(draft.country, `${at}.country`, findings);
  if (draft.currencyCode !== '' && !isCurrency(draft.currencyCode)) {
    findings.add(`${at}.currency_code`, currencyProblem);
  }
  readText(draft.issuer, `${at}.issuer`, findings);
  const { averageDailyValue } = draft;
  if (averageDailyValue !== undefined) {
    const hint = 'a multiple of net asset value, 0.5 when a day trades half of it';
    readNumber(averageDailyValue, `${at}.average_daily_value`, { min: 0, max: 1e9, hint }, findings);
  }
  const tradable = readTradable(draft, at, findings);
  const capitalization = readNumber(draft.marketCapitalization, `${at}.market_capitalization`, { min: 0 }, findings);
  return {
    id: draft.assetId,
    ...present('name', draft.displayName),
    ...present('assetClass', draft.assetClass),
    ...present('sector', draft.sector),
    ...present('country', draft.country),
    ...present('currency', draft.currencyCode),
    ...present('issuer', draft.issuer),
    ...(averageDailyValue === undefined ? {} : { averageDailyValue }),
    ...tradable,
    ...readCharacteristics(draft.characteristics, `${at}.characteristics`, findings),
    groups: readGroups(draft.groups, `${at}.groups`, findings),
    ...(capitalization === undefined || capitalization === 0 ? {} : { marketCapitalization: capitalization }),
  };
}

function readTradable(
  { lotSize = '', unitValue }: ProblemAssetDraft,
  at: string,
  findings: Findings,
): Pick<UniverseAsset, 'lotSize' | 'unitValue'> {
  const lot = lotSize === '' ? undefined : readPositive(lotSize, `${at}.lot_size`, findings.violations).toNumber();
  if (unitValue !== undefined) {
    const hint = 'a fraction of net asset value, price over net asset value';
    readNumber(unitValue, `${at}.unit_value`, { positive: true, max: 1e9, hint }, findings);
  }
  return { ...(lot === undefined ? {} : { lotSize: lot }), ...(unitValue === undefined ? {} : { unitValue }) };
}

/** An empty text says that there is none. */
export function present<Name extends string>(name: Name, text: string): Partial<Record<Name, string>> {
  return text === '' ? {} : ({ [name]: text } as Record<Name, string>);
}

function readGroups(
  groups: Readonly<Record<string, string>>,
  field: string,
  findings: Findings,
): Record<string, string> {
  const entries = Object.entries(groups);
  if (entries.length > groupsMax) {
    findings.add(field, `has ${String(entries.length)} groups; at most ${String(groupsMax)} are allowed`);
    return {};
  }
  for (const [taxonomy, group] of entries) {
    const at = `${field}[${JSON.stringify(taxonomy.slice(0, textMax))}]`;
    if (taxonomy === '' || reserved.has(taxonomy)) findings.add(at, 'is not a name for a taxonomy', 'ID_INVALID');
    const problem = textProblem(taxonomy) ?? textProblem(group);
    if (problem !== undefined) findings.add(at, problem);
  }
  return Object.fromEntries(entries.filter(([taxonomy]) => !reserved.has(taxonomy)));
}

function readCharacteristics(
  stated: Readonly<Record<string, number>>,
  field: string,
  findings: Findings,
): Pick<UniverseAsset, 'characteristics'> {
  const entries = Object.entries(stated);
  if (entries.length === 0) return {};
  if (entries.length > groupsMax) {
    findings.add(field, `has ${String(entries.length)} characteristics; at most ${String(groupsMax)} are allowed`);
    return {};
  }
  for (const [name, value] of entries) {
    const at = `${field}[${JSON.stringify(name.slice(0, textMax))}]`;
    if (name === '' || reserved.has(name)) findings.add(at, 'is not a name for a characteristic', 'ID_INVALID');
    const problem = textProblem(name);
    if (problem !== undefined) findings.add(at, problem);
    readNumber(value, at, { min: -1e12, max: 1e12 }, findings);
  }
  return { characteristics: Object.fromEntries(entries.filter(([name]) => !reserved.has(name))) };
}
