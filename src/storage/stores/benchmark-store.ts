import { Benchmark, FactorModel } from '../../market/asset.ts';
import type { CalendarDate } from '../../values/clock.ts';
import type { ListQuery, Page } from '../../values/listing.ts';
import { instantField, pageOf, pageOfIds, textField } from '../listing.ts';
import { BenchmarkSchema, BenchmarkWeightSchema, FactorModelSchema } from '../schema/market.ts';
import { type Session, unfollowed } from '../session.ts';
import { insertRows, rowOf } from './rows.ts';

const fields = { displayName: textField('display_name'), updatedAt: instantField('updated_at') };

/** Weights in force on the date, the newest when absent; undefined when there were none yet. */
export async function findBenchmark(session: Session, id: string, on?: CalendarDate): Promise<Benchmark | undefined> {
  const benchmark = await session.manager.findOne(Benchmark, { tenant: session.tenant, id }, unfollowed);
  if (benchmark === null) return undefined;
  const [filled] = await withWeights(session, [benchmark], on);
  return filled;
}

export async function listBenchmarks(session: Session, query: ListQuery): Promise<Page<Benchmark>> {
  const { tenant } = session;
  const page = await pageOfIds(
    session,
    { table: 'benchmarks', id: textField('id'), fields, within: { tenant } },
    query,
  );
  const found = await session.manager.find(Benchmark, { tenant, id: { $in: [...page.rows] } }, unfollowed);
  return pageOf(page, await withWeights(session, found), ({ id }) => id);
}

/** Adds the weights of its effective date, or replaces those of that date; the name is the newest one given. */
export async function putBenchmark(session: Session, benchmark: Benchmark): Promise<void> {
  const { tenant } = session;
  const row = rowOf(BenchmarkSchema, benchmark, { tenant });
  await session.manager.upsert(Benchmark, row, {
    onConflictFields: ['tenant', 'id'],
    disableIdentityMap: true,
  });
  const set = { tenant, benchmarkId: benchmark.id, effectiveDate: benchmark.effectiveDate };
  await session.manager.nativeDelete(BenchmarkWeightSchema, set);
  const rows = benchmark.weights.map(({ assetId, weight }, ordinal) => ({ ...set, assetId, ordinal, weight }));
  await insertRows(session, BenchmarkWeightSchema, rows);
}

async function withWeights(
  session: Session,
  benchmarks: readonly Benchmark[],
  on: CalendarDate = '9999-12-31',
): Promise<Benchmark[]> {
  if (benchmarks.length === 0) return [];
  const rows = await session.rows<{ id: string; date: string; asset_id: string; weight: number }>(
    `select weights.benchmark_id as id, weights.effective_date::text as date, weights.asset_id, weights.weight
     from benchmark_weights as weights
     join (select benchmark_id, max(effective_date) as newest from benchmark_weights
           where tenant = ? and effective_date <= ?::date and benchmark_id in (${benchmarks.map(() => '?').join(', ')})
           group by benchmark_id) as force
       on force.benchmark_id = weights.benchmark_id and force.newest = weights.effective_date
     where weights.tenant = ? order by weights.ordinal`,
    [session.tenant, on, ...benchmarks.map(({ id }) => id), session.tenant],
  );
  const byBenchmark = Map.groupBy(rows, ({ id }) => id);
  return benchmarks.flatMap((benchmark) => {
    const lines = byBenchmark.get(benchmark.id);
    if (lines === undefined) return [];
    benchmark.effectiveDate = lines[0]!.date;
    benchmark.weights = lines.map(({ asset_id, weight }) => ({ assetId: asset_id, weight }));
    return [benchmark];
  });
}

export async function findFactorModel(session: Session, id: string): Promise<FactorModel | undefined> {
  return (await session.manager.findOne(FactorModel, { tenant: session.tenant, id }, unfollowed)) ?? undefined;
}

export async function factorModelUpdatedAt(session: Session, id: string): Promise<Date | undefined> {
  const sql =
    'select (extract(epoch from updated_at) * 1000)::float8 as ms from factor_models where tenant = ? and id = ?';
  const [found] = await session.rows<{ readonly ms: number }>(sql, [session.tenant, id]);
  return found === undefined ? undefined : new Date(found.ms);
}

export async function listFactorModels(session: Session, query: ListQuery): Promise<Page<FactorModel>> {
  const { tenant } = session;
  const page = await pageOfIds(
    session,
    { table: 'factor_models', id: textField('id'), fields, within: { tenant } },
    query,
  );
  const found = await session.manager.find(FactorModel, { tenant, id: { $in: [...page.rows] } }, unfollowed);
  return pageOf(page, found, ({ id }) => id);
}

export async function putFactorModel(session: Session, model: FactorModel): Promise<void> {
  const row = rowOf(FactorModelSchema, model, { tenant: session.tenant });
  await session.manager.upsert(FactorModel, row, {
    onConflictFields: ['tenant', 'id'],
    disableIdentityMap: true,
  });
}
