/** From a strategy's answer to what callers are told: checked independently, in numbers that JSON can carry. */
import { certify } from '../problem/certificate.ts';
import { primalResidual } from '../problem/certificate-figures.ts';
import { verifyInfeasibility } from '../problem/certificate-infeasibility.ts';
import { verifySearch } from '../problem/certificate-search.ts';
import { inner, productOf } from '../problem/certificate-operator.ts';
import { checked } from '../problem/checked-solution.ts';
import { compose } from '../problem/problem.ts';
import type { Lowered, Problem } from '../problem/problem.ts';
import type { Scenarios } from '../problem/scenarios.ts';
import type { Holdings, Situation } from '../problem/situation.ts';
import type { Solution } from '../problem/solution.ts';
import type { Answer } from '../sdk/v1/index.ts';
import type { CertificateLine, ConflictLine, OptimizationAnswer, RepairLine, Verdict } from './answer.ts';
import { explanationOf, increasesOf } from './answering-explanation.ts';
import type { ExplainWish, IncreaseLine } from './answering-explanation.ts';
import { gained, ungained } from './answering-gains.ts';
import { contradictionsAmong } from './contradicting.ts';
import type { Gained, GainTools } from './answering-gains.ts';
import { priced } from './answering-prices.ts';
import { relaxationLines } from './answering-repairs.ts';
import type { UsedBounds } from './answering-repairs.ts';
import type { Estimated } from './estimates.ts';
import { sidesOf } from './restrictions-sides.ts';
import { brokenVerdict, finite, verdictsOn } from './restrictions.ts';
import type { AppliedConstraint } from './restrictions.ts';

/** Of verdicts on weights that are certified optimal, and on the best point of a solve that was stopped; relative. */
const verdictTolerance = { optimal: 1e-7, feasible: 2e-6 } as const;

export interface Setting {
  readonly estimated: Estimated;
  readonly constraints: readonly AppliedConstraint[];
  /** Relative, of the certificate. */
  readonly tolerance: number;
  readonly solverChoiceOf: (problem: Problem) => string;
  /** Members of a conflict among these restrictions. */
  readonly conflictOf: (restrictions: readonly Lowered[]) => readonly ConflictLine[];
  /** The cheapest repair of these restrictions; empty when none is known. */
  readonly repairsOf: (restrictions: readonly Lowered[]) => readonly RepairLine[];
  /** Present when the gains without the constraints that bind are asked for. */
  readonly gains?: GainTools;
  /** Present, with `gains`, when the answer is to be explained. */
  readonly explain?: ExplainWish;
  /** Bounds that `constraints` are lowered with instead of the stated ones. */
  readonly relaxations?: UsedBounds;
}

export type Told = Omit<OptimizationAnswer, 'iterations' | 'elapsedMs' | 'provenance'> & {
  readonly solver: string;
  readonly solverChoice: string;
};

/** Recomputes everything from the weights; what fails its own check has no weights and says why. */
export function told(answer: Answer, setting: Setting): Told {
  const { estimated, constraints, tolerance } = setting;
  const { situation, repairs, scenarioViews } = estimated;
  const restrictions = [...constraints.map(({ lowered }) => lowered), ...answer.added];
  const problem = compose(situation.universe, answer.objective, restrictions);
  const solution = checked(problem, answer.solution, tolerance);
  // What the caller asks for by name comes before the gains, which may take all the time that is left.
  const increases = increasesIn();
  const certified = hasWeights(solution) ? certifiedAs(solution, problem, answer, setting) : undefined;
  const termination = certified?.failure ?? solution.termination;
  const common = {
    termination: termination.reason,
    ...(termination.limit === undefined ? {} : { limit: termination.limit }),
    detail: termination.detail,
    repairs: repairs.map(({ what, magnitude }) => ({ description: what, magnitude: finite(magnitude) })),
    solver: solution.solver,
    solverChoice: solution.choice ?? setting.solverChoiceOf(problem),
    ...viewLines(estimated),
    ...(scenarioViews === undefined ? {} : { scenarioViews }),
    ...(answer.report === undefined ? {} : { report: answer.report }),
  };
  if (certified?.failure === undefined && certified !== undefined) {
    return {
      ...common,
      ...figuresOf(certified.holdings, setting),
      objective: finite(certified.objective),
      certificate: certified.line,
      ...explanationIn(certified.line.constraints),
      ...(certified.unexplained.length === 0 ? {} : { unexplained: certified.unexplained }),
      ...(setting.relaxations === undefined ? {} : { relaxations: relaxationLines(setting.relaxations) }),
    };
  }
  return { ...common, weights: [], cashWeight: 0, objective: 0, turnoverHalfSum: 0, ...conflictIn() };

  function increasesIn(): readonly IncreaseLine[] | undefined {
    const { explain, gains, conflictOf } = setting;
    if (explain === undefined || gains === undefined) return undefined;
    return increasesOf({ wish: explain, problem, solution, answer, constraints, tools: gains, conflictOf });
  }

  function explanationIn(verdicts: readonly Verdict[]): Pick<OptimizationAnswer, 'explanation'> {
    if (increases === undefined) return {};
    return { explanation: explanationOf({ problem, solution }, verdicts, increases) };
  }

  function conflictIn(): Pick<OptimizationAnswer, 'conflict'> {
    const { infeasibility, proof } = solution;
    if (termination.reason !== 'infeasible' || (infeasibility === undefined && proof === undefined)) return {};
    const repairs = setting.repairsOf(restrictions);
    const seen = contradictionsAmong(constraints, situation.universe);
    return {
      conflict: {
        members: setting.conflictOf(restrictions),
        ...(seen.length === 0
          ? {}
          : {
              contradictions: seen.map((one) => ({ constraintIds: one.constraints, text: one.description })),
            }),
        proofVerified:
          infeasibility === undefined
            ? verifySearch(problem, proof!).bound === Infinity
            : verifyInfeasibility(problem, infeasibility).proven,
        ...(repairs.length === 0 ? {} : { repairs }),
      },
    };
  }
}

function hasWeights(solution: Solution): boolean {
  return solution.termination.reason === 'optimal' || solution.termination.reason === 'feasible';
}

function certifiedAs(solution: Solution, problem: Problem, answer: Answer, setting: Setting) {
  const { estimated, constraints, tolerance } = setting;
  const { weights, termination } = solution;
  const holdings: Holdings = { weights, cash: 1 - sum(weights) };
  const certificate = certify(problem, solution, tolerance);
  const measured = verdictsOn(constraints, holdings, estimated.situation, setting.relaxations);
  const isOptimal = termination.reason === 'optimal';
  // A certificate that passes vouches for the prices of a local optimum, too.
  const verdicts =
    isOptimal || certificate.verdict === 'passed'
      ? priced(measured, sidesOf(constraints, estimated.situation), problem, solution.multipliers)
      : measured;
  const broken = brokenVerdict(verdicts, isOptimal ? verdictTolerance.optimal : verdictTolerance.feasible);
  const explained = explainedWith(verdicts, answer, problem, solution, setting);
  const line: CertificateLine = {
    passed: certificate.verdict === 'passed' && broken === undefined,
    // A point of a solve that was stopped may come without multipliers; how far it keeps the restrictions is known all the same.
    primal: finite(Number.isFinite(certificate.primal) ? certificate.primal : primalResidual(problem, weights)),
    dual: finite(certificate.dual),
    // Of an integer problem the gap to the proven bound; the certificate's own is that among the choices made.
    gap: finite(
      problem.integrality === undefined ? certificate.gap : Math.max(certificate.gap, solution.residuals.gap),
    ),
    tolerance,
    constraints: explained.verdicts,
  };
  const failure =
    broken === undefined
      ? undefined
      : {
          reason: 'numerical error' as const,
          limit: undefined,
          detail: `the answer failed its own check: ${broken.text} of ${broken.name} is broken by ${String(-broken.slack)}`,
        };
  const objective = Number.isFinite(certificate.objective) ? certificate.objective : solution.objective;
  return { holdings, line, objective, failure, unexplained: explained.unexplained };
}

function explainedWith(
  verdicts: readonly Verdict[],
  { objective, added }: Answer,
  problem: Problem,
  solution: Solution,
  { gains, constraints }: Setting,
): Gained {
  if (gains === undefined) return { verdicts, unexplained: [] };
  if (solution.termination.reason !== 'optimal') return ungained(verdicts, constraints);
  return gained(verdicts, constraints, objective, added, problem, solution, gains);
}

/** Weights and what they mean: annual return including cash at the risk-free rate, annual volatility, turnover as half the sum of changes. */
function figuresOf({ weights, cash }: Holdings, { estimated }: Setting) {
  const { situation, estimates } = estimated;
  const { universe, current } = situation;
  const { expectedReturns, covariance, riskFreeRate } = estimates;
  const expected = expectedReturns === undefined ? undefined : inner(expectedReturns, weights) + riskFreeRate * cash;
  const volatility =
    covariance === undefined ? undefined : Math.sqrt(Math.max(0, inner(weights, productOf(covariance, weights))));
  const hasSharpe = expected !== undefined && volatility !== undefined && volatility > 0;
  return {
    weights: universe.assets.map(({ id }, position) => ({
      assetId: id,
      weight: weights[position]!,
      currentWeight: current[position]!,
    })),
    cashWeight: cash,
    ...(expected === undefined ? {} : { expectedReturnAnnual: finite(expected) }),
    ...(volatility === undefined ? {} : { volatilityAnnual: finite(volatility) }),
    ...(hasSharpe ? { sharpeRatio: finite((expected - riskFreeRate) / volatility) } : {}),
    ...trackingErrorOf(weights, situation),
    ...(situation.scenarios === undefined ? {} : { cvar: finite(cvarOf(weights, situation.scenarios)) }),
    turnoverHalfSum: weights.reduce((total, weight, position) => total + Math.abs(weight - current[position]!), 0) / 2,
  };
}

function trackingErrorOf(
  weights: Float64Array,
  { covariance, benchmark }: Situation,
): Pick<OptimizationAnswer, 'trackingErrorAnnual'> {
  if (covariance === undefined || benchmark === undefined) return {};
  const active = weights.map((weight, position) => weight - benchmark[position]!);
  return { trackingErrorAnnual: finite(Math.sqrt(Math.max(0, inner(active, productOf(covariance, active))))) };
}

const cvarLevel = 0.95;

/** Mean of the worst 5 % of the losses, the scenario at the boundary counted in part. Losses are those of the assets: cash loses nothing. */
function cvarOf(weights: Float64Array, { count, returns, probabilities }: Scenarios): number {
  const n = weights.length;
  const losses = Float64Array.from({ length: count }, (_, s) => -inner(returns.subarray(s * n, (s + 1) * n), weights));
  const worst = [...losses.keys()].sort((one, other) => losses[other]! - losses[one]!);
  let left = 1 - cvarLevel;
  let total = 0;
  for (const s of worst) {
    const share = Math.min(left, probabilities?.[s] ?? 1 / count);
    total += share * losses[s]!;
    left -= share;
    if (left <= 0) break;
  }
  return total / (1 - cvarLevel);
}

/** What views made of the expected returns; nothing without views. */
function viewLines({ estimates }: Estimated): Pick<OptimizationAnswer, 'priorReturns' | 'posteriorReturns' | 'views'> {
  const { blended } = estimates;
  if (blended === undefined) return {};
  return {
    priorReturns: [...blended.prior],
    posteriorReturns: [...blended.posterior],
    views: blended.views.map(({ stated, prior, posterior, variance, confidence }) => {
      return { stated, prior, posterior, variance: finite(variance), confidence };
    }),
  };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
