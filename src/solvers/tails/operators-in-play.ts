/** Operators read over the assets in play only. */
import type { SymmetricOperator } from '../../problem/operator.ts';

/** target (m x m, of rows `width` long) += scale * Q over `assets`. */
export function addBlock(
  operator: SymmetricOperator,
  assets: Int32Array,
  scale: number,
  target: Float64Array,
  width: number,
): void {
  const m = assets.length;
  switch (operator.kind) {
    case 'dense':
      for (let a = 0; a < m; a++) {
        const row = assets[a]! * operator.size;
        for (let b = 0; b < m; b++)
          target[a * width + b] = target[a * width + b]! + scale * operator.entries[row + assets[b]!]!;
      }
      return;
    case 'diagonal':
      for (let a = 0; a < m; a++)
        target[a * width + a] = target[a * width + a]! + scale * operator.entries[assets[a]!]!;
      return;
    case 'factor': {
      const { factors: k, exposures, factorCovariance, specific } = operator;
      const risk = new Float64Array(k);
      for (let a = 0; a < m; a++) {
        const own = assets[a]! * k;
        for (let j = 0; j < k; j++) {
          let total = 0;
          for (let l = 0; l < k; l++) total += factorCovariance[j * k + l]! * exposures[own + l]!;
          risk[j] = total;
        }
        for (let b = 0; b < m; b++) {
          const other = assets[b]! * k;
          let total = 0;
          for (let j = 0; j < k; j++) total += risk[j]! * exposures[other + j]!;
          target[a * width + b] = target[a * width + b]! + scale * total;
        }
        target[a * width + a] = target[a * width + a]! + scale * specific[assets[a]!]!;
      }
      return;
    }
    case 'sum':
      for (const term of operator.terms) addBlock(term, assets, scale, target, width);
  }
}

/** target (n) += scale * Q x. */
export function addTimes(operator: SymmetricOperator, scale: number, x: Float64Array, target: Float64Array): void {
  const n = x.length;
  switch (operator.kind) {
    case 'dense': {
      // Symmetric: columns of zero weights are passed over by reading rows.
      for (let j = 0; j < n; j++) {
        const factor = scale * x[j]!;
        if (factor === 0) continue;
        for (let i = 0; i < n; i++) target[i] = target[i]! + factor * operator.entries[j * n + i]!;
      }
      return;
    }
    case 'diagonal':
      for (let i = 0; i < n; i++) target[i] = target[i]! + scale * operator.entries[i]! * x[i]!;
      return;
    case 'factor': {
      const { factors: k, exposures, factorCovariance, specific } = operator;
      const held = new Float64Array(k);
      for (let i = 0; i < n; i++) {
        const value = x[i]!;
        if (value === 0) continue;
        for (let j = 0; j < k; j++) held[j] = held[j]! + exposures[i * k + j]! * value;
      }
      const risk = new Float64Array(k);
      for (let j = 0; j < k; j++)
        for (let l = 0; l < k; l++) risk[j] = risk[j]! + factorCovariance[j * k + l]! * held[l]!;
      for (let i = 0; i < n; i++) {
        let total = specific[i]! * x[i]!;
        for (let j = 0; j < k; j++) total += exposures[i * k + j]! * risk[j]!;
        target[i] = target[i]! + scale * total;
      }
      return;
    }
    case 'sum':
      for (const term of operator.terms) addTimes(term, scale, x, target);
  }
}
