/** Watches of runs: resume tokens on the wire, sequences in the log. */
import { defer } from 'rxjs';
import type { Observable } from 'rxjs';

import type { EventLog, WatchNews } from '../optimization/event-log.ts';
import type { ResumeTokens } from '../optimization/resume-token.ts';
import type { RunKey } from '../optimization/run.ts';
import type { CallContext } from '../values/call.ts';

export interface Watches {
  readonly eventLog: EventLog;
  readonly resumeTokens: ResumeTokens;
}

export interface Watch {
  readonly news: Observable<WatchNews>;
  /** The place after event `sequence`. */
  readonly tokenOf: (sequence: number) => string;
  /** The sequence that the watch goes on after. */
  readonly after: number;
}

/** @throws Fault RESUME_TOKEN_INVALID, RESUME_TOKEN_FOREIGN or RESUME_TOKEN_COMPACTED. */
export function watchOf({ eventLog, resumeTokens }: Watches, key: RunKey, token: string, context: CallContext): Watch {
  const after = resumeTokens.read(token, context.tenant, key);
  return {
    news: defer(() => eventLog.watch(key, after, context)),
    tokenOf: (sequence) => resumeTokens.issue(context.tenant, key, sequence),
    after,
  };
}

interface TokenRequest {
  readonly resumeToken: string;
}

/** How watches resume; the same for every kind of run. */
export function resumable<Request extends TokenRequest>() {
  return {
    tokenOf: (event: TokenRequest): string => event.resumeToken,
    after: (request: Request, resumeToken: string): Request => ({ ...request, resumeToken }),
    start: (request: Request): string => request.resumeToken,
  };
}
