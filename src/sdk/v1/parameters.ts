/** Parameters that strategies share, and what is wrong with them. */
import type { Universe } from '../../problem/universe.ts';
import type { Violation } from '../../values/fault.ts';
import type { JsonSchema } from '../../values/json.ts';

/** `invested`: how much is held in assets together. */
export const investedSchema: JsonSchema = {
  type: 'number',
  exclusiveMinimum: 0,
  maximum: 10,
  default: 1,
  description: 'Fraction of net asset value held in assets together; the rest is cash.',
};

/** `returnMin`: see `returnFloorsOf`. */
export const returnMinSchema: JsonSchema = {
  type: 'number',
  minimum: -1,
  maximum: 100,
  description: 'Least expected annual return of the whole portfolio, its cash included, as a fraction: 0.08 is 8 %.',
};

/** More names are not listed in one sentence. */
const listedMax = 10;

/** `a, b, c and 7 more` */
export function listed(names: readonly string[]): string {
  const more = names.length - listedMax;
  return more > 0 ? `${names.slice(0, listedMax).join(', ')} and ${more} more` : names.join(', ');
}

/** One violation for each id that is no asset of the universe; `fieldOf` says where it stands, below the parameters. */
export function unknownAssets(
  ids: readonly string[],
  { assets }: Universe,
  fieldOf: (id: string, index: number) => string,
): readonly Violation[] {
  const known = new Set(assets.map(({ id }) => id));
  return ids.flatMap((id, index) =>
    known.has(id) ? [] : [{ field: fieldOf(id, index), description: `asset ${id} is not in the universe` }],
  );
}
