/** An amount of money as a fraction of the portfolio's net asset value, which must be stated in the same currency. */
import type { Situation } from '../problem/situation.ts';
import { currencyProblem, isCurrency } from '../values/currency.ts';
import { decimalOf, decimalText } from '../values/decimal.ts';
import type { Violation } from '../values/fault.ts';
import { readPositive } from '../values/fields.ts';
import type { JsonSchema } from '../values/json.ts';
import { fractionMax, invalid, percent } from './range.ts';

/** `amount` is a decimal text above 0. */
export type MoneyAmount = { readonly amount: string; readonly currency: string };

export function moneySchema(title: string, description: string): JsonSchema<MoneyAmount> {
  return {
    type: 'object',
    title,
    description,
    properties: {
      amount: { type: 'string', title: 'Amount', description: 'Decimal text above 0: "10000", "2500.50".' },
      currency: {
        type: 'string',
        title: 'Currency',
        description: 'ISO 4217 code: that of the net asset value; nothing is converted.',
      },
    },
    required: ['amount', 'currency'],
    additionalProperties: false,
  };
}

/** What is wrong with the amount by itself. */
export function admitMoney({ amount, currency }: MoneyAmount, field: string): Violation[] {
  const violations: Violation[] = [];
  readPositive(amount, `${field}.amount`, violations);
  if (!isCurrency(currency)) violations.push(invalid(`${field}.currency`, `${currencyProblem}; got ${currency}`));
  return violations;
}

/** What is wrong with the amount beside the net asset value; for amounts that are right by themselves. */
export function admitMoneyIn(money: MoneyAmount, field: string, { netAssetValue }: Situation): Violation[] {
  if (netAssetValue === undefined)
    return [invalid(field, 'needs the net asset value of the portfolio, which is not known; state it, or a fraction')];
  const { amount, currency } = netAssetValue;
  const total = `${decimalText(decimalOf(amount))} ${currency}`;
  if (money.currency !== currency)
    return [
      invalid(`${field}.currency`, `must be ${currency}, as the net asset value of ${total} is; got ${money.currency}`),
    ];
  if (!(Number(amount) > 0)) return [invalid(field, `the net asset value is ${total}; it must be above 0`)];
  const fraction = Number(money.amount) / Number(amount);
  if (fraction <= fractionMax) return [];
  const most = percent(fractionMax);
  return [
    invalid(`${field}.amount`, `is ${percent(fraction)} of the net asset value of ${total}; at most ${most} is taken`),
  ];
}

/** For amounts that are admitted. */
export function fractionOfMoney({ amount }: MoneyAmount, { netAssetValue }: Situation): number {
  return Number(amount) / Number(netAssetValue?.amount);
}
