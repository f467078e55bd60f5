/** Parameters that several strategies share. */
import type { JsonSchema, Need } from '@veritasvault/portfolio/sdk/v1';

export interface Relative {
  readonly relativeToBenchmark?: boolean;
}

export interface Floored {
  readonly returnMin?: number;
}

export const levelSchema: JsonSchema = {
  type: 'number',
  minimum: 0,
  maximum: 1,
  description: 'Confidence: 0.95 speaks of the worst 5 % of the probability, 1 of the worst scenario alone.',
  examples: [0.9],
};

export const relativeSchema: JsonSchema = {
  type: 'boolean',
  default: false,
  description: 'Whether results are those of the active weights, portfolio less benchmark, instead of the portfolio.',
};

/** What parameters like these need besides scenarios. */
export function needsOf({ relativeToBenchmark, returnMin }: Relative & Floored): readonly Need[] {
  return [
    ...(relativeToBenchmark === true ? (['benchmark'] as const) : []),
    ...(returnMin === undefined ? [] : (['expected-returns'] as const)),
  ];
}

/** For the descriptions in the catalogue. */
export const resultInWords =
  "The result of scenario s is r_s'w with simple returns r_s over one period of the scenarios (cash neither gains nor loses), or r_s'(w - b) relative to the benchmark b.";
