/** Lists over arrays with the semantics of the stores: conditions, order with the id last, pages by key. */
import type { ListQuery, Page } from '../../src/values/listing.ts';

export type Keys = Readonly<Record<string, string>>;

/** `keysOf` gives the comparable text of each field that may be filtered or ordered; `id` is among them. */
export function pageOf<Row>(rows: readonly Row[], query: ListQuery, keysOf: (row: Row) => Keys): Page<Row> {
  const order = [...query.order, { field: 'id', descending: query.order[0]?.descending ?? false }];
  const keysIn = (row: Row): string[] => order.map(({ field }) => keysOf(row)[field] ?? '');
  const compare = (one: readonly string[], other: readonly string[]): number => {
    for (const [position, { descending }] of order.entries()) {
      const a = one[position] ?? '';
      const b = other[position] ?? '';
      if (a !== b) return a < b === descending ? 1 : -1;
    }
    return 0;
  };
  const matching = rows.filter((row) =>
    query.conditions.every(({ field, operator, value }) => {
      const actual = keysOf(row)[field] ?? '';
      return operator === '=' ? actual === value : actual.toLowerCase().includes(value.toLowerCase());
    }),
  );
  const { after } = query;
  const sorted = matching
    .filter((row) => after === undefined || compare(keysIn(row), after) > 0)
    .sort((one, other) => compare(keysIn(one), keysIn(other)));
  const page = sorted.slice(0, query.limit);
  const last = page.at(-1);
  return sorted.length > page.length && last !== undefined ? { rows: page, next: keysIn(last) } : { rows: page };
}
