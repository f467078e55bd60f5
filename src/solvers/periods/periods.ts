/** Several periods chained by their trades, solved together. */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { openScope, type Scope } from '../../math/kernels.ts';
import type { PeriodsCertificate } from '../../problem/certificate-periods.ts';
import { certifyPeriods, periodsObjective } from '../../problem/certificate-periods.ts';
import { type PeriodMultipliers, type PeriodsProblem, type PeriodsSolution } from '../../problem/periods.ts';
import type { Iterate, Termination } from '../../problem/solution.ts';
import { defaultSettings, type SolverSettings } from '../../problem/solver.ts';
import { refuse } from '../../values/fault.ts';
import { Interrupted, lookingAt } from '../interruption.ts';
import { contradictionOf } from './chain-contradiction.ts';
import { dualsAt, dualsOf, type ChainDuals, type PricedWeights } from './chain-duals.ts';
import { chainFormOf, type ChainForm } from './chain-form.ts';
import { ChainIteration } from './chain-iteration.ts';
import { polished } from './chain-polish.ts';
import { periodsViolations } from './periods-check.ts';

const id = 'periods';
/** The polish is tried once residuals and gap are at most this, and again each time they have fallen by `polishEvery`. */
const polishFrom = 1e-4;
const polishEvery = 1e-2;
/** Residuals and gap, scaled, at which the interior point itself is put to the certificate. */
const settled = 1e-10;
/** A point found before the end may break restrictions by this much, relative. */
const feasibleResidual = 1e-6;

/** A point with the independent check of it. */
interface Candidate {
  readonly weights: readonly Float64Array[];
  readonly multipliers: readonly PeriodMultipliers[];
  readonly certificate: PeriodsCertificate;
}

/**
 * Minimizes over all periods together; yields iterates, and takes time in proportion to the number of periods. Dense covariances cost
 * n^3 a period and iteration, factor models n (T k)^2 an iteration.
 * @throws Fault INVALID_ARGUMENT with every violation, before the first iterate.
 */
export function solvePeriods(
  problem: PeriodsProblem,
  settings: SolverSettings = defaultSettings,
  interrupted: () => boolean = () => false,
): Generator<Iterate, PeriodsSolution, void> {
  refuse(periodsViolations(problem));
  return search(problem, settings, interrupted);
}

function* search(
  problem: PeriodsProblem,
  settings: SolverSettings,
  interrupted: () => boolean,
): Generator<Iterate, PeriodsSolution, void> {
  const run = new Run(problem, settings, lookingAt(interrupted));
  const scope = openScope();
  try {
    return yield* run.iterate(scope);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return run.stopped('interrupted');
  } finally {
    scope.close();
  }
}

class Run {
  private readonly problem: PeriodsProblem;
  private readonly settings: SolverSettings;
  private readonly checkpoint: Checkpoint;
  private iteration = 0;
  private best: Candidate | undefined;

  constructor(problem: PeriodsProblem, settings: SolverSettings, checkpoint: Checkpoint) {
    this.problem = problem;
    this.settings = settings;
    this.checkpoint = checkpoint;
  }

  *iterate(scope: Scope): Generator<Iterate, PeriodsSolution, void> {
    const { problem, settings, checkpoint } = this;
    if (problem.periods.some(({ lower, upper }) => lower.some((value, i) => value > upper[i]!))) return this.refused();
    const form = chainFormOf(problem, checkpoint);
    const chain = new ChainIteration(form, scope, checkpoint);
    let next = polishFrom;
    for (; ; this.iteration++) {
      const { primal, dual, gap } = chain.measure();
      const objective = periodsObjective(problem, split(form, chain.point.weights));
      yield { iteration: this.iteration, objective, primal, dual, gap };
      const worst = Math.max(primal, dual, gap);
      if (worst <= next) {
        next = worst * polishEvery;
        this.consider(form, chain, polished(form, chain.point, checkpoint));
        if (this.isCertified()) return this.optimal();
      }
      if (worst <= settled) {
        this.consider(form, chain, undefined);
        if (this.isCertified()) return this.optimal();
      }
      checkpoint(Infinity);
      if (this.iteration >= settings.iterationsMax) {
        this.consider(form, chain, undefined);
        return this.unfinished();
      }
      if (chain.step() === 0) {
        this.consider(form, chain, undefined);
        // Residuals of 3/2-power impact fall slowly, long after it is clear what holds.
        if (!this.isCertified()) this.consider(form, chain, polished(form, chain.point, checkpoint));
        return this.isCertified() ? this.optimal() : this.refused();
      }
    }
  }

  private isCertified(): boolean {
    return this.best?.certificate.verdict === 'passed';
  }

  /** Keeps the better of the best so far and the polished point, or the interior point itself. */
  private consider(form: ChainForm, chain: ChainIteration, priced: PricedWeights | undefined): void {
    const { point } = chain;
    const given = priced ?? point;
    const duals = priced === undefined ? dualsOf(form, point) : dualsAt(form, priced, point.marginal);
    const weights = split(form, given.weights);
    const multipliers = multipliersOf(this.problem, form, given, duals);
    const certificate = certifyPeriods(this.problem, { weights, multipliers }, this.settings.tolerance);
    if (this.best === undefined || worstOf(certificate) < worstOf(this.best.certificate))
      this.best = { weights, multipliers, certificate };
  }

  private optimal(): PeriodsSolution {
    const { certificate, weights, multipliers } = this.best!;
    const { primal, dual, gap, objective } = certificate;
    const detail = `relative residuals and gap at most ${this.settings.tolerance}`;
    const residuals = { primal, dual, gap };
    const termination: Termination = { reason: 'optimal', detail };
    return { solver: id, termination, weights, multipliers, objective, residuals, iterations: this.iteration };
  }

  /** Out of iterations: a point that holds, or a proof that there is none, where multipliers grew without end. */
  private unfinished(): PeriodsSolution {
    const ended = this.stopped('iterations');
    if (ended.termination.reason === 'feasible') return ended;
    return this.contradicted() ?? ended;
  }

  /** The best point where it holds. */
  stopped(limit: 'iterations' | 'interrupted'): PeriodsSolution {
    const detail = `stopped after ${this.iteration} iterations`;
    const { best } = this;
    if (best === undefined || !(best.certificate.primal <= feasibleResidual))
      return this.without({ reason: 'no solution found', limit, detail });
    const { primal, dual, gap, objective } = best.certificate;
    const { weights, multipliers } = best;
    const residuals = { primal, dual, gap };
    const iterations = this.iteration;
    return {
      solver: id,
      termination: { reason: 'feasible', limit, detail },
      weights,
      multipliers,
      objective,
      residuals,
      iterations,
    };
  }

  /** No further step: the restrictions may contradict each other; anything else is said as it is. */
  private refused(): PeriodsSolution {
    const reached = this.best === undefined ? '' : ` at ${this.best.certificate.detail}`;
    return this.contradicted() ?? this.without({ reason: 'numerical error', detail: `no further step${reached}` });
  }

  private contradicted(): PeriodsSolution | undefined {
    const infeasibility = contradictionOf(this.problem, this.checkpoint);
    if (infeasibility === undefined) return undefined;
    const detail = 'no sequence of portfolios satisfies the restrictions';
    return { ...this.without({ reason: 'infeasible', detail }), infeasibility };
  }

  private without(termination: Termination): PeriodsSolution {
    const residuals = { primal: NaN, dual: NaN, gap: NaN };
    return {
      solver: id,
      termination,
      weights: [],
      multipliers: [],
      objective: NaN,
      residuals,
      iterations: this.iteration,
    };
  }
}

function worstOf({ primal, dual, gap, complementarity }: PeriodsCertificate): number {
  const worst = Math.max(primal, dual, gap, complementarity);
  return Number.isNaN(worst) ? Infinity : worst;
}

/** (n) by period. */
function split({ n, periods }: ChainForm, flat: Float64Array): Float64Array[] {
  return Array.from({ length: periods }, (_, t) => flat.slice(t * n, (t + 1) * n));
}

/** In the units of the problem. */
function multipliersOf(
  problem: PeriodsProblem,
  form: ChainForm,
  { rowPrice, limitPrice }: Pick<PricedWeights, 'rowPrice' | 'limitPrice'>,
  { marginal, bounds }: ChainDuals,
): PeriodMultipliers[] {
  const { objectiveScale, rows, limits } = form;
  const unscaled = (values: Float64Array): Float64Array => values.map((value) => value / objectiveScale);
  const boundsBy = split(form, unscaled(bounds));
  const tradesBy = split(form, unscaled(marginal));
  const multipliers = problem.periods.map((period, t) => ({
    rows: new Float64Array(period.rows.length),
    limits: new Float64Array(period.limits.length),
    bounds: boundsBy[t]!,
    trades: tradesBy[t]!,
  }));
  rows.forEach(({ period, index, scale }, r) => {
    multipliers[period]!.rows[index] = rowPrice[r]! / (objectiveScale * scale);
  });
  limits.forEach(({ period, index, scale }, j) => {
    multipliers[period]!.limits[index] = limitPrice[j]! / (objectiveScale * scale);
  });
  return multipliers;
}
