/** Use cases on optimizations: start, read, list and cancel runs over stored portfolios; solve problems given whole. */
import { catchError, concatAll, defer, filter, from, map, of, switchMap, throwError } from 'rxjs';
import type { Observable } from 'rxjs';

import { alive, existing } from '../portfolio/portfolios.ts';
import type { PortfolioStores } from '../portfolio/portfolios.ts';
import type { CallContext, UnitOfWork } from '../values/call.ts';
import { dateOf } from '../values/clock.ts';
import type { CalendarDate, Clock } from '../values/clock.ts';
import { Fault, refuse } from '../values/fault.ts';
import type { ListQuery, Page } from '../values/listing.ts';
import { readId } from '../values/resource-name.ts';
import { Findings } from './admission-findings.ts';
import { besidePrices } from './admission-named.ts';
import { admitStateless, admitStored } from './admission.ts';
import type { AdmittedRun } from './admission.ts';
import type { OptimizationAnswer } from './answer.ts';
import { assembled } from './assembly.ts';
import type { Catalog } from './catalog.ts';
import { contradictionsIn } from './contradicting.ts';
import type { OptimizationDraft, StatelessDraft } from './draft.ts';
import { missing } from './event-log.ts';
import { explainedJob } from './explaining.ts';
import type { ExplainQuestion } from './explaining.ts';
import type { RunStores } from './event-log.ts';
import { beside, givenJob, recordedInput } from './given-numbers.ts';
import type { SolveEngine, SolveJob, SolveNews } from './job.ts';
import { inputFrom, inputTo } from './job-record.ts';
import { pricesIn } from './price-snapshot.ts';
import { compared } from './replay.ts';
import type { ReplayNews } from './replay.ts';
import { enqueue, requestCancel } from './run-engine.ts';
import { StoredRisks } from './stored-risk.ts';
import { tenantRunOf } from './run-key.ts';
import type { TenantRun } from './run-key.ts';
import { Run } from './run.ts';
import type { RunKey } from './run.ts';

export type OptimizationStores = PortfolioStores & RunStores;

/** The engine of runs, as far as use cases speak to it. */
export interface RunStarter {
  wake(): void;
  cancel(run: TenantRun): void;
}

export class Optimizations {
  readonly #units: UnitOfWork<OptimizationStores>;
  readonly #runs: RunStarter;
  readonly #solver: SolveEngine;
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #risks: StoredRisks;

  constructor(
    units: UnitOfWork<OptimizationStores>,
    runs: RunStarter,
    solver: SolveEngine,
    catalog: Catalog,
    clock: Clock,
    newId: () => string,
  ) {
    this.#units = units;
    this.#runs = runs;
    this.#solver = solver;
    this.#catalog = catalog;
    this.#clock = clock;
    this.#newId = newId;
    this.#risks = new StoredRisks(units);
  }

  /**
   * Admits a run and starts it; an empty id is made up. The run and its first event are stored together. Throws one Fault with
   * every problem of the request, PRICE_MISSING with every asset that has no price, NOT_FOUND, ALREADY_EXISTS.
   */
  async create(
    portfolioId: string,
    draft: OptimizationDraft,
    id: string | undefined,
    context: CallContext,
  ): Promise<Run> {
    const isNamed = id !== undefined && id !== '';
    const run = await this.#units.write(context, async (stores) => {
      const findings = new Findings();
      const portfolio = alive(portfolioId, await stores.portfolios.find(portfolioId));
      const now = this.#clock.now();
      const today = dateOf(now);
      if (isNamed) readId(id, 'optimization_id', findings.violations);
      const { ground, closing } = await assembled(draft, portfolio, stores, today, findings);
      const closed = closing === undefined ? draft : { ...draft, constraints: [...draft.constraints, closing] };
      const admitted = dated(admitStored(closed, ground, this.#catalog, findings), today);
      // A run is answered with its conflict; who only wants to know is told what can be seen at once.
      if (context.validateOnly === true) refuse(contradictionsIn(admitted.job, this.#catalog), 'CONSTRAINT_INVALID');
      await refuseUnpriced(admitted, stores);
      await refuseOtherDates(admitted, stores);
      const created = new Run();
      created.tenant = context.tenant;
      created.kind = 'optimization';
      created.portfolioId = portfolioId;
      created.id = isNamed ? id : this.#newId();
      created.subject = admitted.job.strategy.type;
      created.input = inputTo(await recordedInput(draft, admitted, stores.runs));
      created.createdAt = now;
      await enqueue(stores, created, now);
      return created;
    });
    if (context.validateOnly !== true) this.#runs.wake();
    return run;
  }

  async get(portfolioId: string, id: string, context: CallContext): Promise<Run> {
    const key = keyOf(portfolioId, id);
    const run = await this.#units.read(context, ({ runs }) => runs.find(key));
    if (run === undefined) throw missing(key);
    return run;
  }

  async list(portfolioId: string, query: ListQuery, context: CallContext): Promise<Page<Run>> {
    return this.#units.read(context, async ({ portfolios, runs }) => {
      existing(portfolioId, await portfolios.find(portfolioId));
      return runs.list('optimization', portfolioId, query);
    });
  }

  /** Ends a run that has not ended; leaves one that has as it is. The run may still be running when this returns. */
  async cancel(portfolioId: string, id: string, context: CallContext): Promise<Run> {
    const key = keyOf(portfolioId, id);
    const run = await this.#units.write(context, async (stores) => {
      const found = await stores.runs.findForUpdate(key);
      if (found === undefined) throw missing(key);
      await requestCancel(stores, found, this.#clock.now());
      return found;
    });
    if (context.validateOnly !== true) this.#runs.cancel(tenantRunOf(run));
    return run;
  }

  /**
   * Solves a run anew from its recorded inputs and compares. Errors with STATE_CONFLICT for one without an answer, and for one that kept no
   * prices.
   */
  replay(portfolioId: string, id: string, context: CallContext): Observable<ReplayNews> {
    return defer(() => from(this.#recorded(portfolioId, id, context))).pipe(
      switchMap(({ job, answer: recorded }) =>
        this.#solver.solve(job, context.signal).pipe(
          filter((news) => news.kind !== 'point'),
          map((news): ReplayNews =>
            news.kind === 'progress' ? news : { kind: 'outcome', outcome: compared(recorded, news.answer) },
          ),
        ),
      ),
    );
  }

  /** Explains the answer of a run, or of a problem given whole; see `explainedJob`. */
  explain(question: ExplainQuestion, context: CallContext): Observable<SolveNews> {
    const job = async (): Promise<SolveJob> =>
      explainedJob(await this.#resolvedQuestion(question, context), this.#catalog, async (portfolioId, id) => {
        return (await this.#recorded(portfolioId, id, context)).job;
      });
    return defer(() => from(job())).pipe(switchMap((asked) => this.#solver.solve(asked, context.signal)));
  }

  async #resolvedQuestion(question: ExplainQuestion, context: CallContext): Promise<ExplainQuestion> {
    if (question.request === undefined) return question;
    return { ...question, request: await this.#risks.resolved(question.request, context) };
  }

  async #recorded(portfolioId: string, id: string, context: CallContext) {
    const key = keyOf(portfolioId, id);
    const name = `portfolios/${portfolioId}/optimizations/${id}`;
    const conflict = (description: string): Fault =>
      new Fault('STATE_CONFLICT', `${name}: ${description}`, { resource: name }, [{ field: 'name', description }]);
    const { run, snapshot, given } = await this.#units.read(context, async ({ runs }) => {
      const found = await runs.find(key);
      if (found === undefined) throw missing(key);
      if (found.result === null) throw conflict('has no answer, so that there is nothing to solve anew');
      const { pricesSnapshot = '' } = (found.result as unknown as OptimizationAnswer).provenance;
      return {
        run: found,
        snapshot: pricesSnapshot === '' ? undefined : await runs.keptPrices(pricesSnapshot),
        given: await givenJob(inputFrom(found.input), runs),
      };
    });
    const { window } = inputFrom(run.input);
    const { job, factorHistory } = given;
    const answer = run.result as unknown as OptimizationAnswer;
    if (window === undefined) return { job, answer };
    if (snapshot === undefined) throw conflict('kept no prices: it ran before they were kept');
    return { job: beside({ ...job, prices: await pricesIn(snapshot) }, factorHistory), answer };
  }

  /** Solves a problem given whole; nothing is stored. Errors with one Fault with every problem of the request. */
  optimize(draft: StatelessDraft, context: CallContext): Observable<SolveNews> {
    const solve = (whole: StatelessDraft): Observable<SolveNews> =>
      this.#solver.solve(admitStateless(whole, this.#catalog), context.signal);
    return defer(() => {
      const kept = draft.points === undefined ? this.#risks.kept(draft, context) : undefined;
      if (kept === undefined) return from(this.#risks.resolved(draft, context)).pipe(switchMap(solve));
      // Asked after the solve below has begun.
      const resolved = Promise.resolve().then(() => this.#risks.resolved(draft, context));
      // Its failure is told with the answer, which waits for it; until then nobody listens.
      resolved.catch(() => undefined);
      // The model that is kept is solved with while the database is asked whether it has changed; if it has, it is solved again.
      const verified = (told: Observable<SolveNews>): Observable<SolveNews> =>
        from(resolved).pipe(switchMap((whole) => (isSameRisk(whole, kept) ? told : solve(whole))));
      return defer(() => solve(kept)).pipe(
        map((news) => (news.kind === 'answer' ? verified(of(news)) : of(news))),
        // The first solve's failure alone: that of the second is told as it is.
        catchError((error: unknown) => of(verified(throwError(() => error)))),
        concatAll(),
      );
    });
  }

  /** The same for the efficient frontier: points as they are found, then the answer of the last. */
  frontier(draft: StatelessDraft, context: CallContext): Observable<SolveNews> {
    return this.optimize({ ...draft, points: draft.points ?? 0 }, context);
  }
}

function isSameRisk({ problem }: StatelessDraft, { problem: kept }: StatelessDraft): boolean {
  const [risk, other] = [problem?.risk, kept?.risk];
  return risk?.kind === 'stored' && other?.kind === 'stored' && risk.found === other.found;
}

/** The request behind a run, as its caller wrote it. */
export function requestOf(run: Run): OptimizationDraft {
  return inputFrom(run.input).request;
}

function keyOf(portfolioId: string, id: string): RunKey {
  return { kind: 'optimization', portfolioId, id };
}

/** Prices are read when the run begins; those that come in later do not change what was asked for. */
function dated(admitted: AdmittedRun, today: CalendarDate): AdmittedRun {
  const { window } = admitted;
  return window === undefined ? admitted : { ...admitted, window: { ...window, to: window.to ?? today } };
}

async function refuseUnpriced({ job, window }: AdmittedRun, { market }: PortfolioStores): Promise<void> {
  if (window?.to === undefined) return;
  const ids = job.universe.assets.map((asset) => asset.id);
  const prices = await market.lastPrices(ids, window.to);
  const unpriced = ids.filter((id) => !prices.has(id)).map((id) => `assets/${id}`);
  if (unpriced.length === 0) return;
  const description = `has no price on or before ${window.to}`;
  throw new Fault(
    'PRICE_MISSING',
    unpriced.map((name) => `${name} ${description}`).join('; '),
    { missing: unpriced.join(',') },
    unpriced.map((field) => ({ field, description })),
  );
}

/** Prices may still come in before the run begins; what stands beside none of those that are there is told at once. */
async function refuseOtherDates(
  { job, window, factorHistory }: AdmittedRun,
  { market }: PortfolioStores,
): Promise<void> {
  if (window === undefined || factorHistory === undefined) return;
  const ids = job.universe.assets.map((asset) => asset.id);
  const { days } = await market.priceMatrix(ids, window.from, window.to);
  if (days.length >= 2) besidePrices(factorHistory, days, 'optimization.factor_returns');
}
