/** Risk models: sizes, finite numbers, symmetry, no negative variance. Each is checked once, however many problems hold it. */
import type { SymmetricOperator } from '../../problem/operator.ts';
import { finite, notNegative, type Report } from './report.ts';

/** Transposed entries may differ by this share of the largest entry. */
const asymmetryMax = 1e-12;

const tile = 32;

/** Operators are never changed: what was found sound stays so. */
const sound = new WeakSet<SymmetricOperator>();

export function checkOperator(operator: SymmetricOperator, n: number, field: string, report: Report): void {
  if (operator.size !== n) report(field, `has size ${operator.size} for ${n} assets`);
  else if (!sound.has(operator) && isSound(operator, field, report)) sound.add(operator);
}

function isSound(operator: SymmetricOperator, field: string, report: Report): boolean {
  let found = 0;
  const counted: Report = (where, description) => {
    found++;
    report(where, description);
  };
  const { size: n } = operator;
  switch (operator.kind) {
    case 'sum':
      operator.terms.forEach((term, t) => checkOperator(term, n, `${field}.terms[${t}]`, counted));
      break;
    case 'diagonal':
      notNegative(operator.entries, n, `${field}.entries`, counted);
      break;
    case 'dense':
      checkMatrix(operator.entries, n, `${field}.entries`, counted);
      break;
    case 'factor':
      finite(operator.exposures, n * operator.factors, `${field}.exposures`, counted);
      notNegative(operator.specific, n, `${field}.specific`, counted);
      checkMatrix(operator.factorCovariance, operator.factors, `${field}.factorCovariance`, counted);
  }
  return found === 0;
}

function checkMatrix(entries: Float64Array, n: number, field: string, report: Report): void {
  const seen = entries.length === n * n ? seenOnce(entries, n) : undefined;
  if (seen === undefined) {
    finite(entries, n * n, field, report);
    return;
  }
  const differenceMax = asymmetryMax * seen.largest;
  for (let i = 0; i < n; i++) {
    if (entries[i * n + i]! < 0) {
      report(`${field}[${i}][${i}]`, `must not be negative; got ${entries[i * n + i]!}`);
      return;
    }
    if (seen.difference <= differenceMax) continue;
    for (let j = 0; j < i; j++)
      if (Math.abs(entries[i * n + j]! - entries[j * n + i]!) > differenceMax) {
        report(`${field}[${i}][${j}]`, 'differs from its mirror entry');
        return;
      }
  }
}

interface Seen {
  /** Largest entry by size, and largest difference of mirrored entries. */
  readonly largest: number;
  readonly difference: number;
}

/** One pass over the matrix, by tiles, so that the mirrored half is read from the cache. Undefined when some entry is not finite. */
function seenOnce(entries: Float64Array, n: number): Seen | undefined {
  let largest = 0;
  let difference = 0;
  // Of finite entries x - x is zero; of the others it is not a number, and neither is the sum from then on.
  let nothing = 0;
  for (let top = 0; top < n; top += tile)
    for (let left = 0; left <= top; left += tile) {
      const bottom = Math.min(top + tile, n);
      for (let i = top; i < bottom; i++) {
        const right = Math.min(left + tile, i + 1);
        for (let j = left; j < right; j++) {
          const own = entries[i * n + j]!;
          const mirrored = entries[j * n + i]!;
          nothing += own - own + (mirrored - mirrored);
          const size = Math.abs(own);
          if (size > largest) largest = size;
          const apart = Math.abs(own - mirrored);
          if (apart > difference) difference = apart;
        }
      }
    }
  return nothing === 0 ? { largest, difference } : undefined;
}
