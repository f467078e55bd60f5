/** The least size of each asset that has one: as a weight or in money for all that are meant, or its own. */
import type { Situation } from '../problem/situation.ts';
import { positionsById } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { admitMembers, membersSchema } from './members.ts';
import { admitMoney, admitMoneyIn, fractionOfMoney, moneySchema } from './money-amount.ts';
import type { MoneyAmount } from './money-amount.ts';
import { amongKnown } from './nearest-name.ts';
import { admitNumber, fieldOf, invalid, percent } from './range.ts';
import { meantBy } from './selection.ts';
import type { Selection } from './selection.ts';

export type LeastSizeParameters = {
  readonly min?: number;
  readonly value?: MoneyAmount;
  readonly of?: Selection;
  readonly assets?: Readonly<Record<string, number>>;
};

export interface LeastSize {
  readonly position: number;
  /** Above 0, fraction of net asset value. */
  readonly least: number;
  /** `5 %`, `10000 EUR (0.1 %)`. */
  readonly text: string;
}

/** By position, ascending. `assets` stands for `min` and `value` in the assets that it names; elsewhere the larger of the two holds. */
export function leastSizes(
  { min = 0, value, of, assets = {} }: LeastSizeParameters,
  situation: Situation,
): readonly LeastSize[] {
  const isMeant = of === undefined ? (): boolean => true : meantBy(of);
  const money = value === undefined ? 0 : fractionOfMoney(value, situation);
  return situation.universe.assets.flatMap((asset, position) => {
    const own = Object.hasOwn(assets, asset.id) ? assets[asset.id] : undefined;
    const least = own ?? (isMeant(asset) ? Math.max(min, money) : 0);
    if (least === 0) return [];
    const isMoney = own === undefined && value !== undefined && money > min;
    const text = isMoney ? `${value.amount} ${value.currency} (${percent(money)})` : percent(least);
    return [{ position, least, text }];
  });
}

export function admitLeastSizes({ min, value, of, assets }: LeastSizeParameters): Violation[] {
  const violations: Violation[] = [];
  const own = Object.entries(assets ?? {});
  if (min === undefined && value === undefined) {
    if (own.length === 0) violations.push(invalid('', 'needs a least size: min, value or assets'));
    else if (of !== undefined) violations.push(invalid('of', 'needs min or value, whose assets it names'));
  }
  if (min !== undefined) {
    violations.push(...admitNumber(min, 'min', 'fraction'));
    if (!(min > 0)) violations.push(invalid('min', `must be above 0; got ${String(min)}`));
  }
  if (value !== undefined) violations.push(...admitMoney(value, 'value'));
  for (const [id, least] of own) {
    const field = fieldOf('assets', id);
    violations.push(...admitNumber(least, field, 'fraction'));
    if (!(least >= 0)) violations.push(invalid(field, `must be above 0, or 0 for none; got ${String(least)}`));
  }
  return violations;
}

/** All of it: the parameters by themselves, and beside the universe and the net asset value. */
export function admitLeastSizesIn(parameters: LeastSizeParameters, situation: Situation): readonly Violation[] {
  const { value, of, assets = {} } = parameters;
  const positions = positionsById(situation.universe);
  const unknown = Object.keys(assets).filter((id) => !positions.has(id));
  return [
    ...admitLeastSizes(parameters),
    ...(value === undefined || admitMoney(value, '').length > 0 ? [] : admitMoneyIn(value, 'value', situation)),
    ...admitMembers(of, situation),
    ...unknown.map((id) =>
      invalid(fieldOf('assets', id), `no asset has this id${amongKnown(id, [...positions.keys()])}`),
    ),
  ];
}

export const leastSizeProperties: Readonly<Record<keyof LeastSizeParameters, JsonSchema>> = {
  min: { type: 'number', title: 'Minimum', description: 'Fraction of net asset value, above 0: 0.01 for 1 %.' },
  value: moneySchema(
    'Value',
    'The same in money, divided by the net asset value; where min is stated too the larger of the two holds.',
  ),
  of: { ...membersSchema, description: `${membersSchema.description ?? ''} Of min and value alone.` },
  assets: {
    type: 'object',
    title: 'Assets',
    description: 'Asset id -> its own least size instead of min and value, fraction of net asset value; 0 for none.',
    additionalProperties: { type: 'number', description: 'Fraction of net asset value, at least 0.' },
    minProperties: 1,
  },
};
