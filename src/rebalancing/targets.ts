/** Where the target weights of a rebalance come from: the request, the allocations of the portfolio, or a certified optimization. */
import type { OptimizationAnswer } from '../optimization/answer.ts';
import type { Run, RunStore } from '../optimization/run.ts';
import type { TargetLine } from '../portfolio/drift.ts';
import type { Portfolio } from '../portfolio/portfolio.ts';
import type { PortfolioStore } from '../portfolio/ports.ts';
import { Fault } from '../values/fault.ts';
import { notFound } from '../values/update-mask.ts';
import type { RebalanceInput } from './admission.ts';

/** Weights of an optimization below this are nothing: solvers stop so far from zero. Whole lots that weigh less are closed too. */
const solverDust = 1e-6;

export interface TargetStores {
  readonly portfolios: PortfolioStore;
  readonly runs: RunStore;
}

/** @throws Fault STATE_CONFLICT when the source has no weights to give, NOT_FOUND when there is no such optimization. */
export async function targetsOf(
  input: RebalanceInput,
  portfolio: Portfolio,
  { portfolios, runs }: TargetStores,
): Promise<readonly TargetLine[]> {
  const name = `portfolios/${portfolio.id}`;
  switch (input.source) {
    case 'target':
      return (input.targets ?? []).map(({ assetId, weight }) => ({ subject: assetId, weight }));
    case 'optimization': {
      const id = input.optimization ?? '';
      const run = await runs.find({ kind: 'optimization', portfolioId: portfolio.id, id });
      if (run === undefined) throw notFound(`${name}/optimizations/${id}`);
      return certifiedWeights(run);
    }
    case 'policy': {
      if (portfolio.policy === null) throw conflict(name, 'has no rebalancing policy');
      const set = await portfolios.allocationSet(portfolio.id, 'target', 'asset');
      if (set === undefined) throw conflict(name, 'has no target allocations by asset');
      return set.allocations.map(({ subject, weight, weightMin, weightMax }) => ({
        subject,
        weight,
        ...(weightMin === null ? {} : { weightMin }),
        ...(weightMax === null ? {} : { weightMax }),
      }));
    }
  }
}

/** Weights that passed their independent check. @throws Fault STATE_CONFLICT otherwise. */
export function certifiedWeights(run: Run): readonly TargetLine[] {
  const name = `portfolios/${run.portfolioId}/optimizations/${run.id}`;
  if (run.state !== 'succeeded') throw conflict(name, `is ${run.state}, not succeeded`);
  const answer = run.result as unknown as OptimizationAnswer | null;
  if (answer?.certificate?.passed !== true) {
    throw conflict(name, `has no certified weights (${answer?.termination ?? 'no result'})`);
  }
  return answer.weights
    .filter(({ weight }) => Math.abs(weight) >= solverDust)
    .map(({ assetId, weight }) => ({ subject: assetId, weight }));
}

function conflict(name: string, problem: string): Fault {
  return new Fault('STATE_CONFLICT', `${name} ${problem}`, { resource: name });
}
