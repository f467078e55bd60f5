/** What an asset must fulfil. Field paths are those of the proto message Asset. */
import { readAmount, readCurrency, readNumber, readPositive, readText, shown } from '../values/fields.ts';
import { Decimal } from '../values/decimal.ts';
import type { Violation } from '../values/fault.ts';
import { readName } from '../values/resource-name.ts';
import type { Asset } from './asset.ts';
import type { AssetDraft } from './draft.ts';
import { figiProblem, isinProblem } from './identifiers.ts';

const one = new Decimal(1);
const entriesMax = 50;

type Reader = (draft: AssetDraft, asset: Asset, field: string, violations: Violation[]) => void;

/** One reader for each field that a caller may set; its key is the name in an update mask. */
const readers: Readonly<Record<string, Reader>> = {
  display_name: (draft, asset, field, violations) => {
    asset.displayName = readText(draft.displayName, field, violations, { min: 1, max: 200 });
  },
  asset_class: (draft, asset, field, violations) => {
    asset.assetClass = readText(draft.assetClass, field, violations, { max: 100 });
  },
  sector: (draft, asset, field, violations) => {
    asset.sector = readText(draft.sector, field, violations, { max: 100 });
  },
  country: (draft, asset, field, violations) => {
    asset.country = readText(draft.country, field, violations, { max: 100 });
  },
  currency_code: (draft, asset, field, violations) => {
    asset.currency = readCurrency(draft.currencyCode, field, violations);
  },
  groups: (draft, asset, field, violations) => {
    asset.groups = readEntries(draft.groups, field, violations);
  },
  lot_size: (draft, asset, field, violations) => {
    asset.lotSize = draft.lotSize === '' ? one : readPositive(draft.lotSize, field, violations);
  },
  market_capitalization: (draft, asset, field, violations) => {
    asset.marketCapitalization =
      draft.marketCapitalization === '' ? null : readAmount(draft.marketCapitalization, field, violations);
  },
  identifiers: (draft, asset, field, violations) => {
    asset.identifiers = readEntries(draft.identifiers, field, violations);
    for (const [scheme, problemOf] of Object.entries({ isin: isinProblem, figi: figiProblem })) {
      const code = asset.identifiers[scheme];
      const problem = code === undefined ? undefined : problemOf(code);
      if (problem !== undefined)
        violations.push({ field: `${field}.${scheme}`, description: `${problem}; got ${shown(code ?? '')}` });
    }
  },
  issuer: (draft, asset, field, violations) => {
    asset.issuer = readText(draft.issuer, field, violations, { max: 100 });
  },
  average_daily_value: (draft, asset, field, violations) => {
    asset.averageDailyValue =
      draft.averageDailyValue === '' ? null : readAmount(draft.averageDailyValue, field, violations);
  },
  characteristics: (draft, asset, field, violations) => {
    asset.characteristics = readCharacteristics(draft.characteristics, field, violations);
  },
  holdings: (draft, asset, field, violations) => {
    asset.holdings = readHoldings(draft.holdings, field, violations);
  },
};

export const assetFields = Object.keys(readers);

/** Copies the named fields of the draft into the asset and reports every problem below `prefix`. */
export function readAsset(
  draft: AssetDraft,
  asset: Asset,
  prefix: string,
  violations: Violation[],
  fields: Iterable<string> = assetFields,
): void {
  for (const field of fields) readers[field]?.(draft, asset, `${prefix}.${field}`, violations);
}

/** The id of an asset named `assets/{asset}`; empty when refused. */
export function readAssetName(name: string, field: string, violations: Violation[]): string {
  return readName(name, ['assets'], field, violations)[0] ?? '';
}

function readCharacteristics(
  stated: Readonly<Record<string, number>>,
  field: string,
  violations: Violation[],
): Record<string, number> {
  const names = readEntries(Object.fromEntries(Object.keys(stated).map((name) => [name, name])), field, violations);
  return Object.fromEntries(
    Object.keys(names).map((name) => [
      name,
      readNumber(stated[name] ?? NaN, `${field}[${shown(name)}]`, violations, -1e12, 1e12),
    ]),
  );
}

const holdingsMax = 5000;

function readHoldings(
  stated: AssetDraft['holdings'],
  field: string,
  violations: Violation[],
): { assetId: string; weight: number }[] {
  if (stated.length > holdingsMax) {
    const description = `has ${String(stated.length)} holdings; at most ${String(holdingsMax)} are allowed`;
    violations.push({ field, description });
    return [];
  }
  const seen = new Set<string>();
  return stated.map(({ asset, weight }, position) => {
    const at = `${field}[${String(position)}]`;
    const assetId = readAssetName(asset, `${at}.asset`, violations);
    if (seen.has(assetId))
      violations.push({ field: `${at}.asset`, description: 'is named twice', reason: 'ID_INVALID' });
    seen.add(assetId);
    return { assetId, weight: readNumber(weight, `${at}.weight`, violations, -10, 10) };
  });
}

/** A taxonomy or an identifier scheme by name; names and values are short texts. */
function readEntries(
  entries: Readonly<Record<string, string>>,
  field: string,
  violations: Violation[],
): Record<string, string> {
  const names = Object.keys(entries);
  if (names.length > entriesMax) {
    violations.push({
      field,
      description: `has ${String(names.length)} entries; at most ${String(entriesMax)} are allowed`,
    });
  }
  const read: [string, string][] = [];
  for (const name of names.slice(0, entriesMax)) {
    const at = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) ? `${field}.${name}` : `${field}[${shown(name)}]`;
    if (name === '__proto__' || name === 'constructor' || name === 'prototype') {
      violations.push({ field: at, description: 'is a reserved word', reason: 'ID_INVALID' });
      continue;
    }
    const key = readText(name, at, violations, { min: 1, max: 100 });
    read.push([key, readText(entries[name] ?? '', at, violations, { min: 1, max: 100 })]);
  }
  return Object.fromEntries(read);
}
