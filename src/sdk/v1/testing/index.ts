/** `@veritasvault/portfolio/sdk/v1/testing`: the suites that every plugin has to pass, for authors to run on theirs. */
export { constraintContract } from './constraint-contract.ts';
export type { ConstraintContractOptions } from './constraint-contract.ts';
export type { Framework } from './framework.ts';
export { referenceMarket } from './reference-market.ts';
export type { ReferenceMarket } from './reference-market.ts';
export { answerOf, eventsOf, referenceTask } from './reference-task.ts';
export type { Engine, Setting } from './reference-task.ts';
export { solverContract } from './solver-contract.ts';
export type { SolverContractOptions } from './solver-contract.ts';
export { strategyContract } from './strategy-contract.ts';
export type { StrategyContractOptions } from './strategy-contract.ts';
