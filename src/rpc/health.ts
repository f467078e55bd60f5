/** grpc.health.v1: Check, Watch and List, for the server as a whole (the empty name) and for each service. */
import { BehaviorSubject, map } from 'rxjs';
import type { Observable } from 'rxjs';

import { HealthCheckResponse_ServingStatus as Status, HealthService } from '../gen/grpc/health/v1/health.ts';
import type { HealthCheckResponse } from '../gen/grpc/health/v1/health.ts';
import { Fault } from '../values/fault.ts';
import type { Edge } from './edge.ts';
import { served } from './handler.ts';
import type { Served } from './handler.ts';
import { serverStream, unary } from './method.ts';

export class Health {
  readonly #services: ReadonlySet<string>;
  readonly #serving = new BehaviorSubject(false);

  /** `services` are full names; the empty name is always known. */
  constructor(services: readonly string[]) {
    this.#services = new Set(['', ...services]);
  }

  get serving(): boolean {
    return this.#serving.value;
  }

  serve(): void {
    this.#serving.next(true);
  }

  stop(): void {
    this.#serving.next(false);
  }

  check(service: string): HealthCheckResponse {
    if (!this.#services.has(service)) throw new Fault('NOT_FOUND', `there is no service ${JSON.stringify(service)}`);
    return { status: this.#status() };
  }

  /** The status now and at every change; a service that is not known is told as such (the protocol wants no error here). */
  watch(service: string): Observable<HealthCheckResponse> {
    return this.#serving.pipe(
      map(() => ({ status: this.#services.has(service) ? this.#status() : Status.SERVICE_UNKNOWN })),
    );
  }

  list(): Record<string, HealthCheckResponse> {
    return Object.fromEntries([...this.#services].map((service) => [service, { status: this.#status() }]));
  }

  #status(): HealthCheckResponse['status'] {
    return this.#serving.value ? Status.SERVING : Status.NOT_SERVING;
  }
}

export function healthService(health: Health, edge: Edge): Served {
  return served(
    HealthService,
    {
      check: unary((request) => health.check(request.service)),
      list: unary(() => ({ statuses: health.list() })),
      watch: serverStream((request) => health.watch(request.service), { endsOnDrain: true, conflatable: () => true }),
    },
    edge,
  );
}
