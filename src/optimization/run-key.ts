/** Runs as keys of maps and as words for logs. */
import type { CallContext } from '../values/call.ts';
import type { Run, RunKey } from './run.ts';

/** A run among those of all tenants. */
export interface TenantRun {
  readonly tenant: string;
  readonly key: RunKey;
}

export function keyOf(run: Run): RunKey {
  return { kind: run.kind, portfolioId: run.portfolioId, id: run.id };
}

export function tenantRunOf(run: Run): TenantRun {
  return { tenant: run.tenant, key: keyOf(run) };
}

/** Unique text; the separator occurs in no id. */
export function textOf({ tenant, key }: TenantRun): string {
  return JSON.stringify([tenant, key.kind, key.portfolioId, key.id]);
}

const never = new AbortController().signal;

/** The engine acts for itself, within one tenant. */
export function engineContext(tenant: string): CallContext {
  return { tenant, principal: 'engine', signal: never };
}
