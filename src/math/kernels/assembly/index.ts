/**
 * The SIMD kernels, AssemblyScript: two lanes of f64, no fused or relaxed operation, a fixed order of summation, so that results are the same
 * bits on every machine. All addresses and strides are in bytes; matrices are row-major. Nothing allocates: memory comes from outside.
 */
export { sweepBudgets } from './budgets';
export { multiply } from './multiply';
export { factorizeBlock, solveBlock, solveBlockTransposed } from './panel';
export { addScaled, addTransposed, dot, timesVector } from './products';
export { addSymmetric } from './symmetric';
export { solveLower, solveUpper } from './triangular';
export { useWorkspace } from './workspace';
