/** Use cases on allocations: set and read target and actual weights, their history, and the drift between them. */
import type { CallContext, UnitOfWork } from '../values/call.ts';
import { dateOf } from '../values/clock.ts';
import type { CalendarDate, Clock } from '../values/clock.ts';
import { Fault, refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import type { ListQuery, Page } from '../values/listing.ts';
import { checkEtag } from '../values/update-mask.ts';
import { actualWeights, taxonomiesOf } from './actual-weights.ts';
import { readAllocations } from './admission-allocations.ts';
import type { AllocationSetDraft } from './draft.ts';
import { cashSubject, driftLines, halfSumOf } from './drift.ts';
import type { DriftLine, TargetLine } from './drift.ts';
import type { AllocationDimension, AllocationKind, AllocationSet, Portfolio } from './portfolio.ts';
import { alive, existing } from './portfolios.ts';
import type { PortfolioStores } from './portfolios.ts';

export interface Drift {
  readonly portfolioId: string;
  readonly dimension: AllocationDimension;
  /** Largest absolute drift first. */
  readonly lines: readonly DriftLine[];
  readonly halfSum: number;
  readonly asOf: Date;
}

export class Allocations {
  private readonly units: UnitOfWork<PortfolioStores>;
  private readonly clock: Clock;
  private readonly newId: () => string;

  constructor(units: UnitOfWork<PortfolioStores>, clock: Clock, newId: () => string) {
    this.units = units;
    this.clock = clock;
    this.newId = newId;
  }

  /**
   * Follows the set of this kind and dimension by a new one; the etag of the set read is required once there is one.
   * @throws Fault with every problem of the draft; ETAG_REQUIRED, ETAG_MISMATCH, NOT_FOUND, STATE_CONFLICT (deleted).
   */
  async set(
    portfolioId: string,
    draft: AllocationSetDraft,
    etag: string,
    context: CallContext,
  ): Promise<AllocationSet> {
    const violations: Violation[] = [];
    const { kind, dimension, allocations, assets } = readAllocations(draft, this.newId, violations);
    return this.units.write(context, async ({ portfolios, market }) => {
      alive(portfolioId, await portfolios.findForUpdate(portfolioId));
      const known = new Set((await market.findAssets(assets.map(({ id }) => id))).map(({ id }) => id));
      const unknown = assets.filter(({ id }) => !known.has(id));
      refuse([
        ...violations,
        ...unknown.map(({ id, field }) => ({ field, description: `names assets/${id}, which does not exist` })),
      ]);
      const before = await portfolios.allocationSet(portfolioId, kind, dimension);
      if (before !== undefined) checkEtag(etag, before.version, setName(portfolioId, kind, dimension));
      else if (etag !== '') checkEtag(etag, 0, setName(portfolioId, kind, dimension));
      const set = {
        portfolioId,
        kind,
        dimension,
        version: (before?.version ?? 0) + 1,
        effectiveAt: this.clock.now(),
        allocations,
      };
      for (const allocation of allocations) {
        allocation.tenant = context.tenant;
        allocation.portfolioId = portfolioId;
        allocation.setVersion = set.version;
        allocation.effectiveAt = set.effectiveAt;
      }
      await portfolios.addAllocationSet(set);
      return set;
    });
  }

  /** The set in force at the moment, now when absent. @throws Fault NOT_FOUND when none was set by then. */
  async get(
    portfolioId: string,
    kind: AllocationKind | undefined,
    dimension: AllocationDimension | undefined,
    at: Date | undefined,
    context: CallContext,
  ): Promise<AllocationSet> {
    const [ofKind, ofDimension] = stated(kind, dimension);
    return this.units.read(context, async ({ portfolios }) => {
      existing(portfolioId, await portfolios.find(portfolioId));
      const found = await portfolios.allocationSet(portfolioId, ofKind, ofDimension, at ?? this.clock.now());
      if (found === undefined) throw notSet(portfolioId, ofKind, ofDimension);
      return found;
    });
  }

  /** Newest first. */
  async history(
    portfolioId: string,
    kind: AllocationKind | undefined,
    dimension: AllocationDimension | undefined,
    query: ListQuery,
    context: CallContext,
  ): Promise<Page<AllocationSet>> {
    const [ofKind, ofDimension] = stated(kind, dimension);
    return this.units.read(context, async ({ portfolios }) => {
      existing(portfolioId, await portfolios.find(portfolioId));
      return portfolios.allocationHistory(portfolioId, ofKind, ofDimension, query);
    });
  }

  /**
   * Actual against target weights. Actual ones come from positions and the newest prices unless actual allocations were set.
   * @throws Fault NOT_FOUND when no targets were set, PRICE_MISSING.
   */
  async drift(portfolioId: string, dimension: AllocationDimension | undefined, context: CallContext): Promise<Drift> {
    const [, ofDimension] = stated('target', dimension);
    const asOf = this.clock.now();
    return this.units.read(context, async (stores) => {
      const portfolio = existing(portfolioId, await stores.portfolios.find(portfolioId));
      const targets = await stores.portfolios.allocationSet(portfolioId, 'target', ofDimension);
      if (targets === undefined) throw notSet(portfolioId, 'target', ofDimension);
      const wanted = targetLines(targets);
      const held = await this.heldWeights(portfolio, targets, stores, dateOf(asOf));
      const hasCash = wanted.some(({ subject }) => subject === cashSubject);
      if (!hasCash) held.delete(cashSubject);
      const lines = driftLines(wanted, held);
      return { portfolioId, dimension: ofDimension, lines, halfSum: halfSumOf(lines), asOf };
    });
  }

  private async heldWeights(
    portfolio: Portfolio,
    { dimension, allocations }: AllocationSet,
    { portfolios, market }: PortfolioStores,
    on: CalendarDate,
  ): Promise<Map<string, number>> {
    const recorded = await portfolios.allocationSet(portfolio.id, 'actual', dimension);
    if (recorded === undefined) {
      const taxonomies = dimension === 'group' ? taxonomiesOf(allocations.map(({ subject }) => subject)) : [];
      return actualWeights(portfolio, market, dimension, taxonomies, on);
    }
    const weights = new Map(recorded.allocations.map(({ subject, weight }) => [subject, weight]));
    weights.set(cashSubject, 1 - sumOfWeights(recorded));
    return weights;
  }
}

/**
 * Targets with cash as the rest to 1, also when cash is named. Groups of several taxonomies each leave another rest, so cash is
 * then no line.
 */
export function targetLines(set: AllocationSet): TargetLine[] {
  const lines = set.allocations.map(({ subject, weight, weightMin, weightMax }) => ({
    subject,
    weight,
    ...(weightMin === null ? {} : { weightMin }),
    ...(weightMax === null ? {} : { weightMax }),
  }));
  const subjects = set.allocations.map(({ subject }) => subject);
  if (set.dimension === 'group' && taxonomiesOf(subjects).length > 1) return lines;
  const named = lines.find(({ subject }) => subject === cashSubject);
  return [
    ...lines.filter((line) => line !== named),
    { ...named, subject: cashSubject, weight: 1 - sumOfWeights(set) + (named?.weight ?? 0) },
  ];
}

function sumOfWeights({ allocations }: AllocationSet): number {
  return allocations.reduce((sum, { weight }) => sum + weight, 0);
}

function stated(
  kind: AllocationKind | undefined,
  dimension: AllocationDimension | undefined,
): readonly [AllocationKind, AllocationDimension] {
  refuse([
    ...(kind === undefined ? [{ field: 'kind', description: 'is required' }] : []),
    ...(dimension === undefined ? [{ field: 'dimension', description: 'is required' }] : []),
  ]);
  return [kind ?? 'target', dimension ?? 'asset'];
}

function setName(portfolioId: string, kind: AllocationKind, dimension: AllocationDimension): string {
  return `${kind} allocations by ${dimension} of portfolios/${portfolioId}`;
}

function notSet(portfolioId: string, kind: AllocationKind, dimension: AllocationDimension): Fault {
  const name = setName(portfolioId, kind, dimension);
  return new Fault('NOT_FOUND', `${name} were not set`, { resource: `portfolios/${portfolioId}` });
}
