/** Who calls, from the transport and never from a message. */
import { timingSafeEqual } from 'node:crypto';

import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';

import { Fault } from '../values/fault.ts';
import { identityOf } from '../values/identity.ts';
import type { Identity } from '../values/identity.ts';
import { idProblem } from '../values/resource-name.ts';

/** What decides whom a call is believed to come from. */
export interface Trust {
  /** Whether callers are known by certificate; otherwise by metadata. */
  readonly secure: boolean;
  /** A secret of this process: who shows it in `x-gateway-pass` is the HTTP door, which has looked at the certificate itself. */
  readonly gatewayPass?: string;
}

type AuthContext = ReturnType<ServerUnaryCall<unknown, unknown>['getAuthContext']>;

interface Transport {
  readonly metadata: Metadata;
  getAuthContext(): AuthContext;
}

/**
 * With mutual TLS the certificate says it (see `identityOf`). Without TLS, which is served on loopback only, the metadata `x-tenant` and
 * `x-principal`; "default" and "local" when absent. @throws Fault TENANT_INVALID.
 */
export function callerOf(call: Transport, trust: Trust): Identity {
  const caller = isByCertificate(call, trust)
    ? identityOf(call.getAuthContext().sslPeerCertificate?.subjectaltname)
    : fromMetadata(call.metadata);
  const problem = idProblem(caller.tenant);
  if (problem !== undefined) throw new Fault('TENANT_INVALID', `the tenant of the call ${problem}`);
  if (!/^[\x21-\x7e]{1,200}$/.test(caller.principal)) {
    throw new Fault('TENANT_INVALID', 'the principal of the call must have 1 to 200 visible ASCII characters');
  }
  return caller;
}

function isByCertificate(call: Transport, { secure, gatewayPass }: Trust): boolean {
  if (!secure) return false;
  if (call.getAuthContext().sslPeerCertificate !== undefined || gatewayPass === undefined) return true;
  const shown = Buffer.from(String(call.metadata.get('x-gateway-pass')[0] ?? ''));
  const wanted = Buffer.from(gatewayPass);
  if (shown.length === wanted.length && timingSafeEqual(shown, wanted)) return false;
  throw new Fault('TENANT_INVALID', 'the caller shows neither a certificate nor the pass of the HTTP door');
}

function fromMetadata(metadata: Metadata): Identity {
  const tenants = metadata.get('x-tenant').map(String);
  const principals = metadata.get('x-principal').map(String);
  if (tenants.length > 1 || principals.length > 1) {
    throw new Fault('TENANT_INVALID', 'x-tenant and x-principal may be given once only');
  }
  return { tenant: tenants[0] ?? 'default', principal: principals[0] ?? 'local' };
}
