/** What a failure means to the person and to the shell: lines to print and an exit code. */
import { status as codes } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';

import { BadRequest, ErrorInfo, RequestInfo } from '../../gen/google/rpc/error_details.ts';
import { Status } from '../../gen/google/rpc/status.ts';
import { Fault } from '../../values/fault.ts';
import type { Violation } from '../../values/fault.ts';

/** Exit codes by kind of failure; documented in the README. */
export const exitCodes = {
  ok: 0,
  usage: 2,
  invalidInput: 3,
  infeasible: 4,
  notFound: 5,
  conflict: 6,
  unavailable: 7,
  cancelled: 8,
  internal: 70,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A failure as the server told it. */
export interface Told {
  readonly code: number;
  /** Stable reason; empty when the server did not speak (no connection, connection lost). */
  readonly reason: string;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly Pick<Violation, 'field' | 'description'>[];
  readonly correlationId: string;
}

/** An end of a command that has been told already and only needs its exit code. */
export class Ended extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message = '') {
    super(message);
    this.name = 'Ended';
    this.exitCode = exitCode;
  }
}

/** Ends a command with an exit code after everything has been told; goes on when there is nothing wrong. */
export function endWith(exitCode: ExitCode): void {
  if (exitCode !== exitCodes.ok) throw new Ended(exitCode);
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}

/** Reads the details that every error of the server carries. */
export function toldBy(error: ServiceError): Told {
  const told = {
    code: error.code,
    reason: '',
    message: error.details,
    metadata: {},
    violations: [],
    correlationId: '',
  };
  // An error made on this side (no connection) has no metadata of a server.
  const [encoded] = (error as Partial<ServiceError>).metadata?.get('grpc-status-details-bin') ?? [];
  if (encoded === undefined || typeof encoded === 'string') return told;
  let full: Told = told;
  for (const { typeUrl, value } of Status.decode(encoded).details) {
    if (typeUrl.endsWith('/google.rpc.ErrorInfo')) {
      const { reason, metadata } = ErrorInfo.decode(value);
      full = { ...full, reason, metadata };
    } else if (typeUrl.endsWith('/google.rpc.BadRequest')) {
      full = { ...full, violations: BadRequest.decode(value).fieldViolations };
    } else if (typeUrl.endsWith('/google.rpc.RequestInfo')) {
      full = { ...full, correlationId: RequestInfo.decode(value).requestId };
    }
  }
  return full;
}

/** Reasons whose code alone does not say what kind of failure it is. */
const exitCodeOfReason: Readonly<Record<string, ExitCode>> = {
  PROPOSAL_STALE: exitCodes.conflict,
  REQUEST_ID_REUSED: exitCodes.conflict,
  STATE_CONFLICT: exitCodes.conflict,
};

const exitCodeOfStatus: Readonly<Record<number, ExitCode>> = {
  [codes.ABORTED]: exitCodes.conflict,
  [codes.ALREADY_EXISTS]: exitCodes.conflict,
  [codes.CANCELLED]: exitCodes.cancelled,
  [codes.DEADLINE_EXCEEDED]: exitCodes.cancelled,
  [codes.FAILED_PRECONDITION]: exitCodes.invalidInput,
  [codes.INVALID_ARGUMENT]: exitCodes.invalidInput,
  [codes.NOT_FOUND]: exitCodes.notFound,
  [codes.OUT_OF_RANGE]: exitCodes.invalidInput,
  [codes.PERMISSION_DENIED]: exitCodes.invalidInput,
  [codes.RESOURCE_EXHAUSTED]: exitCodes.unavailable,
  [codes.UNAUTHENTICATED]: exitCodes.invalidInput,
  [codes.UNAVAILABLE]: exitCodes.unavailable,
};

/** The exit code of anything that a command may throw; what nobody expects is 70. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Ended) return error.exitCode;
  if (error instanceof Fault) return exitCodes.invalidInput;
  if (!isServiceError(error)) return exitCodes.internal;
  return exitCodeOfReason[toldBy(error).reason] ?? exitCodeOfStatus[error.code] ?? exitCodes.internal;
}

const listed = (violations: readonly Pick<Violation, 'field' | 'description'>[]): string[] =>
  violations.map(({ field, description }) => `  ${field === '' ? '(request)' : field}: ${description}`);

/** What to print: the failure, then each violation on a line of its own with its field path. */
export function linesOf(error: unknown, address: string): string[] {
  if (error instanceof Ended) return error.message === '' ? [] : [error.message];
  if (error instanceof Fault) {
    const stored = error.reason === 'IMPORT_REJECTED' ? '; nothing was stored' : '';
    const malformed = error.reason === 'MESSAGE_MALFORMED' ? `${error.message}: ` : '';
    const head =
      error.violations.length === 0 ? error.message : `${malformed}${counted(error.violations.length)}${stored}`;
    return [`invalid input: ${head}`, ...listed(error.violations)];
  }
  if (!isServiceError(error)) return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  const told = toldBy(error);
  if (told.reason === '' && told.correlationId === '') return untold(error, address);
  const head = told.violations.length > 0 ? counted(told.violations.length) : told.message;
  const omitted = Number(told.metadata['violationsOmitted'] ?? 0);
  return [
    `${told.reason || 'INTERNAL'}: ${head}`,
    ...listed(told.violations),
    ...(omitted > 0 ? [`  and ${String(omitted)} more`] : []),
  ];
}

const counted = (count: number): string => (count === 1 ? 'one problem' : `${String(count)} problems`);

/** Failures that the transport made on its own. */
function untold(error: ServiceError, address: string): string[] {
  if (error.code === codes.UNAVAILABLE) return [unavailable(error.details, address)];
  if (error.code === codes.DEADLINE_EXCEEDED) return [`the server at ${address} did not finish in time; see --timeout`];
  if (error.code === codes.CANCELLED) return ['cancelled'];
  return [`${codes[error.code]}: ${error.details}`];
}

const noTls = `it may ask for mutual TLS (--tls-ca, --tls-cert, --tls-key), refuse the certificate, or speak no gRPC`;

/** Why there is no connection, in words; the transport has them in the middle of its own. */
function unavailable(details: string, address: string): string {
  const cause = /Last error: (?:Error: )?([\s\S]*?)(?: \([^()]*\))?\. Resolution note/.exec(details)?.[1]?.trim() ?? '';
  if (details.includes('Name resolution failed')) return `the host of ${address} is not known`;
  if (/alert/.test(cause)) return `the server at ${address} refuses the certificate of --tls-cert`;
  if (/wrong version number|packet length too long/.test(cause))
    return `the server at ${address} does not speak TLS; leave out --tls-ca, --tls-cert and --tls-key`;
  if (/certificate|altnames/i.test(cause))
    return `the certificate of the server at ${address} is not trusted: ${cause}`;
  // A server that refuses a certificate may reset the connection before its alert is read.
  if (/^Failed to connect|^Protocol error|ECONNRESET|EPIPE|socket disconnected/.test(cause))
    return `the server at ${address} closes the connection; ${noTls}`;
  return `no server answers at ${address}; start one with "npm start", or name another with --address`;
}

/** Whether a stream broke for reasons of transport or shutdown, so that resuming it is right. */
export function isStreamLost(error: unknown): boolean {
  if (!isServiceError(error)) return false;
  const { reason, correlationId } = toldBy(error);
  if (error.code === codes.UNAVAILABLE || reason === 'WATCHER_TOO_SLOW' || reason === 'SHUTTING_DOWN') return true;
  // A connection that is reset in the middle of a message has no words of the server.
  const untoldReset = reason === '' && correlationId === '';
  return untoldReset && (error.code === codes.INTERNAL || error.code === codes.UNKNOWN || isReset(error));
}

const isReset = (error: ServiceError): boolean =>
  error.code === codes.CANCELLED && !error.details.includes('Cancelled on client');
