/** The kinds of column that the schemas use, each with the one way that it is stored. */
import { defineEntity } from '@mikro-orm/core';

import { DecimalColumn } from './decimal-column.ts';
import { Float64Column } from './float64-column.ts';

const columns = defineEntity.properties;

/** Every table starts with the tenant, and every key with it. */
export const tenant = () => columns.text().primary();
export const key = () => columns.text().primary();
export const numberedKey = () => columns.integer().primary().autoincrement(false);
export const bigKey = () => columns.bigint('number').primary().autoincrement(false);

export const text = () => columns.text();
export const integer = () => columns.integer();
export const big = () => columns.bigint('number');
export const flag = () => columns.boolean();
export const real = () => columns.double();
export const decimal = () => columns.type(DecimalColumn);
export const float64 = () => columns.type(Float64Column);
export const json = () => columns.json();
export const bytes = () => columns.blob();
/** Calendar dates stay text; the ORM must not make instants of them. */
export const date = () => columns.date();
/** Milliseconds, which is all that a `Date` holds. */
export const instant = () => columns.datetime(3).columnType('timestamptz(3)');

export interface Check {
  readonly name: string;
  readonly expression: string;
}

/** `numeric` takes NaN, and NaN passes `>= 0` because it sorts above every number; so each column refuses it by name. */
export function notNaN(table: string, ...names: string[]): Check[] {
  return names.map((name) => ({ name: `${table}_${name}_not_nan`, expression: `${name} <> 'NaN'::numeric` }));
}

/** NaN sorts above infinity: both ends are needed, and enough. */
export function finite(table: string, ...names: string[]): Check[] {
  return names.map((name) => ({
    name: `${table}_${name}_finite`,
    expression: `${name} > '-Infinity'::double precision AND ${name} < 'Infinity'::double precision`,
  }));
}

export function oneOf(table: string, name: string, values: readonly string[]): Check {
  return {
    name: `${table}_${name}_known`,
    expression: `${name} = ANY (ARRAY[${values.map((value) => `'${value}'::text`).join(', ')}])`,
  };
}

export function holds(table: string, rule: string, expression: string): Check {
  return { name: `${table}_${rule}`, expression };
}
