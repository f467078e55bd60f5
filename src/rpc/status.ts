/**
 * The one place where failures become gRPC statuses. Every status carries `google.rpc.Status` in `grpc-status-details-bin`: ErrorInfo with
 * the reason, BadRequest with the violations, RetryInfo where a retry makes sense. What is not a Fault is a bug: logged with its
 * stack, told as INTERNAL with a correlation id and nothing else.
 */
import { randomUUID } from 'node:crypto';

import { Metadata, status as codes } from '@grpc/grpc-js';
import type { status as Code } from '@grpc/grpc-js';

import { BadRequest, ErrorInfo, RequestInfo, RetryInfo } from '../gen/google/rpc/error_details.ts';
import { Status } from '../gen/google/rpc/status.ts';
import { Fault } from '../values/fault.ts';
import type { Reason, Violation } from '../values/fault.ts';

export const errorDomain = 'portfolio.veritasvault';
export const detailsKey = 'grpc-status-details-bin';
export const resumeTokenKey = 'resume-token';

/** Exhaustive by type: a reason without a code does not compile. */
export const codeOf: Readonly<Record<Reason, Code>> = {
  ALREADY_EXISTS: codes.ALREADY_EXISTS,
  CONSTRAINT_INVALID: codes.INVALID_ARGUMENT,
  COVARIANCE_NOT_PSD: codes.INVALID_ARGUMENT,
  DATABASE_UNAVAILABLE: codes.UNAVAILABLE,
  DEADLINE_TOO_LONG: codes.INVALID_ARGUMENT,
  ETAG_MISMATCH: codes.ABORTED,
  ETAG_REQUIRED: codes.INVALID_ARGUMENT,
  ID_INVALID: codes.INVALID_ARGUMENT,
  IMPORT_REJECTED: codes.INVALID_ARGUMENT,
  INSUFFICIENT_HISTORY: codes.FAILED_PRECONDITION,
  INVALID_ARGUMENT: codes.INVALID_ARGUMENT,
  MESSAGE_MALFORMED: codes.INVALID_ARGUMENT,
  NOT_FOUND: codes.NOT_FOUND,
  NUMBER_INVALID: codes.INVALID_ARGUMENT,
  PAGE_TOKEN_INVALID: codes.INVALID_ARGUMENT,
  PLUGIN_ACTIVATION_FAILED: codes.FAILED_PRECONDITION,
  PLUGIN_BROKEN: codes.FAILED_PRECONDITION,
  PLUGIN_CONFIG_INVALID: codes.FAILED_PRECONDITION,
  PLUGIN_DUPLICATE: codes.FAILED_PRECONDITION,
  PLUGIN_MANIFEST_INVALID: codes.FAILED_PRECONDITION,
  PLUGIN_NOT_FOUND: codes.FAILED_PRECONDITION,
  PLUGIN_SDK_MISMATCH: codes.FAILED_PRECONDITION,
  PRICE_MISSING: codes.FAILED_PRECONDITION,
  PROPOSAL_STALE: codes.FAILED_PRECONDITION,
  QUOTA_EXCEEDED: codes.RESOURCE_EXHAUSTED,
  REQUEST_ID_REUSED: codes.INVALID_ARGUMENT,
  REQUEST_IN_PROGRESS: codes.ABORTED,
  RESUME_TOKEN_COMPACTED: codes.OUT_OF_RANGE,
  RESUME_TOKEN_FOREIGN: codes.INVALID_ARGUMENT,
  RESUME_TOKEN_INVALID: codes.INVALID_ARGUMENT,
  RISK_MODEL_INVALID: codes.INVALID_ARGUMENT,
  SHUTTING_DOWN: codes.UNAVAILABLE,
  STATE_CONFLICT: codes.FAILED_PRECONDITION,
  TENANT_INVALID: codes.INVALID_ARGUMENT,
  UNIT_REQUIRED: codes.INVALID_ARGUMENT,
  UNKNOWN_TYPE: codes.INVALID_ARGUMENT,
  WATCHER_TOO_SLOW: codes.RESOURCE_EXHAUSTED,
};

/** Milliseconds to wait before trying the same call again. */
const retryAfterMs: Partial<Record<Reason, number>> = {
  DATABASE_UNAVAILABLE: 1000,
  QUOTA_EXCEEDED: 1000,
  REQUEST_IN_PROGRESS: 200,
  SHUTTING_DOWN: 500,
};

/** Trailers beyond 8 KiB break common clients: the text, the details in base64 and a resume token stay below that together. */
const messageBytesMax = 900;
const innerMessageBytesMax = 600;
const detailsBytesMax = 4700;
const metadataBytesMax = 1500;
const violationsMax = 100;

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What grpc-js takes as an error of a call. */
export interface CallStatus {
  readonly code: Code;
  readonly details: string;
  readonly metadata: Metadata;
}

/** The status of any failure; `where` names the method in the log. */
export function statusOf(failure: unknown, log: Log, where: string): CallStatus {
  if (failure instanceof Fault) return faultStatus(failure);
  const correlationId = randomUUID();
  log.error({ err: failure, correlationId, method: where }, 'a call failed by a bug');
  const details = `internal error; tell the operator the correlation id ${correlationId}`;
  const info = RequestInfo.create({ requestId: correlationId });
  return statusWith(codes.INTERNAL, details, [packed('RequestInfo', RequestInfo.encode(info).finish())]);
}

function faultStatus(fault: Fault): CallStatus {
  const metadata = boundedMetadata(fault.metadata);
  const shown = shownViolations(fault, JSON.stringify(metadata).length + innerMessageBytesMax + 200);
  const omitted = fault.violations.length - shown.length;
  if (omitted > 0) metadata['violationsOmitted'] = String(omitted);
  const info = ErrorInfo.create({ reason: fault.reason, domain: errorDomain, metadata });
  const details = [packed('ErrorInfo', ErrorInfo.encode(info).finish())];
  if (shown.length > 0) {
    const request = BadRequest.create({ fieldViolations: shown });
    details.push(packed('BadRequest', BadRequest.encode(request).finish()));
  }
  const waitMs = retryAfterMs[fault.reason];
  if (waitMs !== undefined) details.push(packed('RetryInfo', retryInfo(waitMs)));
  const message = omitted > 0 ? `${String(fault.violations.length)} problems: ${fault.message}` : fault.message;
  const status = statusWith(codeOf[fault.reason], message, details);
  if (waitMs !== undefined) status.metadata.set('grpc-retry-pushback-ms', String(waitMs));
  return status;
}

function retryInfo(waitMs: number): Uint8Array {
  const seconds = BigInt(Math.floor(waitMs / 1000));
  return RetryInfo.encode({ retryDelay: { seconds, nanos: (waitMs % 1000) * 1_000_000 } }).finish();
}

function statusWith(code: Code, text: string, details: Status['details']): CallStatus {
  const message = bounded(text, messageBytesMax);
  const metadata = new Metadata();
  const encoded = Status.encode({ code, message: bounded(text, innerMessageBytesMax), details }).finish();
  metadata.set(detailsKey, Buffer.from(encoded));
  return { code, details: message, metadata };
}

function packed(type: string, value: Uint8Array): Status['details'][number] {
  return { typeUrl: `type.googleapis.com/google.rpc.${type}`, value: Buffer.from(value) };
}

/** As many violations, in order, as the trailers can carry besides `taken` bytes. */
function shownViolations(fault: Fault, taken: number): BadRequest['fieldViolations'] {
  const shown: BadRequest['fieldViolations'] = [];
  let bytes = taken;
  for (const violation of fault.violations.slice(0, violationsMax)) {
    const line = violationLine(violation, fault.reason);
    bytes += BadRequest.encode({ fieldViolations: [line] }).finish().length;
    if (bytes > detailsBytesMax) break;
    shown.push(line);
  }
  return shown;
}

function violationLine(violation: Violation, reason: Reason): BadRequest['fieldViolations'][number] {
  return {
    field: bounded(violation.field, 300),
    description: bounded(violation.description, 600),
    reason: violation.reason ?? reason,
    localizedMessage: undefined,
  };
}

/** Lists of what is known may be long; all of it together leaves room for the violations. */
function boundedMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {};
  let left = metadataBytesMax;
  for (const [key, value] of Object.entries(metadata)) {
    if (left < 100) break;
    const name = bounded(key, 60);
    kept[name] = bounded(value, left - name.length);
    left -= name.length + encodeURI(kept[name]).length;
  }
  return kept;
}

/** Well-formed text of at most `most` bytes as it travels in a header (percent-encoded); grpc-js throws on a lone surrogate. */
export function bounded(text: string, most: number): string {
  const wellFormed = text.toWellFormed();
  if (wellFormed.length <= most && encodeURI(wellFormed).length <= most) return wellFormed;
  let kept = '';
  let bytes = 3;
  for (const character of wellFormed) {
    bytes += encodeURI(character).length;
    if (bytes > most) break;
    kept += character;
  }
  return `${kept}...`;
}

/** The same status with the token that a client resumes from. What is no text of a header was sent by the client, and goes nowhere. */
export function withResumeToken(status: CallStatus, token: string): CallStatus {
  if (/^[\x21-\x7e]+$/.test(token)) status.metadata.set(resumeTokenKey, token);
  return status;
}
