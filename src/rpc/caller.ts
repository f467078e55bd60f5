/** Who calls, from the transport and never from a message. */
import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';

import { Fault } from '../values/fault.ts';
import { idProblem } from '../values/resource-name.ts';

export interface Caller {
  readonly tenant: string;
  readonly principal: string;
}

type AuthContext = ReturnType<ServerUnaryCall<unknown, unknown>['getAuthContext']>;

interface Transport {
  readonly metadata: Metadata;
  getAuthContext(): AuthContext;
}

const spiffe = /^URI:spiffe:\/\/([A-Za-z0-9._-]+)\/tenant\/([^/]+)(?:\/(.+))?$/;

/**
 * With mutual TLS the certificate says it: `spiffe://<trust domain>/tenant/<tenant>/<principal...>` among its subject alternative names.
 * Without TLS, which is served on loopback only, the metadata `x-tenant` and `x-principal`; "default" and "local" when absent.
 */
export function callerOf(call: Transport, secure: boolean): Caller {
  const caller = secure ? fromCertificate(call.getAuthContext()) : fromMetadata(call.metadata);
  const problem = idProblem(caller.tenant);
  if (problem !== undefined) throw new Fault('TENANT_INVALID', `the tenant of the call ${problem}`);
  if (!/^[\x21-\x7e]{1,200}$/.test(caller.principal)) {
    throw new Fault('TENANT_INVALID', 'the principal of the call must have 1 to 200 visible ASCII characters');
  }
  return caller;
}

function fromMetadata(metadata: Metadata): Caller {
  const tenants = metadata.get('x-tenant').map(String);
  const principals = metadata.get('x-principal').map(String);
  if (tenants.length > 1 || principals.length > 1) {
    throw new Fault('TENANT_INVALID', 'x-tenant and x-principal may be given once only');
  }
  return { tenant: tenants[0] ?? 'default', principal: principals[0] ?? 'local' };
}

function fromCertificate(context: AuthContext): Caller {
  const names = context.sslPeerCertificate?.subjectaltname?.split(', ') ?? [];
  const matches = names.map((name) => spiffe.exec(name)).filter((match) => match !== null);
  const [match] = matches;
  if (match === undefined || matches.length > 1) {
    const wanted = 'spiffe://<trust domain>/tenant/<tenant>/<principal>';
    throw new Fault('TENANT_INVALID', `the client certificate must carry exactly one URI name ${wanted}`);
  }
  const [, domain = '', tenant = '', path] = match;
  return { tenant, principal: path ?? domain };
}
