import { TerminationReason } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { OptimizationResult } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { exitCodes } from '../wire/failure.ts';
import type { ExitCode } from '../wire/failure.ts';

const noSolution: ReadonlySet<number> = new Set([
  TerminationReason.TERMINATION_REASON_INFEASIBLE,
  TerminationReason.TERMINATION_REASON_UNBOUNDED,
  TerminationReason.TERMINATION_REASON_NO_SOLUTION_FOUND,
]);

/** 0 with weights that passed their check, 4 when there are none to be had, 70 when the numbers broke down. */
export function exitCodeOfResult(result: Pick<OptimizationResult, 'termination'>): ExitCode {
  if (noSolution.has(result.termination)) return exitCodes.infeasible;
  return result.termination === TerminationReason.TERMINATION_REASON_NUMERICAL_ERROR
    ? exitCodes.internal
    : exitCodes.ok;
}
