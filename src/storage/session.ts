import type { LockMode } from '@mikro-orm/core';
import type { BasePostgreSqlEntityManager } from '@mikro-orm/sql';

import type { Clock } from '../values/clock.ts';

export type Value = string | number | boolean | Date | Uint8Array | null | readonly (string | number)[];

/** One transaction as the stores see it: entities without identity map, and SQL. */
export class Session {
  readonly tenant: string;
  readonly clock: Clock;
  readonly manager: BasePostgreSqlEntityManager;

  constructor(manager: BasePostgreSqlEntityManager, tenant: string, clock: Clock) {
    this.manager = manager;
    this.tenant = tenant;
    this.clock = clock;
  }

  async rows<Row>(sql: string, parameters: readonly Value[] = []): Promise<Row[]> {
    return this.manager.execute<Row[] & object[]>(sql, [...parameters], 'all');
  }

  /** Number of rows that the statement changed. */
  async changed(sql: string, parameters: readonly Value[] = []): Promise<number> {
    const { affectedRows } = await this.manager.execute<{ affectedRows: number }>(sql, [...parameters], 'run');
    return affectedRows;
  }
}

/** Entities are handed out as plain objects that the ORM does not follow: nothing is stored but what a store is told to store. */
export const unfollowed = { disableIdentityMap: true } as const;

export function locked(mode: LockMode | undefined) {
  return mode === undefined ? unfollowed : { ...unfollowed, lockMode: mode };
}
