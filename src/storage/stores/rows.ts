/** What every store does with rows: insert once, replace when unchanged. */
import type { EntityData, EntityName, FilterQuery, RequiredEntityData } from '@mikro-orm/core';

import { Fault } from '../../values/fault.ts';
import type { Session } from '../session.ts';

/** Values by property name. */
export type Row = Readonly<Record<string, unknown>>;

/** The stored properties of an object, with some replaced: the tenant is always the session's, whatever the object says. */
export function rowOf(schema: { readonly meta: { readonly properties: object } }, entity: object, replaced: Row): Row {
  const values = entity as Row;
  return Object.fromEntries(
    Object.keys(schema.meta.properties).map((name) => [name, name in replaced ? replaced[name] : values[name]]),
  );
}

export async function insertRows<Entity extends object>(
  session: Session,
  entity: EntityName<Entity>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length > 0) await session.manager.insertMany(entity, [...rows] as unknown as RequiredEntityData<Entity>[]);
}

/** False when the key is taken. Asks by `on conflict`, since a violated key would end the transaction. */
export async function insertUnlessTaken<Entity extends object>(
  session: Session,
  entity: EntityName<Entity>,
  row: Row,
): Promise<boolean> {
  const builder = session.manager
    .createQueryBuilder(entity)
    .insert(row as unknown as RequiredEntityData<Entity>)
    .onConflict()
    .ignore();
  const { affectedRows } = await builder.execute<{ affectedRows: number }>('run');
  return affectedRows === 1;
}

/** Replaces a row whose version is still the expected one; ETAG_MISMATCH or NOT_FOUND otherwise. */
export async function updateVersion<Entity extends { version: number }>(
  session: Session,
  entity: EntityName<Entity>,
  key: FilterQuery<Entity>,
  row: Row,
  expectedVersion: number,
  name: string,
): Promise<void> {
  const where = { $and: [key, { version: expectedVersion }] } as FilterQuery<Entity>;
  const changed = await session.manager.nativeUpdate(entity, where, {
    ...row,
    version: expectedVersion + 1,
  } as unknown as EntityData<Entity>);
  if (changed === 1) return;
  if ((await session.manager.count(entity, key)) === 0) throw new Fault('NOT_FOUND', `${name} was not found`, { name });
  throw new Fault('ETAG_MISMATCH', `${name} was changed meanwhile; read it again`, {
    name,
    expected: String(expectedVersion),
  });
}

export function taken(name: string): Fault {
  return new Fault('ALREADY_EXISTS', `${name} exists already`, { name });
}
