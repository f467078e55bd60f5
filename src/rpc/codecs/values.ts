/** Codecs of what several services share: times, JSON, money, enums, resource names. */
import type { Timestamp } from '../../gen/google/protobuf/timestamp.ts';
import type { Money } from '../../gen/veritasvault/portfolio/v1/values.ts';
import type { Decimal } from '../../values/decimal.ts';
import { decimalText } from '../../values/decimal.ts';
import type { Violation } from '../../values/fault.ts';
import { refuse } from '../../values/fault.ts';
import type { Json, JsonObject } from '../../values/json.ts';
import { idsIn, readName } from '../../values/resource-name.ts';

export function timestampTo(instant: Date): Timestamp {
  const ms = instant.getTime();
  const seconds = Math.floor(ms / 1000);
  return { seconds: BigInt(seconds), nanos: (ms - seconds * 1000) * 1_000_000 };
}

export function optionalTimestampTo(instant: Date | null | undefined): Timestamp | undefined {
  return instant === null || instant === undefined ? undefined : timestampTo(instant);
}

const earliestSeconds = -62_135_596_800n;
const latestSeconds = 253_402_300_799n;

/** To the millisecond, later digits dropped. Reports a time outside of the years 1 to 9999. */
export function instantFrom(
  timestamp: Timestamp | undefined,
  field: string,
  violations: Violation[],
): Date | undefined {
  if (timestamp === undefined) return undefined;
  const { seconds, nanos } = timestamp;
  if (seconds < earliestSeconds || seconds > latestSeconds || nanos < 0 || nanos > 999_999_999) {
    violations.push({
      field,
      description: 'must be a time from the year 1 to 9999 with nanoseconds from 0 to 999999999',
    });
    return undefined;
  }
  return new Date(Number(seconds) * 1000 + Math.floor(nanos / 1_000_000));
}

/** A Struct as JSON; a value without a kind is null. */
function jsonFrom(value: unknown): Json {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(jsonFrom);
  if (typeof value === 'object') return jsonObjectFrom(value as Readonly<Record<string, unknown>>);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new TypeError(`a Struct cannot hold a ${typeof value}`);
}

export function jsonObjectFrom(struct: Readonly<Record<string, unknown>> | undefined): JsonObject {
  return Object.fromEntries(Object.entries(struct ?? {}).map(([key, value]) => [key, jsonFrom(value)]));
}

export function structTo(json: JsonObject): Record<string, unknown> {
  return json;
}

export function moneyTo(currencyCode: string, amount: Decimal): Money {
  return { currencyCode, amount: decimalText(amount) };
}

/** A closed set on the wire and in the domain. `from` reports a number that this server does not know; 0 is undefined. */
export interface EnumCodec<Literal extends string, Wire extends number> {
  from(wire: Wire, field: string, violations: Violation[]): Literal | undefined;
  to(literal: Literal): Wire;
  /** Reads a name in a filter: the literal, or the name on the wire with or without its prefix. */
  fromName(name: string): Literal | undefined;
  readonly names: string;
}

/** `table` is exhaustive by type; names on the wire are the prefix and the literal in capitals. */
export function enumCodec<Literal extends string, Wire extends number>(
  prefix: string,
  table: Readonly<Record<Literal, Wire>>,
): EnumCodec<Literal, Wire> {
  const literals = Object.keys(table) as Literal[];
  const byNumber = new Map<number, Literal>(literals.map((literal) => [table[literal], literal]));
  const capitals = (literal: string): string => literal.toUpperCase().replaceAll(/[- ]/g, '_');
  const byName = new Map(literals.map((literal) => [capitals(literal), literal]));
  return {
    from: (wire, field, violations) => {
      const number: number = wire;
      if (number === 0) return undefined;
      const literal = byNumber.get(number);
      if (literal === undefined) violations.push({ field, description: `unknown value ${String(number)}` });
      return literal;
    },
    to: (literal) => table[literal],
    fromName: (name) => byName.get(capitals(name).replace(prefix, '')),
    names: literals.map(capitals).join(', '),
  };
}

/** The ids of a resource name; throws ID_INVALID when it is none. */
export function idsOf(name: string, collections: readonly string[], field = 'name'): readonly string[] {
  const violations: Violation[] = [];
  const ids = readName(name, collections, field, violations);
  refuse(violations);
  return ids;
}

export function portfolioIdOf(name: string, field = 'name'): string {
  return idsOf(name, ['portfolios'], field)[0] ?? '';
}

/** A reference in a filter, `assets/x` or its bare id, as the stored id. */
export const idInFilter =
  (collections: readonly string[]) =>
  (text: string): string =>
    idsIn(text, collections)?.at(-1) ?? text;

/** Only the properties that are there: `exactOptionalPropertyTypes` tells absent from undefined. */
export function present<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };
}
