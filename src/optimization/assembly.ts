/** From a stored portfolio and its market to the ground that a run stands on. Everything is read within one unit of work. */
import type { Asset } from '../market/asset.ts';
import type { MarketStore } from '../market/ports.ts';
import type { Portfolio } from '../portfolio/portfolio.ts';
import type { PortfolioStores } from '../portfolio/portfolios.ts';
import type { UniverseAsset } from '../problem/universe.ts';
import type { CalendarDate } from '../values/clock.ts';
import { decimalText } from '../values/decimal.ts';
import type { Decimal } from '../values/decimal.ts';
import { Fault } from '../values/fault.ts';
import { idProblem, readId, readName } from '../values/resource-name.ts';
import type { Findings } from './admission-findings.ts';
import { withHoldings } from './admission-funds.ts';
import type { ReadAsset } from './admission-funds.ts';
import { assetsMax, present } from './admission-universe.ts';
import type { StoredGround } from './admission.ts';
import { heldWeights, ratesOf, unitValuesOf } from './assembly-values.ts';
import type { ConstraintDraft, OptimizationDraft } from './draft.ts';
import type { GivenRisk } from './job.ts';
import { riskOf } from './stored-risk.ts';

const benchmarkTolerance = 1e-6;

export interface Assembled {
  readonly ground: StoredGround;
  /** Holds assets that are only there to be sold or compared with at zero; absent when there are none. */
  readonly closing?: ConstraintDraft;
}

/**
 * The universe is what the request names, else what is held, in the benchmark or has a target weight, by id. Held and benchmark
 * assets outside a named universe are part of it with weight zero, so that turnover and tracking error count them. Current weights
 * and what a unit of each asset is worth are exact values at the newest prices in the base currency. Throws PRICE_MISSING with all that have none; reports what is wrong with
 * the request into `findings`.
 */
export async function assembled(
  draft: OptimizationDraft,
  portfolio: Portfolio,
  stores: PortfolioStores,
  today: CalendarDate,
  findings: Findings,
): Promise<Assembled> {
  const { market } = stores;
  const benchmark = await benchmarkOf(portfolio, market, today);
  const wanted = draft.universe.length > 0 ? readIds(draft.universe, findings) : await targetsOf(portfolio, stores);
  const held = portfolio.positions.filter(({ quantity }) => !quantity.isZero()).map(({ assetId }) => assetId);
  const others = [...new Set([...held, ...benchmark.keys()])].filter((id) => !wanted.has(id)).sort();
  const isNamed = draft.universe.length > 0;
  const ids = isNamed ? [...wanted, ...others] : [...wanted, ...others].sort();
  if (ids.length === 0 && !isNamed)
    findings.add('optimization.universe', 'is empty: nothing is held, compared with or aimed at');
  if (ids.length > assetsMax) {
    findings.add(
      'optimization.universe',
      `holds ${String(ids.length)} assets; at most ${String(assetsMax)} are allowed`,
    );
  }
  // Without a universe nothing else can be judged.
  if (ids.length === 0 || ids.length > assetsMax) findings.refuse();
  const assets = new Map((await market.findAssets(ids)).map((asset) => [asset.id, asset]));
  noteUnknown(draft, assets, findings);
  const { weights, cashCurrent, netAssetValue } = await heldWeights(portfolio, held, market, today);
  const known = ids.filter((id) => assets.has(id));
  const rates = await ratesOf([...assets.values()], portfolio.baseCurrency, market, today);
  const unitValues = await unitValuesOf([...assets.values()], netAssetValue, rates, market, today);
  const scale = { rates, netAssetValue: netAssetValue.toNumber(), unitValues };
  const risk = await factorRiskOf(draft, known, market, findings);
  const ground: StoredGround = {
    universe: {
      assets: withHoldings(await fundsAmong(known, assets, scale, market), findings).slice(0, known.length),
    },
    current: Float64Array.from(known, (id) => weights.get(id) ?? 0),
    cashCurrent,
    netAssetValue: { amount: decimalText(netAssetValue), currency: portfolio.baseCurrency },
    ...(benchmark.size === 0 ? {} : { benchmark: Float64Array.from(known, (id) => benchmark.get(id) ?? 0) }),
    riskFreeRate: portfolio.riskFreeRateAnnual,
    ...(risk === undefined ? {} : { risk }),
    constraints: portfolio.constraints,
  };
  const taken = new Set([
    ...draft.constraints.map(({ constraintId }) => constraintId),
    ...portfolio.constraints.map(({ id: own }) => own),
  ]);
  return isNamed && others.length > 0 ? { ground, closing: closingOf(others, taken) } : { ground };
}

function readIds(universe: readonly string[], findings: Findings): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const [position, id] of universe.slice(0, assetsMax + 1).entries()) {
    const field = `optimization.universe[${String(position)}]`;
    readId(id, field, findings.violations);
    // Nothing is looked up by what is no id: no database takes every text.
    if (idProblem(id) !== undefined) continue;
    if (ids.has(id)) findings.add(field, `repeats ${JSON.stringify(id)}`, 'ID_INVALID');
    ids.add(id);
  }
  return ids;
}

async function targetsOf(portfolio: Portfolio, { portfolios }: PortfolioStores): Promise<ReadonlySet<string>> {
  const set = await portfolios.allocationSet(portfolio.id, 'target', 'asset');
  const lines = set?.allocations ?? [];
  return new Set(lines.map(({ subject }) => subject).filter((subject) => subject !== 'cash'));
}

async function benchmarkOf(
  portfolio: Portfolio,
  market: MarketStore,
  today: CalendarDate,
): Promise<ReadonlyMap<string, number>> {
  if (portfolio.benchmarkId === null) return new Map();
  const benchmark = await market.findBenchmark(portfolio.benchmarkId, today);
  // Created to be filled later, it is none yet.
  const lines = benchmark?.weights ?? [];
  const total = lines.reduce((sum, { weight }) => sum + weight, 0);
  if (lines.length > 0 && Math.abs(total - 1) > benchmarkTolerance) {
    const field = `benchmarks/${portfolio.benchmarkId}`;
    const description = `its weights sum to ${String(total)}, not to 1`;
    throw new Fault('STATE_CONFLICT', `${field}: ${description}`, { resource: field }, [{ field, description }]);
  }
  return new Map(lines.map(({ assetId, weight }) => [assetId, weight]));
}

function noteUnknown(draft: OptimizationDraft, assets: ReadonlyMap<string, Asset>, findings: Findings): void {
  for (const [position, id] of draft.universe.entries()) {
    if (assets.has(id) || idProblem(id) !== undefined) continue;
    findings.add(`optimization.universe[${String(position)}]`, `there is no assets/${id}`, 'NOT_FOUND');
  }
}

interface Scale {
  /** Units of the base currency by currency. */
  readonly rates: ReadonlyMap<string, Decimal>;
  /** In the base currency; 0 when nothing is held. */
  readonly netAssetValue: number;
  /** Fractions of net asset value by asset. */
  readonly unitValues: ReadonlyMap<string, number>;
}

/** The assets of these ids, then all that the funds among them hold, at any depth. */
async function fundsAmong(
  ids: readonly string[],
  assets: ReadonlyMap<string, Asset>,
  scale: Scale,
  market: MarketStore,
): Promise<readonly ReadAsset[]> {
  const all = new Map(ids.map((id) => [id, assets.get(id)]));
  let fresh = [...all.values()];
  while (fresh.length > 0) {
    const held = fresh.flatMap((asset) => asset?.holdings ?? []).map(({ assetId }) => assetId);
    const missing = [...new Set(held)].filter((id) => !all.has(id));
    fresh = missing.length === 0 ? [] : [...(await market.findAssets(missing))];
    for (const asset of fresh) if (asset !== undefined) all.set(asset.id, asset);
  }
  return [...all.values()].map((asset) => {
    if (asset === undefined) throw new TypeError('only known assets are in the universe');
    return { asset: universeAsset(asset, scale), holdings: asset.holdings, at: `assets/${asset.id}` };
  });
}

function universeAsset(asset: Asset, { rates, netAssetValue, unitValues }: Scale): UniverseAsset {
  const rate = rates.get(asset.currency)?.toNumber();
  const unitValue = unitValues.get(asset.id);
  const capitalization = rate === undefined ? 0 : (asset.marketCapitalization?.toNumber() ?? 0) * rate;
  const { averageDailyValue, characteristics } = asset;
  const isTraded = averageDailyValue !== null && rate !== undefined && netAssetValue > 0;
  return {
    id: asset.id,
    ...present('name', asset.displayName),
    ...present('assetClass', asset.assetClass),
    ...present('sector', asset.sector),
    ...present('country', asset.country),
    ...present('currency', asset.currency),
    ...present('issuer', asset.issuer),
    ...(isTraded ? { averageDailyValue: (averageDailyValue.toNumber() * rate) / netAssetValue } : {}),
    lotSize: asset.lotSize.toNumber(),
    ...(unitValue === undefined ? {} : { unitValue }),
    ...(Object.keys(characteristics).length === 0 ? {} : { characteristics }),
    groups: asset.groups,
    ...(capitalization > 0 ? { marketCapitalization: capitalization } : {}),
  };
}

/** The factor model that the request names, in the order of the universe. */
async function factorRiskOf(
  draft: OptimizationDraft,
  ids: readonly string[],
  market: MarketStore,
  findings: Findings,
): Promise<GivenRisk | undefined> {
  if (draft.factorModel === '') return undefined;
  const field = 'optimization.factor_model';
  const [id = ''] = readName(draft.factorModel, ['factorModels'], field, findings.violations);
  if (id === '') return undefined;
  const model = await market.findFactorModel(id);
  if (model === undefined) {
    findings.add(field, `there is no factorModels/${id}`, 'NOT_FOUND');
    return undefined;
  }
  const { risk, violations } = riskOf(model, ids, field);
  findings.addAll(violations);
  return risk;
}

function closingOf(assets: readonly string[], taken: ReadonlySet<string>): ConstraintDraft {
  let constraintId = 'universe';
  for (let number = 2; taken.has(constraintId); number += 1) constraintId = `universe-${String(number)}`;
  return {
    constraintId,
    displayName: 'universe of the run',
    type: 'exclusion',
    parameters: { assets },
    inactive: false,
    field: 'optimization.universe',
  };
}
