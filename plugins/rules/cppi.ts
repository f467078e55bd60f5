import type { JsonObject, JsonSchema, Situation, Violation } from '@veritasvault/portfolio/sdk/v1';

import { bySchema, insideFaults, insideSchema, lineFaults, linesOf, spread } from './lines.ts';
import type { Line, LineChoice } from './lines.ts';
import { defineRule, nearestInWords } from './nearest.ts';

interface Cppi extends LineChoice {
  readonly risky: readonly string[];
  readonly safe?: readonly string[];
  readonly multiplier: number;
  readonly floorFraction?: number;
  readonly floorValue?: number;
  readonly portfolioValue?: number;
  readonly exposureMax?: number;
  readonly exposureMin?: number;
}

const names: JsonSchema = { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } };

export const cppi = defineRule<Cppi>({
  id: 'cppi',
  title: 'Constant-proportion portfolio insurance',
  description: `With floor f as a fraction of the current net asset value, the cushion is 1 - f and the exposure multiplier x cushion, between exposureMin and exposureMax and 0 when the floor is at or above the value. The risky assets get the exposure, the safe ones max(0, 1 - exposure), each side in the proportions that "inside" names over all of its assets together; without safe assets that part is cash, and an exposure above 1 is borrowed. Assets on neither side have weight 0. The floor may be stated in money, next to the portfolio's value at the same moment. ${nearestInWords}`,
  references: [
    'Black, F., Jones, R. (1987). Simplifying Portfolio Insurance. Journal of Portfolio Management 14(1), 48-51.',
    'Perold, A. F., Sharpe, W. F. (1988). Dynamic Strategies for Asset Allocation. Financial Analysts Journal 44(1), 16-27.',
    'Black, F., Perold, A. F. (1992). Theory of Constant Proportion Portfolio Insurance. Journal of Economic Dynamics and Control 16, 403-426.',
  ],
  parameters: {
    type: 'object',
    required: ['risky', 'multiplier'],
    additionalProperties: false,
    properties: {
      risky: { ...names, description: 'Names of what may lose, as `by` reads them.' },
      safe: { ...names, description: 'Names of what must not lose; cash when absent.' },
      by: bySchema,
      inside: insideSchema,
      multiplier: {
        type: 'number',
        minimum: 0,
        maximum: 100,
        description:
          'Exposure per unit of cushion: 1 buys and holds, above 1 buys as the market rises; a fall of 1 / multiplier between two runs reaches the floor.',
      },
      floorFraction: {
        type: 'number',
        minimum: 0,
        description: 'Floor as a fraction of the current net asset value. Either this or `floorValue`.',
      },
      floorValue: {
        type: 'number',
        minimum: 0,
        description: 'Floor in money, today: discounted when it is due later.',
      },
      portfolioValue: {
        type: 'number',
        exclusiveMinimum: 0,
        description:
          'Net asset value in the same money, at the time of the current weights. Required with `floorValue`.',
      },
      exposureMax: {
        type: 'number',
        minimum: 0,
        maximum: 10,
        default: 1,
        description: 'Largest exposure, a fraction of net asset value.',
      },
      exposureMin: {
        type: 'number',
        minimum: 0,
        maximum: 10,
        default: 0,
        description:
          'Least exposure as long as the value is above the floor: keeps the rule from locking itself in cash.',
      },
    },
    examples: [
      { risky: ['Equity'], safe: ['Bond'], by: 'asset-class', multiplier: 3, floorFraction: 0.8 },
      { risky: ['AAPL', 'GOOG'], safe: ['BOND'], multiplier: 2, floorValue: 75, portfolioValue: 100, inside: 'equal' },
    ],
  },
  needs: [],
  faults: (parameters, situation) => {
    const stated = statedFaults(parameters, situation);
    if (stated.length > 0) return stated;
    const { sides, weightOf } = sidesOf(parameters, situation);
    return insideFaults(sides, weightOf, parameters, situation);
  },
  decide: ({ parameters, situation }) => {
    const { sides, weightOf, insured } = sidesOf(parameters, situation);
    return { target: spread(sides, weightOf, parameters, situation), report: insured };
  },
});

function statedFaults(parameters: Cppi, { universe }: Situation): readonly Violation[] {
  const { risky, safe = [], floorFraction, floorValue, portfolioValue, exposureMin = 0, exposureMax = 1 } = parameters;
  const at = (field: string, of: readonly string[]) => of.map((name, index) => [`${field}[${index}]`, name] as const);
  const violations = [
    ...lineFaults(Object.fromEntries([...at('risky', risky), ...at('safe', safe)]), parameters, universe),
  ];
  const refuse = (field: string, description: string): void => void violations.push({ field, description });
  for (const [field, name] of at('safe', safe)) if (risky.includes(name)) refuse(field, `${name} is among risky too`);
  if ((floorFraction === undefined) === (floorValue === undefined))
    refuse('floorFraction', 'either `floorFraction`, or `floorValue` with `portfolioValue`, is required, not both');
  if (floorValue !== undefined && portfolioValue === undefined)
    refuse('portfolioValue', 'is required with `floorValue`');
  if (floorValue === undefined && portfolioValue !== undefined)
    refuse('portfolioValue', 'is only read with `floorValue`: a fraction needs no value');
  if (exposureMin > exposureMax) refuse('exposureMin', `is ${exposureMin}, above exposureMax of ${exposureMax}`);
  return violations;
}

function sidesOf(parameters: Cppi, { universe }: Situation) {
  const { risky, safe = [], multiplier, floorValue = 0, portfolioValue = 1 } = parameters;
  const { floorFraction: floor = floorValue / portfolioValue, exposureMin = 0, exposureMax = 1 } = parameters;
  const lines = linesOf(universe, parameters);
  const merged = (name: string, of: readonly string[]): Line => ({
    name,
    positions: lines.filter((line) => of.includes(line.name)).flatMap(({ positions }) => positions),
  });
  const cushion = Math.max(0, 1 - floor);
  const wanted = multiplier * cushion;
  const exposure = cushion > 0 ? Math.min(exposureMax, Math.max(exposureMin, wanted)) : 0;
  const bound = exposure < wanted ? 'exposureMax' : exposure > wanted ? 'exposureMin' : undefined;
  const insured: JsonObject = {
    floor,
    cushion,
    multiplier,
    exposure,
    ...(bound === undefined ? {} : { boundBy: bound, exposureUnbounded: wanted }),
    ...(cushion > 0 ? {} : { note: 'the floor is at or above the value: everything is safe' }),
  };
  const sides = [merged('risky', risky), merged('safe', safe)];
  const weights: Readonly<Record<string, number>> = {
    risky: exposure,
    safe: safe.length === 0 ? 0 : Math.max(0, 1 - exposure),
  };
  return { sides, insured, weightOf: ({ name }: Line): number => weights[name]! };
}
