/** The two parts of a factor model's covariance, to be paid for separately. */
import type { SymmetricOperator } from '@veritasvault/portfolio/sdk/v1';

export interface SplitRisk {
  /** B F B': of the common factors. Absent when there are none. */
  readonly common?: SymmetricOperator;
  /** D: of the assets' own returns. */
  readonly specific: SymmetricOperator;
}

/** Undefined when the covariance is not known by its factors. A diagonal covariance has specific risk only. */
export function splitRisk(covariance: SymmetricOperator): SplitRisk | undefined {
  const { size } = covariance;
  switch (covariance.kind) {
    case 'dense':
      return undefined;
    case 'diagonal':
      return { specific: covariance };
    case 'factor':
      return {
        common: { ...covariance, specific: new Float64Array(size) },
        specific: { kind: 'diagonal', size, entries: covariance.specific },
      };
    case 'sum': {
      const parts = covariance.terms.map(splitRisk);
      if (parts.some((part) => part === undefined)) return undefined;
      const common = parts.flatMap((part) => (part?.common === undefined ? [] : [part.common]));
      const specific = parts.flatMap((part) => (part === undefined ? [] : [part.specific]));
      return {
        ...(common.length === 0 ? {} : { common: { kind: 'sum', size, terms: common } }),
        specific: { kind: 'sum', size, terms: specific },
      };
    }
  }
}
