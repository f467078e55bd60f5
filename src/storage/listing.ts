import { decimalProblem } from '../values/decimal.ts';
import { Fault, type Violation } from '../values/fault.ts';
import type { ListQuery, Page } from '../values/listing.ts';
import type { Session, Value } from './session.ts';

export interface ListedField {
  /** SQL that is never null. */
  readonly expression: string;
  readonly type: 'text' | 'integer' | 'decimal' | 'instant' | 'date' | 'flag';
}

export interface Listed {
  readonly table: string;
  /** Last key: unique among the rows that `within` leaves. */
  readonly id: ListedField;
  /** By the property's name. */
  readonly fields: Readonly<Record<string, ListedField>>;
  /** Equalities that hold for every row of the list, by column. */
  readonly within: Readonly<Record<string, string>>;
  /** More SQL conditions without parameters. */
  readonly conditions?: readonly string[];
}

export const textField = (expression: string): ListedField => ({ expression, type: 'text' });
export const instantField = (expression: string): ListedField => ({ expression, type: 'instant' });
export const integerField = (expression: string): ListedField => ({ expression, type: 'integer' });

const casts = {
  text: 'text',
  integer: 'bigint',
  decimal: 'numeric',
  instant: 'timestamptz',
  date: 'date',
  flag: 'boolean',
} as const;

/** Why the text is no value of the type, or undefined. The database would refuse it too, but with the transaction. */
function problem(type: ListedField['type'], text: string): string | undefined {
  switch (type) {
    case 'text':
      return text.includes('\0') ? 'must not hold the character U+0000' : undefined;
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? undefined : 'must be an integer';
    case 'decimal':
      return decimalProblem(text);
    case 'instant':
      return /^\d{4}-\d{2}-\d{2}[T ][\d:.]+(?:Z|[+-]\d{2}(?::?\d{2})?)$/.test(text) &&
        !Number.isNaN(Date.parse(instantText(text)))
        ? undefined
        : 'must be a time like 2026-01-31T09:30:00Z';
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
        ? undefined
        : 'must be a date like 2026-01-31';
    case 'flag':
      return text === 'true' || text === 'false' ? undefined : 'must be true or false';
  }
}

/** PostgreSQL writes `+00` where JavaScript wants `+00:00`. */
function instantText(text: string): string {
  return text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00');
}

function fieldOf(listed: Listed, name: string): ListedField | undefined {
  if (name === 'id') return listed.id;
  return Object.hasOwn(listed.fields, name) ? listed.fields[name] : undefined;
}

class Where {
  readonly conditions: string[] = [];
  readonly parameters: Value[] = [];

  add(condition: string, ...parameters: Value[]): void {
    this.conditions.push(condition);
    this.parameters.push(...parameters);
  }
}

function addConditions(where: Where, listed: Listed, query: ListQuery, violations: Violation[]): void {
  for (const { field: name, operator, value } of query.conditions) {
    const field = fieldOf(listed, name);
    if (field === undefined) {
      violations.push({
        field: 'filter',
        description: `cannot filter by ${JSON.stringify(name)}; known: ${known(listed)}`,
      });
      continue;
    }
    if (operator === ':' && field.type !== 'text') {
      violations.push({ field: 'filter', description: `${name} is no text; use = instead of :` });
      continue;
    }
    const wrong = problem(field.type, value);
    if (wrong !== undefined) violations.push({ field: 'filter', description: `${name} ${wrong}` });
    else if (operator === ':') where.add(`lower(${field.expression}) like lower(?) escape '!'`, `%${escaped(value)}%`);
    else where.add(`${field.expression} = ?::${casts[field.type]}`, value);
  }
}

/** The wildcards of LIKE as themselves. */
function escaped(text: string): string {
  return text.replace(/[!%_]/g, '!$&');
}

function known(listed: Listed): string {
  return ['id', ...Object.keys(listed.fields)].join(', ');
}

interface Order {
  readonly field: ListedField;
  readonly descending: boolean;
}

function ordersOf(listed: Listed, query: ListQuery, violations: Violation[]): Order[] {
  const orders: Order[] = [];
  for (const { field: name, descending } of query.order) {
    const field = fieldOf(listed, name);
    if (field !== undefined) orders.push({ field, descending });
    else
      violations.push({
        field: 'order_by',
        description: `cannot order by ${JSON.stringify(name)}; known: ${known(listed)}`,
      });
  }
  // In the direction of the first key, so that an index over both can be read from either end.
  return [...orders, { field: listed.id, descending: orders[0]?.descending ?? false }];
}

/** Rows behind the last one of the page before, key by key, each in its own direction. */
function addAfter(where: Where, orders: readonly Order[], after: readonly string[]): void {
  if (after.length !== orders.length || orders.some(({ field }, k) => problem(field.type, after[k]!) !== undefined)) {
    throw new Fault('PAGE_TOKEN_INVALID', 'the page token does not belong to this list and order');
  }
  const alternatives: string[] = [];
  const parameters: string[] = [];
  orders.forEach(({ field, descending }, k) => {
    const equal = orders.slice(0, k).map((order) => `${order.field.expression} = ?::${casts[order.field.type]}`);
    alternatives.push(
      `(${[...equal, `${field.expression} ${descending ? '<' : '>'} ?::${casts[field.type]}`].join(' and ')})`,
    );
    parameters.push(...after.slice(0, k + 1));
  });
  where.add(`(${alternatives.join(' or ')})`, ...parameters);
}

/**
 * Ids of one page and the keys to continue after. No offsets: rows that come or go meanwhile neither repeat nor hide others. Every problem
 * with the filter and the order is told at once.
 */
export async function pageOfIds(session: Session, listed: Listed, query: ListQuery): Promise<Page<string>> {
  const where = new Where();
  for (const [column, value] of Object.entries(listed.within)) where.add(`${column} = ?`, value);
  for (const condition of listed.conditions ?? []) where.add(condition);
  const violations: Violation[] = [];
  addConditions(where, listed, query, violations);
  const orders = ordersOf(listed, query, violations);
  const fault = Fault.fromViolations(violations);
  if (fault !== undefined) throw fault;
  if (query.after !== undefined) addAfter(where, orders, query.after);

  const keys = orders.map(({ field }, k) => `${field.expression}::text as key${k}`).join(', ');
  const order = orders.map(({ field, descending }) => `${field.expression}${descending ? ' desc' : ''}`).join(', ');
  const limit = Math.max(0, Math.trunc(query.limit));
  const found = await session.rows<Record<string, string>>(
    `select ${keys} from ${listed.table} where ${where.conditions.join(' and ')} order by ${order} limit ${limit + 1}`,
    where.parameters,
  );
  const last = orders.length - 1;
  const rows = found.slice(0, limit);
  const ids = rows.map((row) => row[`key${last}`]!);
  const end = rows.at(-1);
  return found.length > limit && end !== undefined
    ? { rows: ids, next: orders.map((_order, k) => end[`key${k}`]!) }
    : { rows: ids };
}

/** The page with each id replaced by its row, in the order of the page. */
export function pageOf<Row>(page: Page<string>, rows: readonly Row[], idOf: (row: Row) => string): Page<Row> {
  const byId = new Map(rows.map((row) => [idOf(row), row]));
  const ordered = page.rows.flatMap((id) => byId.get(id) ?? []);
  return page.next === undefined ? { rows: ordered } : { rows: ordered, next: page.next };
}
