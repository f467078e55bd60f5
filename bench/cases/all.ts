/** All cases, the service first and what takes longest last. */
import type { BenchCase } from '../bench-case.ts';
import { campaigns } from '../campaigns/all.ts';
import { budgetCases } from './budgets.ts';
import { conflictCases } from './conflicts.ts';
import { denseCases } from './dense.ts';
import { eventLoopCases } from './event-loop.ts';
import { factorCases } from './factor.ts';
import { frontierCases } from './frontier.ts';
import { integerCases } from './integers.ts';
import { kernelCases } from './kernels.ts';
import { periodsCases } from './periods.ts';
import { scalingCases } from './scaling.ts';
import { serviceCases } from './service.ts';
import { tailCases } from './tails.ts';

export const cases: readonly BenchCase[] = [
  ...serviceCases,
  ...kernelCases,
  ...denseCases,
  ...factorCases,
  ...frontierCases,
  ...budgetCases,
  ...tailCases,
  ...periodsCases,
  ...integerCases,
  ...conflictCases,
  ...eventLoopCases,
  ...scalingCases,
  // Conflicts come with their peers from the cases above.
  ...campaigns.filter(({ name }) => name !== 'iis'),
];
