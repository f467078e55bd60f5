import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import { positionsById } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { amongKnown } from './nearest-name.ts';
import { admitNumber, fieldOf, fractionOfValue, invalid, measured, percent } from './range.ts';

/** Costs per unit of value traded; missing ones are 0. */
type Rates = { readonly rate?: number; readonly halfSpread?: number; readonly buy?: number; readonly sell?: number };

export type TradingCostParameters = {
  readonly max: number;
  readonly all?: Rates;
  readonly assets?: Readonly<Record<string, Rates>>;
};

const rateNames = ['rate', 'halfSpread', 'buy', 'sell'] as const;

/** Nothing costs more than its value to trade; larger numbers are percentages or basis points that lost their unit. */
const rateMax = 1;

function ratesOf({ all, assets }: TradingCostParameters, id: string): Required<Rates> {
  const own = assets !== undefined && Object.hasOwn(assets, id) ? assets[id] : undefined;
  return { rate: 0, halfSpread: 0, buy: 0, sell: 0, ...all, ...own };
}

const textOf = ({ max }: TradingCostParameters): string => `cost of trading at most ${percent(max)}`;

function admitRates(rates: Rates, field: string): Violation[] {
  return rateNames.flatMap((name) => {
    const value = rates[name];
    if (value === undefined || (value >= 0 && value <= rateMax)) return [];
    const wanted = 'must be a fraction of the value traded from 0 to 1, 0.001 for 10 basis points';
    return [invalid(`${field}.${name}`, `${wanted}; got ${String(value)}`)];
  });
}

function admitParameters({ max, all, assets = {} }: TradingCostParameters): Violation[] {
  const violations = admitNumber(max, 'max', 'fraction');
  if (max < 0) violations.push(invalid('max', `must not be negative; got ${String(max)}`));
  if (all !== undefined) violations.push(...admitRates(all, 'all'));
  for (const [id, rates] of Object.entries(assets)) violations.push(...admitRates(rates, fieldOf('assets', id)));
  const stated = [all, ...Object.values(assets)].flatMap((rates) => Object.values(rates ?? {}));
  if (!stated.some((value) => value !== 0))
    violations.push(invalid('', 'needs a cost other than 0, for all or for assets'));
  return violations;
}

function admit(parameters: TradingCostParameters, { universe }: Situation): readonly Violation[] {
  const positions = positionsById(universe);
  const unknown = Object.keys(parameters.assets ?? {}).filter((id) => !positions.has(id));
  return [
    ...admitParameters(parameters),
    ...unknown.map((id) =>
      invalid(fieldOf('assets', id), `no asset has this id${amongKnown(id, [...positions.keys()])}`),
    ),
  ];
}

function ratesSchema(of: string): JsonSchema<Rates> {
  const rateSchema = (title: string, description: string): JsonSchema => ({
    type: 'number',
    title,
    description: `${description} Fraction of the value traded: 0.001 for 10 basis points.`,
  });
  return {
    type: 'object',
    title: `Costs of ${of}`,
    properties: {
      rate: rateSchema('Rate', 'Commission and fees, on purchases and sales.'),
      halfSpread: rateSchema('Half spread', 'Half of the distance between bid and ask, on purchases and sales.'),
      buy: rateSchema('On purchases', 'What purchases cost besides, such as stamp duty.'),
      sell: rateSchema('On sales', 'What sales cost besides, such as a levy.'),
    },
    additionalProperties: false,
    minProperties: 1,
  };
}

/** sum_i (c_i + h_i + b_i) (w_i - w0_i)+ + (c_i + h_i + s_i) (w0_i - w_i)+ <= max; w0 the current weights. */
export const tradingCost: ConstraintHandler<TradingCostParameters> = {
  type: 'trading-cost',
  title: 'Trading cost budget',
  description:
    'Cost of going from the current weights to the new ones, as a fraction of net asset value: the sum over assets of the value bought times (rate + halfSpread + buy) and of the value sold times ' +
    '(rate + halfSpread + sell). `all` holds for every asset; the costs that `assets` states for an asset take the place of those of `all`. Linear: impact that grows with the size of a trade is not in it, ' +
    'and what a strategy itself takes off the return for trading is apart. Cash is traded without cost.',
  version: '1.0.0',
  references: ['Boyd et al. (2017), Multi-Period Trading via Convex Optimization, 2.3 (half spread and linear cost)'],
  schema: {
    type: 'object',
    title: 'Trading cost budget',
    properties: {
      max: {
        type: 'number',
        title: 'Maximum',
        description: 'Fraction of net asset value, >= 0: 0.002 for 20 basis points.',
      },
      all: ratesSchema('every asset'),
      assets: {
        type: 'object',
        title: 'By asset',
        description: 'Asset id -> costs.',
        additionalProperties: ratesSchema('the asset'),
      },
    },
    required: ['max'],
    additionalProperties: false,
    examples: [
      { max: 0.0005, all: { rate: 0.0005, halfSpread: 0.0005 }, assets: { SHLD: { halfSpread: 0.004, sell: 0.001 } } },
    ],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters,
  admit,
  lower(parameters, { universe, current }, origin) {
    const rates = universe.assets.map(({ id }) => ratesOf(parameters, id));
    return {
      tradeLimits: [
        {
          centre: current,
          buyRate: Float64Array.from(rates, ({ rate, halfSpread, buy }) => rate + halfSpread + buy),
          sellRate: Float64Array.from(rates, ({ rate, halfSpread, sell }) => rate + halfSpread + sell),
          bound: parameters.max,
          origin: origin(textOf(parameters)),
        },
      ],
    };
  },
  check(parameters, holdings, { universe, current }) {
    let cost = 0;
    for (const [position, { id }] of universe.assets.entries()) {
      const trade = holdings.weights[position]! - current[position]!;
      const { rate, halfSpread, buy, sell } = ratesOf(parameters, id);
      cost += Math.abs(trade) * (rate + halfSpread + (trade > 0 ? buy : sell));
    }
    return [measured(textOf(parameters), cost, { max: parameters.max }, fractionOfValue)];
  },
};
