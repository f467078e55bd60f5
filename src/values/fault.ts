/**
 * Expected failures. Thrown anywhere inward; only `rpc/status.ts` turns one into a gRPC status.
 * `reason` is stable and machine-readable, `message` is for people, `violations` lists every problem at once.
 */

/** The reasons a caller may meet. Mirrors `ErrorReason` in `proto/.../error_reason.proto`, without its prefix. */
export const reasons = [
  'ALREADY_EXISTS',
  'CONSTRAINT_INVALID',
  'COVARIANCE_NOT_PSD',
  'DATABASE_UNAVAILABLE',
  'DEADLINE_TOO_LONG',
  'ETAG_MISMATCH',
  'ETAG_REQUIRED',
  'ID_INVALID',
  'IMPORT_REJECTED',
  'INSUFFICIENT_HISTORY',
  'INVALID_ARGUMENT',
  'MESSAGE_MALFORMED',
  'NOT_FOUND',
  'NUMBER_INVALID',
  'PAGE_TOKEN_INVALID',
  'PLUGIN_ACTIVATION_FAILED',
  'PLUGIN_BROKEN',
  'PLUGIN_CONFIG_INVALID',
  'PLUGIN_DUPLICATE',
  'PLUGIN_MANIFEST_INVALID',
  'PLUGIN_NOT_FOUND',
  'PLUGIN_SDK_MISMATCH',
  'PRICE_MISSING',
  'PROPOSAL_STALE',
  'QUOTA_EXCEEDED',
  'REQUEST_ID_REUSED',
  'REQUEST_IN_PROGRESS',
  'RESUME_TOKEN_COMPACTED',
  'RESUME_TOKEN_FOREIGN',
  'RESUME_TOKEN_INVALID',
  'RISK_MODEL_INVALID',
  'SHUTTING_DOWN',
  'STATE_CONFLICT',
  'TENANT_INVALID',
  'UNIT_REQUIRED',
  'UNKNOWN_TYPE',
  'WATCHER_TOO_SLOW',
] as const;
export type Reason = (typeof reasons)[number];

/** One problem with one field. `field` is the path as the caller wrote it: `constraints[1].parameters.max`. */
export interface Violation {
  readonly field: string;
  readonly description: string;
  /** Defaults to the reason of the fault that carries it. */
  readonly reason?: Reason;
}

export class Fault extends Error {
  readonly reason: Reason;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly Violation[];

  constructor(
    reason: Reason,
    message: string,
    metadata: Readonly<Record<string, string>> = {},
    violations: readonly Violation[] = [],
  ) {
    super(message);
    this.name = 'Fault';
    this.reason = reason;
    this.metadata = metadata;
    this.violations = violations;
  }

  /** A fault with all the violations found, or nothing when there are none. The message joins them in reading order. */
  static fromViolations(violations: readonly Violation[], reason: Reason = 'INVALID_ARGUMENT'): Fault | undefined {
    if (violations.length === 0) return undefined;
    const only = new Set(violations.map((violation) => violation.reason ?? reason));
    const [first] = only;
    const message = violations.map((violation) => `${violation.field}: ${violation.description}`).join('; ');
    return new Fault(only.size === 1 && first !== undefined ? first : reason, message, {}, violations);
  }
}

/** Throws when there is any violation; the usual last line of an `admit`. */
export function refuse(violations: readonly Violation[], reason: Reason = 'INVALID_ARGUMENT'): void {
  const fault = Fault.fromViolations(violations, reason);
  if (fault !== undefined) throw fault;
}

/** Prefixes every field path, so that nested checks need not know where they stand. */
export function under(prefix: string, violations: readonly Violation[]): Violation[] {
  return violations.map((violation) => ({
    ...violation,
    field:
      violation.field === ''
        ? prefix
        : violation.field.startsWith('[')
          ? `${prefix}${violation.field}`
          : `${prefix}.${violation.field}`,
  }));
}
