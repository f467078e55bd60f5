/** Who a certificate speaks for: `spiffe://<trust domain>/tenant/<tenant>/<principal...>` among its subject alternative names. */
import { Fault } from './fault.ts';

export interface Identity {
  readonly tenant: string;
  readonly principal: string;
}

const spiffe = /^URI:spiffe:\/\/([A-Za-z0-9._-]+)\/tenant\/([^/]+)(?:\/(.+))?$/;

/**
 * Reads the alternative names as Node gives them (`URI:..., DNS:...`).
 * @throws Fault TENANT_INVALID unless exactly one of them names a tenant.
 */
export function identityOf(subjectAlternativeNames: string | undefined): Identity {
  const names = subjectAlternativeNames?.split(', ') ?? [];
  const matches = names.map((name) => spiffe.exec(name)).filter((match) => match !== null);
  const [match] = matches;
  if (match === undefined || matches.length > 1) {
    const wanted = 'spiffe://<trust domain>/tenant/<tenant>/<principal>';
    throw new Fault('TENANT_INVALID', `the client certificate must carry exactly one URI name ${wanted}`);
  }
  const [, domain = '', tenant = '', path] = match;
  return { tenant, principal: path ?? domain };
}
