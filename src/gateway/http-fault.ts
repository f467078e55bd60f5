/** Errors as `google.rpc.Status` in proto JSON, with the HTTP status that stands for the code. */
import { create, fromBinary, toBinary, toJson } from '@bufbuild/protobuf';
import type { JsonValue } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';

import { Fault } from '../values/fault.ts';
import type { Reason, Violation } from '../values/fault.ts';
import type { Schema } from './schema.ts';

const httpOf: Readonly<Record<number, number>> = {
  [status.CANCELLED]: 499,
  [status.UNKNOWN]: 500,
  [status.INVALID_ARGUMENT]: 400,
  [status.DEADLINE_EXCEEDED]: 504,
  [status.NOT_FOUND]: 404,
  [status.ALREADY_EXISTS]: 409,
  [status.PERMISSION_DENIED]: 403,
  [status.RESOURCE_EXHAUSTED]: 429,
  [status.FAILED_PRECONDITION]: 400,
  [status.ABORTED]: 409,
  [status.OUT_OF_RANGE]: 400,
  [status.UNIMPLEMENTED]: 501,
  [status.INTERNAL]: 500,
  [status.UNAVAILABLE]: 503,
  [status.DATA_LOSS]: 500,
  [status.UNAUTHENTICATED]: 401,
};

export interface HttpFault {
  readonly httpStatus: number;
  readonly body: JsonValue;
}

/** An answer that the gateway itself gives before any call: same shape as the service's own. */
export class Refusal extends Fault {
  readonly httpStatus: number;

  constructor(httpStatus: number, reason: Reason, message: string, violations: readonly Violation[] = []) {
    super(reason, message, {}, violations);
    this.httpStatus = httpStatus;
  }
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'metadata' in error;
}

export function httpFaultOf(error: unknown, schema: Schema): HttpFault {
  if (error instanceof Refusal)
    return { httpStatus: error.httpStatus, body: refusalBody(error, schema, error.httpStatus) };
  if (error instanceof Fault) return { httpStatus: 400, body: refusalBody(error, schema, 400) };
  if (!isServiceError(error)) throw error;
  const httpStatus = httpOf[error.code] ?? 500;
  const [details] = error.metadata.get('grpc-status-details-bin');
  if (details === undefined || typeof details === 'string') {
    return { httpStatus, body: { code: error.code, message: error.details, details: [] } };
  }
  const description = schema.message('google.rpc.Status');
  return { httpStatus, body: toJson(description, fromBinary(description, details), { registry: schema.registry }) };
}

function refusalBody(refusal: Fault, schema: Schema, httpStatus: number): JsonValue {
  const information = schema.message('google.rpc.ErrorInfo');
  const badRequest = schema.message('google.rpc.BadRequest');
  const any = (typeName: string, value: Uint8Array): { typeUrl: string; value: Uint8Array } => ({
    typeUrl: `type.googleapis.com/${typeName}`,
    value,
  });
  const details = [
    any(
      information.typeName,
      toBinary(information, create(information, { reason: refusal.reason, domain: 'portfolio.veritasvault' })),
    ),
  ];
  if (refusal.violations.length > 0) {
    const fieldViolations = refusal.violations.map(({ field, description }) => ({ field, description }));
    details.push(any(badRequest.typeName, toBinary(badRequest, create(badRequest, { fieldViolations }))));
  }
  const code = httpStatus === 404 ? status.NOT_FOUND : status.INVALID_ARGUMENT;
  const statusMessage = schema.message('google.rpc.Status');
  const body = create(statusMessage, { code, message: refusal.message, details });
  return toJson(statusMessage, body, { registry: schema.registry });
}
