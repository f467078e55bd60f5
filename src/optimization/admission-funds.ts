/** What funds hold: ids become assets, so that constraints can look through. */
import type { FundHolding, UniverseAsset } from '../problem/universe.ts';
import type { Findings } from './admission-findings.ts';
import { readNumber } from './admission-numbers.ts';
import type { ProblemAssetDraft } from './draft.ts';

export const holdingsMax = 5000;

export interface ReadAsset {
  readonly asset: UniverseAsset;
  readonly holdings: ProblemAssetDraft['holdings'];
  /** Where the caller wrote it. */
  readonly at: string;
}

/** The same assets in the same order, each fund with its holdings. A fund that holds itself, at any depth, is refused. */
export function withHoldings(read: readonly ReadAsset[], findings: Findings): readonly UniverseAsset[] {
  const total = read.reduce((sum, { holdings }) => sum + holdings.length, 0);
  if (total === 0) return read.map(({ asset }) => asset);
  const first = read.find(({ holdings }) => holdings.length > 0);
  if (total > holdingsMax) {
    const limit = `the funds have ${String(total)} holdings; at most ${String(holdingsMax)} are allowed`;
    findings.add(`${first?.at ?? ''}.holdings`, limit);
    return read.map(({ asset }) => asset);
  }
  const byId = new Map(read.map((entry) => [entry.asset.id, entry]));
  const whole = new Map<string, UniverseAsset>();
  const open = new Set<string>();

  const completed = (entry: ReadAsset): UniverseAsset => {
    const { asset, holdings, at } = entry;
    const known = whole.get(asset.id);
    if (known !== undefined) return known;
    if (holdings.length === 0) return asset;
    open.add(asset.id);
    const parts = holdings.flatMap(({ assetId, weight }, position): FundHolding[] => {
      const where = `${at}.holdings[${String(position)}]`;
      readNumber(weight, `${where}.weight`, { min: -10, max: 10, hint: 'a fraction of the fund' }, findings);
      if (holdings.findIndex((other) => other.assetId === assetId) < position)
        findings.add(`${where}.asset_id`, 'is named twice in this fund', 'ID_INVALID');
      const part = byId.get(assetId);
      if (part === undefined) {
        const named = JSON.stringify(assetId.slice(0, 63));
        findings.add(`${where}.asset_id`, `${named} is neither in the universe nor among the constituents`);
        return [];
      }
      if (open.has(assetId)) {
        findings.add(`${where}.asset_id`, `makes a ring: ${assetId} holds ${asset.id}, itself or through others`);
        return [];
      }
      return [{ asset: completed(part), weight }];
    });
    open.delete(asset.id);
    const fund = { ...asset, holdings: parts };
    whole.set(asset.id, fund);
    return fund;
  };
  return read.map(completed);
}
