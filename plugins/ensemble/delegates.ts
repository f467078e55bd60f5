/** Strategies inside of strategies, as parameters. */
import type { Delegate, Json, JsonObject, JsonSchema, Violation } from '@veritasvault/portfolio/sdk/v1';

/** Runs of strategies that one request may ask for in all. */
const runsMax = 5000;
/** Clusters or sleeves of a strategy whose number is known only when it runs. */
const partsGuessed = 10;

export const delegateProperties = {
  type: { type: 'string', minLength: 1, maxLength: 63, description: 'Id of a strategy.' },
  parameters: { type: 'object', default: {}, description: 'What that strategy takes.' },
} satisfies Readonly<Record<string, JsonSchema>>;

export function delegateSchema(description: string, examples: readonly Json[]): JsonSchema {
  return {
    type: 'object',
    required: ['type'],
    additionalProperties: false,
    description,
    properties: delegateProperties,
    examples,
  };
}

/** A delegate as a client states it. */
export interface StatedDelegate {
  readonly type: string;
  readonly parameters?: JsonObject;
}

export function delegateOf({ type, parameters = {} }: StatedDelegate): Delegate {
  return { type, parameters };
}

/** How many runs of strategies a delegate takes, itself included, as far as its parameters tell. */
function runsOf(stated: Json | undefined): number {
  const { type, parameters } = objectOf(stated);
  const given = objectOf(parameters);
  switch (type) {
    case 'ensemble':
      return 1 + listOf(given['members']).reduce((sum: number, member) => sum + runsOf(member), 0);
    case 'resampled':
      return 1 + (1 + numberOf(given['draws'], 100)) * runsOf(given['strategy']);
    case 'subset-resampling':
      return 1 + numberOf(given['subsets'], 100) * runsOf(given['strategy']);
    case 'sleeves': {
      const own = Object.values(objectOf(given['insideOf'])).map(runsOf);
      const lists = Object.keys(objectOf(given['sleeves'])).length;
      const parts = lists > 0 ? lists : partsGuessed;
      return 1 + parts * Math.max(runsOf(given['inside']), ...own) + runsOf(given['over']);
    }
    case 'nested-clustered':
      return 1 + partsGuessed;
    default:
      return 1;
  }
}

/** What is wrong with a strategy of strategies whose runs would never end, at `field`. */
export function admitRuns(type: string, parameters: object, field: string): readonly Violation[] {
  const runs = runsOf({ type, parameters: parameters as JsonObject });
  if (runs <= runsMax) return [];
  const description = `asks for ${runs} runs of strategies inside of one another; at most ${runsMax} are allowed in all`;
  return [{ field, description }];
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return value !== undefined && isList(value) ? value : [];
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function numberOf(value: Json | undefined, absent: number): number {
  return typeof value === 'number' ? value : absent;
}
