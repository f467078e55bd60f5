import { expect } from 'chai';
import { concat, lastValueFrom, of, throwError, toArray } from 'rxjs';
import type { Observable } from 'rxjs';
import { FactorModel } from '../../../src/market/asset.ts';
import type { SolveJob, SolveNews } from '../../../src/optimization/job.ts';
import { Optimizations } from '../../../src/optimization/optimizations.ts';
import { StoredRisks } from '../../../src/optimization/stored-risk.ts';
import type { CallContext, UnitOfWork } from '../../../src/values/call.ts';
import { Fault } from '../../../src/values/fault.ts';
import { MemoryMarket } from '../../support/memory-market.ts';
import { MemoryPortfolios } from '../../support/memory-portfolio.ts';
import { MemoryDatabase } from '../../support/memory-stores.ts';
import { MemoryUnits, SetClock, callContext, countedIds, faultOf } from '../../support/memory-units.ts';
import { catalogOf, requestOf } from '../../support/optimization.ts';

interface Markets {
  readonly market: MemoryMarket;
}

let changes = 0;
function modelOf(specific: number, id = 'm', assetIds = ['BOND', 'EQUITY', 'GOLD']): FactorModel {
  return Object.assign(new FactorModel(), {
    id,
    factors: ['f'],
    assetIds,
    exposures: new Float64Array(assetIds.length).fill(1),
    factorCovariance: Float64Array.of(0.02),
    specificVariance: new Float64Array(assetIds.length).fill(specific),
    updatedAt: new Date((changes += 1)),
  });
}

const specificsIn = ({ risk }: SolveJob): readonly number[] =>
  risk?.kind === 'factor' ? [...risk.specificVariance] : [];
const named = (id = 'm') => requestOf({ risk: { kind: 'stored', name: `factorModels/${id}` } });

/** Each tenant its own market, as in the storage; counts what is read whole and what is only looked at. */
class Tenants implements UnitOfWork<Markets> {
  readonly #units = new Map<string, MemoryUnits<Markets>>();
  reads = 0;
  glances = 0;

  of({ tenant }: CallContext): MemoryUnits<Markets> {
    const units = this.#units.get(tenant) ?? new MemoryUnits<Markets>({ market: new MemoryMarket() });
    this.#units.set(tenant, units);
    return units;
  }

  read<Result>(context: CallContext, work: (stores: Markets) => Promise<Result>): Promise<Result> {
    this.reads += 1;
    return this.of(context).read(context, work);
  }

  glance<Result>(context: CallContext, work: (stores: Markets) => Promise<Result>): Promise<Result> {
    this.glances += 1;
    return this.of(context).glance(context, work);
  }

  write<Result>(context: CallContext, work: (stores: Markets) => Promise<Result>): Promise<Result> {
    return this.of(context).write(context, work);
  }
}

describe('stored factor models', () => {
  const ids = ['BOND', 'EQUITY', 'GOLD'];
  const [acme, other] = [callContext('acme'), callContext('other')];

  it('are read once while they do not change, and anew when they do', async () => {
    const units = new Tenants();
    const risks = new StoredRisks(units);
    await units.of(acme).stores.market.putFactorModel(modelOf(0.01));
    const first = await risks.find('factorModels/m', ids, 'at', acme);
    expect(await risks.find('factorModels/m', ids, 'at', acme)).to.equal(first);
    expect([units.reads, units.glances]).to.deep.equal([1, 1]);
    await units.of(acme).stores.market.putFactorModel(modelOf(0.02));
    const second = await risks.find('factorModels/m', ids, 'at', acme);
    expect(second.risk?.kind === 'factor' ? second.risk.specificVariance[0] : NaN).to.equal(0.02);
    expect([units.reads, units.glances]).to.deep.equal([2, 2]);
  });

  it('of one tenant are nowhere for another, kept or not, whatever the name', async () => {
    const units = new Tenants();
    const risks = new StoredRisks(units);
    await units.of(acme).stores.market.putFactorModel(modelOf(0.01));
    await risks.resolved(named(), acme);
    expect(risks.kept(named(), acme)).not.to.equal(undefined);
    for (const name of ['m', '../acme/m', 'acme/m', '/m'])
      expect(risks.kept(named(name), other), name).to.equal(undefined);
    const found = await risks.find('factorModels/m', ids, 'at', other);
    expect(found.violations.map(({ field, reason }) => [field, reason])).to.deep.equal([['at', 'NOT_FOUND']]);
    await units.of(other).stores.market.putFactorModel(modelOf(0.5));
    await risks.resolved(named(), other);
    const own = await risks.find('factorModels/m', ids, 'at', acme);
    expect(own.risk?.kind === 'factor' ? own.risk.specificVariance[0] : NaN).to.equal(0.01);
  });

  it('are kept for the last few only', async () => {
    const units = new Tenants();
    const risks = new StoredRisks(units);
    for (let k = 0; k < 20; k += 1) {
      await units.of(acme).stores.market.putFactorModel(modelOf(0.01, `m${String(k)}`));
      await risks.resolved(named(`m${String(k)}`), acme);
    }
    const kept = Array.from({ length: 20 }, (_, k) => risks.kept(named(`m${String(k)}`), acme) !== undefined);
    expect(kept.indexOf(true)).to.equal(4);
    expect(kept.slice(4)).not.to.include(false);
  });
});

describe('a solve with a stored factor model that is kept', () => {
  let market: MemoryMarket;
  let solved: SolveJob[];
  /** What becomes of a solve with so much specific variance. */
  let outcome: (specific: number) => Observable<SolveNews>;
  let optimizations: Optimizations;
  const context = callContext();

  const answerWith = (specific: number): Observable<SolveNews> =>
    of({ kind: 'answer', answer: { objective: specific } } as unknown as SolveNews);
  const objectiveOf = (news: SolveNews): number => (news.kind === 'answer' ? news.answer.objective : NaN);
  const optimize = async (): Promise<readonly SolveNews[]> =>
    lastValueFrom(optimizations.optimize(named(), context).pipe(toArray()));

  beforeEach(async () => {
    market = new MemoryMarket();
    [solved, outcome] = [[], answerWith];
    const { unitOfWork } = new MemoryDatabase(() => ({ market, portfolios: new MemoryPortfolios() }));
    const solver = {
      solve: (job: SolveJob): Observable<SolveNews> => {
        solved.push(job);
        return outcome(specificsIn(job)[0] ?? NaN);
      },
    };
    const runs = { wake: () => undefined, cancel: () => undefined };
    const clock = new SetClock('2024-01-05T12:00:00Z');
    optimizations = new Optimizations(unitOfWork, runs, solver, catalogOf({}), clock, countedIds());
    await market.putFactorModel(modelOf(0.01));
    await optimize();
    solved = [];
  });

  it('is the only one while the model stays', async () => {
    expect((await optimize()).map(objectiveOf)).to.deep.equal([0.01]);
    expect(solved.map(specificsIn)).to.deep.equal([[0.01, 0.01, 0.01]]);
  });

  it('tells the answer of the model as it is now, when it changed before the solve or in the middle of it', async () => {
    await market.putFactorModel(modelOf(0.02));
    expect((await optimize()).map(objectiveOf)).to.deep.equal([0.02]);
    outcome = (specific) => {
      // The database is asked once the solve has begun.
      if (specific === 0.02) void market.putFactorModel(modelOf(0.03));
      return answerWith(specific);
    };
    expect((await optimize()).map(objectiveOf)).to.deep.equal([0.03]);
    expect(solved.map((job) => specificsIn(job)[0])).to.deep.equal([0.01, 0.02, 0.02, 0.03]);
  });

  it('keeps its failure to itself when the model has changed, and tells it when it has not', async () => {
    outcome = (specific) =>
      specific === 0.01 ? throwError(() => new Fault('QUOTA_EXCEEDED', 'too many solves')) : answerWith(specific);
    expect((await faultOf(optimize())).reason).to.equal('QUOTA_EXCEEDED');
    await market.putFactorModel(modelOf(0.02));
    expect((await optimize()).map(objectiveOf)).to.deep.equal([0.02]);
  });

  it('is followed by one more at most, also when that one fails', async () => {
    await market.putFactorModel(modelOf(0.02));
    outcome = (specific) =>
      specific === 0.02
        ? concat(
            of({ kind: 'progress' } as unknown as SolveNews),
            throwError(() => new Fault('QUOTA_EXCEEDED', 'full')),
          )
        : answerWith(specific);
    expect((await faultOf(optimize())).reason).to.equal('QUOTA_EXCEEDED');
    expect(solved.map((job) => specificsIn(job)[0])).to.deep.equal([0.01, 0.02]);
  });

  it('ends with what is wrong now, when the model has lost an asset or cannot be asked for', async () => {
    await market.putFactorModel(modelOf(0.02, 'm', ['BOND', 'GOLD']));
    const fault = await faultOf(optimize());
    expect(fault.violations.map(({ field, reason }) => [field, reason])).to.deep.equal([
      ['problem.factor_model', 'RISK_MODEL_INVALID'],
    ]);
    await market.putFactorModel(modelOf(0.03));
    await optimize();
    market.factorModelUpdatedAt = () => Promise.reject(new Fault('DATABASE_UNAVAILABLE', 'the database is away'));
    expect((await faultOf(optimize())).reason).to.equal('DATABASE_UNAVAILABLE');
  });
});
