import {
  Allocation,
  type AllocationDimension,
  type AllocationKind,
  type AllocationSet,
} from '../../portfolio/portfolio.ts';
import { Fault } from '../../values/fault.ts';
import type { ListQuery, Page } from '../../values/listing.ts';
import { AllocationSchema, AllocationSetSchema } from '../schema/portfolio.ts';
import { type Session, unfollowed } from '../session.ts';
import { insertRows, insertUnlessTaken, rowOf } from './rows.ts';

interface Head {
  readonly version: number;
  readonly effectiveAt: Date;
}

export async function findAllocationSet(
  session: Session,
  portfolioId: string,
  kind: AllocationKind,
  dimension: AllocationDimension,
  at: Date | undefined,
): Promise<AllocationSet | undefined> {
  const [head] = await session.manager.find(
    AllocationSetSchema,
    {
      tenant: session.tenant,
      portfolioId,
      kind,
      dimension,
      ...(at === undefined ? {} : { effectiveAt: { $lte: at } }),
    },
    { ...unfollowed, orderBy: { effectiveAt: 'desc', version: 'desc' }, limit: 1 },
  );
  if (head === undefined) return undefined;
  const [set] = await withLines(session, portfolioId, kind, dimension, [head]);
  return set;
}

export async function listAllocationSets(
  session: Session,
  portfolioId: string,
  kind: AllocationKind,
  dimension: AllocationDimension,
  query: ListQuery,
): Promise<Page<AllocationSet>> {
  const before = query.after?.[0];
  if (before !== undefined && !/^\d{1,9}$/.test(before)) {
    throw new Fault('PAGE_TOKEN_INVALID', 'the page token does not belong to this list');
  }
  const heads = await session.manager.find(
    AllocationSetSchema,
    {
      tenant: session.tenant,
      portfolioId,
      kind,
      dimension,
      ...(before === undefined ? {} : { version: { $lt: Number(before) } }),
    },
    { ...unfollowed, orderBy: { version: 'desc' }, limit: query.limit + 1 },
  );
  const shown = heads.slice(0, query.limit);
  const rows = await withLines(session, portfolioId, kind, dimension, shown);
  const last = shown.at(-1);
  return heads.length > query.limit && last !== undefined ? { rows, next: [String(last.version)] } : { rows };
}

/** Sets are only added. Two that were counted from the same last one conflict: ETAG_MISMATCH. */
export async function addAllocationSet(session: Session, set: AllocationSet): Promise<void> {
  const { portfolioId, kind, dimension, version, effectiveAt } = set;
  const head = { tenant: session.tenant, portfolioId, kind, dimension, version, effectiveAt };
  if (!(await insertUnlessTaken(session, AllocationSetSchema, head))) {
    throw new Fault('ETAG_MISMATCH', `the ${kind} allocations of ${portfolioId} were set meanwhile; read them again`, {
      portfolio: portfolioId,
      version: String(version),
    });
  }
  const owner = { tenant: session.tenant, portfolioId, kind, dimension, setVersion: version, effectiveAt };
  const lines = set.allocations.map((allocation) => rowOf(AllocationSchema, allocation, owner));
  await insertRows(session, Allocation, lines);
}

async function withLines(
  session: Session,
  portfolioId: string,
  kind: AllocationKind,
  dimension: AllocationDimension,
  heads: readonly Head[],
): Promise<AllocationSet[]> {
  if (heads.length === 0) return [];
  const versions = heads.map(({ version }) => version);
  const lines = await session.manager.find(
    Allocation,
    { tenant: session.tenant, portfolioId, kind, dimension, setVersion: { $in: versions } },
    { ...unfollowed, orderBy: { ordinal: 'asc', id: 'asc' } },
  );
  const bySet = Map.groupBy(lines, ({ setVersion }) => setVersion);
  return heads.map(({ version, effectiveAt }) => ({
    portfolioId,
    kind,
    dimension,
    version,
    effectiveAt,
    allocations: bySet.get(version) ?? [],
  }));
}
