/** All cases, the service first and what takes longest last. */
import type { BenchCase } from '../bench-case.ts';
import { denseCases } from './dense.ts';
import { factorCases } from './factor.ts';
import { serviceCases } from './service.ts';

export const cases: readonly BenchCase[] = [...serviceCases, ...denseCases, ...factorCases];
