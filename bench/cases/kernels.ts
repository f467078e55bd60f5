/** The SIMD kernels beside their twins in TypeScript, which do the same sums in the same order. */
import { factorizeCholesky, solveCholesky } from '../../src/math/cholesky.ts';
import {
  addProduct,
  addSymmetric,
  addTransposed,
  addWeightedGram,
  openScope,
  solveLowerRows,
  sweepBudgets,
  timesVector,
} from '../../src/math/kernels.ts';
import type { Scope } from '../../src/math/kernels.ts';
import { multiply } from '../../src/math/kernels/twins/multiply.ts';
import * as budgets from '../../src/math/kernels/twins/budgets.ts';
import * as panels from '../../src/math/kernels/twins/panel.ts';
import * as products from '../../src/math/kernels/twins/products.ts';
import type { BenchCase } from '../bench-case.ts';
import { median, report } from '../figure.ts';

/** One kernel on one shape. `amount`: floating-point operations, or bytes read where memory is what bounds it. */
interface Contest {
  readonly name: string;
  readonly amount: number;
  readonly unit: 'GF/s' | 'GB/s';
  readonly kernel: () => void;
  readonly twin?: () => void;
}

const spread = (length: number): Float64Array => Float64Array.from({ length }, (_, p) => Math.sin(1 + 12.9898 * p));

/** Billions per second, median over a quarter of a second and at least nine runs after as many to warm up. */
function speedOf(work: () => void, amount: number): number {
  for (let k = 0; k < 9; k++) work();
  const times: number[] = [];
  for (const began = performance.now(); times.length < 9 || performance.now() - began < 250;) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return amount / median(times) / 1e6;
}

function tall(scope: Scope, n: number, k: number): Contest[] {
  const plain = { a: spread(n * k), x: spread(k), y: spread(n), scale: spread(n), target: new Float64Array(k * k) };
  const kept = { a: scope.copyOf(plain.a), x: scope.copyOf(plain.x), y: scope.copyOf(plain.y) };
  const [scale, target] = [scope.copyOf(plain.scale), scope.floats(k * k)];
  const turned = { array: plain.a, at: 0, row: 1, step: k };
  const shape = { m: k, n: k, k: n, left: turned, right: turned, alpha: 1, diagonal: 0, scale: plain.scale };
  const [bytes, unit] = [n * k * 8, 'GB/s'] as const;
  return [
    {
      name: `A' D A, ${n} x ${k}`,
      amount: n * k * (k + 1),
      unit: 'GF/s',
      kernel: () => addWeightedGram(kept.a, n, k, target, undefined, scale),
      twin: () => multiply({ ...shape, target: { array: plain.target, at: 0, row: k, step: 1 } }),
    },
    {
      name: `A x, ${n} x ${k}`,
      amount: bytes,
      unit,
      kernel: () => timesVector(kept.a, n, k, kept.x, kept.y),
      twin: () => timesVector(plain.a, n, k, plain.x, plain.y),
    },
    {
      name: `A' y, ${n} x ${k}`,
      amount: bytes,
      unit,
      kernel: () => addTransposed(kept.a, n, k, scale, kept.x),
      twin: () => addTransposed(plain.a, n, k, plain.scale, plain.x),
    },
  ];
}

function definite(n: number): Float64Array {
  const a = spread(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[j * n + i] = a[i * n + j] = i === j ? n : a[i * n + j]!;
  return a;
}

function square(scope: Scope, n: number): Contest[] {
  const s = definite(n);
  const plain = { l: s.slice(), x: spread(n), y: spread(n) };
  const [kept, l] = [scope.copyOf(s), scope.copyOf(s)];
  const [x, y, b] = [scope.copyOf(plain.x), scope.copyOf(plain.y), scope.copyOf(plain.x)];
  const right = scope.copyOf(spread(64 * n));
  const product = scope.floats(n * n);
  const bytes = n * n * 8;
  factorizeCholesky(l, n);
  return [
    {
      name: `Cholesky, ${n}`,
      amount: n ** 3 / 3,
      unit: 'GF/s',
      kernel: () => {
        product.set(kept);
        factorizeCholesky(product, n);
      },
      twin: () => {
        plain.l.set(s);
        panels.factorizeBlock(n, plain.l, 0, n, 0, 0);
      },
    },
    {
      name: `S x by half, ${n}`,
      amount: bytes / 2,
      unit: 'GB/s',
      kernel: () => addSymmetric(kept, n, x, y),
      twin: () => products.addSymmetric(n, s, plain.x, plain.y),
    },
    {
      name: `L L' solve, ${n}`,
      amount: bytes,
      unit: 'GB/s',
      kernel: () => {
        b.set(x);
        solveCholesky(l, n, b);
      },
      twin: () => {
        plain.y.set(plain.x);
        products.solveLower(n, plain.l, plain.y);
        products.solveUpper(n, plain.l, plain.y);
      },
    },
    {
      name: `L solve for 64, ${n}`,
      amount: 64 * n * n,
      unit: 'GF/s',
      kernel: () => solveLowerRows(l, n, right, 64),
    },
    {
      name: `S S', ${n}`,
      amount: 2 * n ** 3,
      unit: 'GF/s',
      kernel: () => addProduct({ rows: n, columns: n, terms: n, left: kept, right: kept, target: product }),
    },
  ];
}

function sweep(scope: Scope, n: number): Contest {
  const s = definite(n);
  const [budget, w] = [new Float64Array(n).fill(1 / n), new Float64Array(n).fill(1 / n)];
  const [kept, keptBudget, keptW] = [scope.copyOf(s), scope.copyOf(budget), scope.copyOf(w)];
  return {
    name: `risk budget sweep, ${n}`,
    amount: n * n * 8,
    unit: 'GB/s',
    kernel: () => sweepBudgets(kept, n, keptBudget, keptW),
    twin: () => budgets.sweepBudgets(n, s, budget, undefined, 0, w),
  };
}

function show({ name, amount, unit, kernel, twin }: Contest): void {
  const value = speedOf(kernel, amount);
  const figure = { case: 'kernels', metric: name, value, unit };
  if (twin === undefined) {
    report(figure);
    return;
  }
  const peerValue = speedOf(twin, amount);
  report({ ...figure, peer: 'its twin in TypeScript', peerValue, ratio: value / peerValue });
}

const contests: readonly ((scope: Scope) => readonly Contest[])[] = [
  (scope) => tall(scope, 500, 20),
  (scope) => tall(scope, 3000, 70),
  (scope) => tall(scope, 10_000, 70),
  (scope) => square(scope, 70),
  (scope) => square(scope, 500),
  (scope) => [50, 500, 2000].map((n) => sweep(scope, n)),
];

export const kernelCases: readonly BenchCase[] = [
  {
    name: 'kernels',
    problem:
      'dense products, factorizations and sweeps in WebAssembly beside the same sums in TypeScript; here more is better',
    run: async () => {
      for (const contestsOf of contests) {
        const scope = openScope();
        try {
          contestsOf(scope).forEach(show);
        } finally {
          scope.close();
        }
      }
    },
  },
];
