/** All cases, the service first and what takes longest last. */
import type { BenchCase } from '../bench-case.ts';
import { budgetCases } from './budgets.ts';
import { denseCases } from './dense.ts';
import { factorCases } from './factor.ts';
import { frontierCases } from './frontier.ts';
import { periodsCases } from './periods.ts';
import { serviceCases } from './service.ts';
import { tailCases } from './tails.ts';

export const cases: readonly BenchCase[] = [
  ...serviceCases,
  ...denseCases,
  ...factorCases,
  ...frontierCases,
  ...budgetCases,
  ...tailCases,
  ...periodsCases,
];
