/** What funds hold must be there. */
import type { Violation } from '../values/fault.ts';
import type { Asset } from './asset.ts';
import type { MarketStore } from './ports.ts';

/** A violation for each holding that is neither stored nor among `assets`; `pathOf` says where an asset was written. */
export async function unknownHoldings(
  assets: readonly Asset[],
  market: MarketStore,
  pathOf: (position: number) => string,
): Promise<Violation[]> {
  const given = new Set(assets.map(({ id }) => id));
  const wanted = new Set(assets.flatMap(({ holdings }) => holdings.map(({ assetId }) => assetId)));
  const others = [...wanted].filter((id) => !given.has(id));
  if (others.length === 0) return [];
  const stored = new Set((await market.findAssets(others)).map(({ id }) => id));
  return assets.flatMap(({ holdings }, position) =>
    holdings.flatMap(({ assetId }, index): Violation[] => {
      if (given.has(assetId) || stored.has(assetId)) return [];
      const field = `${pathOf(position)}.holdings[${String(index)}].asset`;
      return [{ field, description: `there is no assets/${assetId}`, reason: 'NOT_FOUND' }];
    }),
  );
}
