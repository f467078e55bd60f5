import type { JsonSchema } from '@veritasvault/portfolio/sdk/v1';

/** How many periods, and how long they are. */
export function horizonProperties(periodsPerYear: number): Readonly<Record<string, JsonSchema>> {
  return {
    periods: {
      type: 'integer',
      minimum: 1,
      maximum: 120,
      description: 'How many periods are planned together; 1 looks no further than the next.',
    },
    periodsPerYear: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 366,
      default: periodsPerYear,
      description:
        'Periods in a year, which turns annual estimates into those of a period: 12 for months, 252 for trading days.',
    },
  };
}
