/** Parameters that may be given once for all periods, or as a list with one entry for each. */
import type { Json, JsonSchema, Violation } from '@veritasvault/portfolio/sdk/v1';

export type PerPeriod = number | readonly number[];

interface Range {
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum: number;
  readonly default?: Json;
}

export function perPeriodSchema(description: string, { default: absent, ...range }: Range): JsonSchema {
  return {
    type: ['number', 'array'],
    ...range,
    minItems: 1,
    maxItems: 120,
    items: { type: 'number', ...range },
    description: `${description} One number for all periods, or a list with one for each.`,
    ...(absent === undefined ? {} : { default: absent }),
  };
}

/** In period t, from 0. */
export function inPeriod(given: PerPeriod | undefined, t: number, absent = 0): number {
  return (typeof given === 'number' ? given : given?.[t]) ?? absent;
}

export function isGiven(given: PerPeriod | undefined): boolean {
  return given !== undefined && [given].flat().some((value) => value !== 0);
}

/** Lists that do not have one entry for each period. */
export function lengthFaults(
  given: Readonly<Record<string, PerPeriod | undefined>>,
  periods: number,
): readonly Violation[] {
  return Object.entries(given).flatMap(([field, value]) =>
    typeof value === 'object' && value.length !== periods
      ? [
          {
            field,
            description: `has ${value.length} ${value.length === 1 ? 'entry' : 'entries'} for ${periods} periods`,
          },
        ]
      : [],
  );
}
