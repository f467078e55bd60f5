/**
 * List requests: page size, filter, order and page token, every problem at once. A page token is opaque and holds the keys of the last row
 * and a fingerprint of the request that it belongs to; with another filter, order, parent or method it is refused (AIP-158).
 */
import { createHash } from 'node:crypto';

import { Fault, refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import type { Condition, ListQuery, OrderBy, Page } from '../values/listing.ts';
import { canonicalText } from './digest.ts';
import { parseFilter } from './filter.ts';
import type { FilterField } from './filter.ts';

export interface ListRequest {
  readonly pageSize: number;
  readonly pageToken: string;
  readonly filter?: string;
  readonly orderBy?: string;
}

export interface ListRules {
  /** Name of the method, part of the fingerprint. */
  readonly method: string;
  readonly sizeMax?: number;
  readonly sizeDefault?: number;
  /** Fields of `filter` by their name in the proto. */
  readonly filters?: Readonly<Record<string, FilterField>>;
  /** Fields of `order_by` by their name in the proto, and the property that each stands for. */
  readonly orders?: Readonly<Record<string, string>>;
  /** The order when none is asked for. */
  readonly order?: readonly OrderBy[];
}

export interface Listing {
  readonly query: ListQuery;
  /** The token of the page after this one, empty at the end. */
  next(page: Page<unknown>): string;
}

/** Reads a list request. `violations` holds what was found before; throws when there is any. */
export function listing<Request extends ListRequest>(
  request: Request,
  rules: ListRules,
  violations: Violation[] = [],
): Listing {
  const limit = readSize(request.pageSize, rules, violations);
  const conditions: readonly Condition[] = parseFilter(request.filter ?? '', rules.filters ?? {}, violations);
  const order = readOrder(request.orderBy ?? '', rules, violations);
  const print = fingerprint(request, rules.method);
  refuse(violations);
  const after = request.pageToken === '' ? undefined : keysOf(request.pageToken, print);
  return {
    query: { conditions, order, limit, ...(after === undefined ? {} : { after }) },
    next: (page) => (page.next === undefined ? '' : tokenOf(page.next, print)),
  };
}

/** The messages of a page and the token of the next. */
export async function pageTo<Row, Message>(
  page: Listing,
  rows: Promise<Page<Row>>,
  to: (row: Row) => Message,
): Promise<{ readonly rows: Message[]; readonly nextPageToken: string }> {
  const found = await rows;
  return { rows: found.rows.map((row) => to(row)), nextPageToken: page.next(found) };
}

function readSize(size: number, { sizeMax = 1000, sizeDefault = 50 }: ListRules, violations: Violation[]): number {
  if (size === 0) return sizeDefault;
  if (size >= 1 && size <= sizeMax) return size;
  violations.push({
    field: 'page_size',
    description: `must be 1 to ${String(sizeMax)}, or 0 for ${String(sizeDefault)}; got ${String(size)}`,
  });
  return sizeDefault;
}

function readOrder(text: string, { orders = {}, order = [] }: ListRules, violations: Violation[]): readonly OrderBy[] {
  if (text.trim() === '') return order;
  const known = Object.keys(orders);
  const read: OrderBy[] = [];
  for (const part of text.split(',')) {
    const [name = '', direction, ...rest] = part.trim().split(/\s+/);
    const property = Object.hasOwn(orders, name) ? orders[name] : undefined;
    const described = direction === undefined || direction === 'asc' || direction === 'desc';
    if (property === undefined || !described || rest.length > 0) {
      const names = known.length === 0 ? 'none is' : `${known.join(', ')} are`;
      violations.push({
        field: 'order_by',
        description: `cannot be read at ${JSON.stringify(part.trim().slice(0, 60))}; ${names} known, each with optional " desc"`,
      });
    } else if (read.some(({ field }) => field === property)) {
      violations.push({ field: 'order_by', description: `names ${name} twice` });
    } else read.push({ field: property, descending: direction === 'desc' });
  }
  return read;
}

/** Over everything in the request but the size and the token. */
function fingerprint(request: ListRequest, method: string): string {
  const rest = Object.entries(request).filter(([key]) => key !== 'pageSize' && key !== 'pageToken');
  const text = canonicalText([method, Object.fromEntries(rest)]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

function tokenOf(keys: readonly string[], print: string): string {
  return Buffer.from(JSON.stringify([1, print, ...keys])).toString('base64url');
}

function keysOf(token: string, print: string): readonly string[] {
  const parts = token.length > 4000 ? undefined : tokenParts(token);
  if (parts === undefined) throw tokenFault('is damaged');
  const [, itsPrint, ...keys] = parts;
  if (itsPrint !== print) throw tokenFault('belongs to another request: only page_size may change between pages');
  return keys.map(String);
}

function tokenParts(token: string): readonly unknown[] | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(token)) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    const sound =
      Array.isArray(parts) &&
      parts.length >= 3 &&
      parts[0] === 1 &&
      parts.slice(1).every((part) => typeof part === 'string');
    return sound ? (parts as readonly unknown[]) : undefined;
  } catch {
    return undefined;
  }
}

function tokenFault(problem: string): Fault {
  return new Fault('PAGE_TOKEN_INVALID', `page_token ${problem}`, {}, [{ field: 'page_token', description: problem }]);
}
