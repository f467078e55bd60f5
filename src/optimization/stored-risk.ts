/** Stored factor models as the risk of a problem, read once and kept for the requests that follow. */
import type { FactorModel } from '../market/asset.ts';
import type { MarketStore } from '../market/ports.ts';
import type { CallContext, UnitOfWork } from '../values/call.ts';
import type { Violation } from '../values/fault.ts';
import { readName } from '../values/resource-name.ts';
import { numbersOf } from './admission-numbers.ts';
import type { StatelessDraft } from './draft.ts';
import type { GivenRisk } from './job.ts';

/** Models, and universes of one model, that are kept. */
const modelsMax = 16;
const universesMax = 8;

/** What became of a model that a request names. */
export interface FoundRisk {
  /** Absent when there is a violation. */
  readonly risk?: GivenRisk;
  readonly violations: readonly Violation[];
}

/** The rows of the assets asked for, in their order; a violation at `field` when the model lacks one. */
export function riskOf(model: FactorModel, ids: readonly string[], field: string): FoundRisk {
  const positions = new Map(model.assetIds.map((assetId, position) => [assetId, position]));
  const absent = ids.filter((assetId) => !positions.has(assetId));
  if (absent.length > 0) {
    const shown = absent.slice(0, 10).join(', ');
    const rest = absent.length > 10 ? ` and ${String(absent.length - 10)} more` : '';
    const description = `factorModels/${model.id} has no exposures of ${shown}${rest}`;
    return { violations: [{ field, description, reason: 'RISK_MODEL_INVALID' }] };
  }
  const k = model.factors.length;
  const exposures = numbersOf(ids.length * k);
  const specificVariance = numbersOf(ids.length);
  for (const [row, assetId] of ids.entries()) {
    const at = positions.get(assetId) ?? 0;
    exposures.set(model.exposures.subarray(at * k, (at + 1) * k), row * k);
    specificVariance[row] = model.specificVariance[at]!;
  }
  const { factors, factorCovariance } = model;
  return {
    risk: { kind: 'factor', factors, exposures, factorCovariance, specificVariance, periodsPerYear: 1 },
    violations: [],
  };
}

interface KeptModel {
  readonly version: number;
  readonly model: FactorModel;
  /** By the ids asked for: one object for one universe, so that what was derived from it is known again. */
  readonly risks: Map<string, FoundRisk>;
}

export class StoredRisks {
  readonly #units: UnitOfWork<{ readonly market: MarketStore }>;
  readonly #kept = new Map<string, KeptModel>();

  constructor(units: UnitOfWork<{ readonly market: MarketStore }>) {
    this.#units = units;
  }

  /** The request with the stored model that it names, if it names one. */
  async resolved(draft: StatelessDraft, context: CallContext): Promise<StatelessDraft> {
    const { problem } = draft;
    if (problem?.risk?.kind !== 'stored') return draft;
    const ids = problem.universe.map(({ assetId }) => assetId);
    const found = await this.find(problem.risk.name, ids, 'problem.factor_model', context);
    return { ...draft, problem: { ...problem, risk: { ...problem.risk, found } } };
  }

  /** The same with what is kept of the model, which may have changed since; undefined when nothing is kept, or no stored model is named. */
  kept(draft: StatelessDraft, { tenant }: CallContext): StatelessDraft | undefined {
    const { problem } = draft;
    if (problem?.risk?.kind !== 'stored') return undefined;
    const model = this.#kept.get(`${tenant}/${problem.risk.name.replace(/^factorModels\//, '')}`);
    const found = model?.risks.get(universeKey(problem.universe.map(({ assetId }) => assetId)));
    return found === undefined ? undefined : { ...draft, problem: { ...problem, risk: { ...problem.risk, found } } };
  }

  /** The model `name`, "factorModels/{factor_model}", for these assets; one that was kept is read again only when it has changed. */
  async find(name: string, ids: readonly string[], field: string, context: CallContext): Promise<FoundRisk> {
    const violations: Violation[] = [];
    const [id = ''] = readName(name, ['factorModels'], field, violations);
    if (id === '') return { violations };
    const key = `${context.tenant}/${id}`;
    const model = (await this.#unchanged(key, id, context)) ?? (await this.#read(id, context));
    if (model === undefined)
      return { violations: [{ field, description: `there is no factorModels/${id}`, reason: 'NOT_FOUND' }] };
    this.#keep(key, model);
    const universe = universeKey(ids);
    const found = model.risks.get(universe) ?? riskOf(model.model, ids, field);
    bounded(model.risks, universe, found, universesMax);
    return found;
  }

  async #unchanged(key: string, id: string, context: CallContext): Promise<KeptModel | undefined> {
    const known = this.#kept.get(key);
    if (known === undefined) return undefined;
    const updatedAt = await this.#units.glance(context, ({ market }) => market.factorModelUpdatedAt(id));
    return known.version === updatedAt?.getTime() ? known : undefined;
  }

  async #read(id: string, context: CallContext): Promise<KeptModel | undefined> {
    const read = await this.#units.read(context, ({ market }) => market.findFactorModel(id));
    if (read === undefined) return undefined;
    return { version: read.updatedAt.getTime(), model: read, risks: new Map<string, FoundRisk>() };
  }

  #keep(key: string, model: KeptModel): void {
    bounded(this.#kept, key, model, modelsMax);
  }
}

const universeKey = (ids: readonly string[]): string => ids.join('\n');

/** Sets an entry as the newest and drops the oldest beyond `most`. */
function bounded<Value>(entries: Map<string, Value>, key: string, value: Value, most: number): void {
  entries.delete(key);
  entries.set(key, value);
  for (const oldest of entries.keys()) {
    if (entries.size <= most) break;
    entries.delete(oldest);
  }
}
