/** `@veritasvault/portfolio/sdk/v1`: the only thing that a plugin may import. */
export { Fault } from '../../values/fault.ts';
export type { Violation } from '../../values/fault.ts';
export type { Json, JsonObject, JsonSchema } from '../../values/json.ts';
export type { SymmetricOperator } from '../../problem/operator.ts';
export type { PeriodTrading } from '../../problem/periods.ts';
export type {
  Bound,
  Count,
  Domain,
  Integrality,
  Lot,
  Lowered,
  Norm,
  Objective,
  Origin,
  Problem,
  Quadratic,
  Row,
  Tail,
  TailMeasure,
  TailTerm,
  TradeLimit,
  Trading,
  TradingPieces,
} from '../../problem/problem.ts';
export type { Scenarios } from '../../problem/scenarios.ts';
export type { ConstraintHandler, ConstraintNeed, Holdings, Measured, Situation } from '../../problem/situation.ts';
export type {
  Iterate,
  Limit,
  Multipliers,
  Solution,
  TailPrice,
  TailStress,
  Termination,
  TerminationReason,
} from '../../problem/solution.ts';
export type { Solver, SolverSettings, Support, Warm } from '../../problem/solver.ts';
export type { FactorExposures, FundHolding, Universe, UniverseAsset } from '../../problem/universe.ts';
export type * from './estimator.ts';
export { manifestSchema } from './manifest.ts';
export { definePlugin, defineStrategy, sdkVersion } from './plugin.ts';
export type { Contributions, Host, Manifest, Plugin } from './plugin.ts';
export type {
  Answer,
  BlendedView,
  BlendedViews,
  Delegate,
  DelegateGround,
  Estimates,
  FrontierMeasure,
  NamedDelegate,
  Need,
  PlanEvent,
  SolveEvent,
  Stage,
  Strategy,
  StrategyEvent,
  Task,
  TraceEvent,
} from './strategy.ts';
export { alongFrontier, frontierBefore } from './frontier.ts';
export type { Tradeoff } from './frontier.ts';
export { semidefiniteFactor } from '../../math/cholesky.ts';
export { drawdownsOf, meanOfWorst, valueAtRisk } from '../../math/losses.ts';
export { areIndependent, pseudoinverse } from '../../math/pseudoinverse.ts';
export { dot } from '../../math/vectors.ts';
export { groundOver, groundWithin, heldWithin, holdable } from './grounds.ts';
export type { Holding, SleevePortfolio } from './grounds.ts';
export {
  areConvex,
  benchmarkOf,
  covarianceOf,
  excessReturns,
  returnFloor,
  returnFloorsOf,
  returnFrontier,
  returnTradeoff,
  scenariosOf,
} from './market.ts';
export { nearestTo } from './objectives.ts';
export { applyOperator, denseEntries, diagonalOf, quadraticForm, subOperator, volatilities } from './operators.ts';
export { investedSchema, listed, returnMinSchema, unknownAssets } from './parameters.ts';
export { cutShortAt, endedAt, hasWeights, inSteps, solveToEnd, solving } from './steps.ts';
export type { Program, Step } from './steps.ts';
export { approach, ask, inTurns, isWhole, stoppedBy, unanswered, weightsById } from './turns.ts';
export type { DelegateStep, Pause, SolveStep, Turn, TurnProgram } from './turns.ts';
export { groupOf } from './taxonomy.ts';
