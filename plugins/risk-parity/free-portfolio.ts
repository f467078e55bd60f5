/**
 * Risk budgets without any restriction, by cyclical coordinate descent (Griveau-Billion, Richard and Roncalli 2013): where the search over
 * the scale of the budgets begins, and ends when nothing but the budget binds.
 */
import { diagonalOf } from '@veritasvault/portfolio/sdk/v1';
import type { SymmetricOperator } from '@veritasvault/portfolio/sdk/v1';

const sweepsMax = 100;
/** Weights that move by no more than this, relative, have settled. */
const moveMin = 1e-13;

/** Keeps C x up to date while single entries of x move. */
interface Products {
  at(i: number): number;
  moved(i: number, by: number): void;
}

/**
 * @param shares (n) of the risk, those of 0 stay at weight 0
 * @returns x (n) with x_i (C x)_i = shares_i, or undefined when there is none or it is not found
 */
export function freePortfolio(covariance: SymmetricOperator, shares: Float64Array): Float64Array | undefined {
  const own = diagonalOf(covariance);
  if (shares.some((share, i) => share > 0 && !(own[i]! > 0))) return undefined;
  const x = shares.map((share, i) => (share > 0 ? Math.sqrt(share / own[i]!) : 0));
  const products = productsOf(covariance, x);
  for (let sweep = 0; sweep < sweepsMax; sweep++) {
    let largest = 0;
    for (let i = 0; i < x.length; i++) {
      const share = shares[i]!;
      if (share === 0) continue;
      const before = x[i]!;
      const rest = products.at(i) - own[i]! * before;
      const root = Math.sqrt(rest * rest + 4 * own[i]! * share);
      const next = rest > 0 ? (2 * share) / (rest + root) : (root - rest) / (2 * own[i]!);
      if (!(next < Infinity)) return undefined;
      x[i] = next;
      products.moved(i, next - before);
      largest = Math.max(largest, Math.abs(next - before) / next);
    }
    if (largest <= moveMin) return x;
  }
  return x;
}

/** @param x the entries that move. */
function productsOf(covariance: SymmetricOperator, x: Float64Array): Products {
  const n = covariance.size;
  switch (covariance.kind) {
    case 'dense': {
      const { entries } = covariance;
      return {
        at: (i) => {
          let s0 = 0;
          let s1 = 0;
          const p = i * n;
          for (let j = 0; j + 1 < n; j += 2) {
            s0 += entries[p + j]! * x[j]!;
            s1 += entries[p + j + 1]! * x[j + 1]!;
          }
          return n % 2 === 1 ? s0 + s1 + entries[p + n - 1]! * x[n - 1]! : s0 + s1;
        },
        moved: () => undefined,
      };
    }
    case 'diagonal':
      return { at: (i) => covariance.entries[i]! * x[i]!, moved: () => undefined };
    case 'factor':
      return factorProducts(covariance, x);
    case 'sum': {
      const terms = covariance.terms.map((term) => productsOf(term, x));
      return {
        at: (i) => terms.reduce((total, term) => total + term.at(i), 0),
        moved: (i, by) => {
          for (const term of terms) term.moved(i, by);
        },
      };
    }
  }
}

/** (C x)_i = (B F)_i (B'x) + specific_i x_i, with B'x (k) kept. */
function factorProducts(covariance: SymmetricOperator & { readonly kind: 'factor' }, x: Float64Array): Products {
  const { size: n, factors: k, exposures, factorCovariance, specific } = covariance;
  const loadings = new Float64Array(n * k);
  const held = new Float64Array(k);
  for (let i = 0; i < n; i++)
    for (let a = 0; a < k; a++) {
      const exposure = exposures[i * k + a]!;
      held[a] = held[a]! + exposure * x[i]!;
      for (let b = 0; b < k; b++) loadings[i * k + b] = loadings[i * k + b]! + exposure * factorCovariance[a * k + b]!;
    }
  return {
    at: (i) => {
      let total = specific[i]! * x[i]!;
      for (let a = 0; a < k; a++) total += loadings[i * k + a]! * held[a]!;
      return total;
    },
    moved: (i, by) => {
      for (let a = 0; a < k; a++) held[a] = held[a]! + by * exposures[i * k + a]!;
    },
  };
}
