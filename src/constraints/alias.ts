/**
 * Short names of constraint types and the definitions that they stand for:
 *
 *     AssetClass, Country, Sector          asset-class, country, sector: name -> range of total weight
 *     TurnoverConstraint { maxTurnover }   turnover { definition: 'half-sum', max }: half the sum of trades, cash excluded
 *     RiskConstraint { maxVolatility }     volatility { period: 'annual', max }: annual ex-ante standard deviation
 *     esg, yield, duration, rating         characteristic { name: 'esg-score', 'yield', 'duration', 'rating', aggregate: 'average' }
 *
 * Every other kebab-case type is also known by its PascalCase form (`TrackingError`, `NoBuy`), without change of parameters.
 */
import type { Json, JsonObject } from '../values/json.ts';

export interface Canonical {
  readonly type: string;
  readonly parameters: JsonObject;
  /** Canonical parameter -> the name that the caller wrote, for field paths; empty when nothing was renamed. */
  readonly written: Readonly<Record<string, string>>;
}

interface Alias {
  readonly type: string;
  readonly renamed: Readonly<Record<string, string>>;
  readonly added: Readonly<Record<string, Json>>;
}

const averageOf = (name: string): Alias => ({
  type: 'characteristic',
  renamed: {},
  added: { name, aggregate: 'average' },
});

const aliases: Readonly<Record<string, Alias>> = {
  TurnoverConstraint: { type: 'turnover', renamed: { maxTurnover: 'max' }, added: { definition: 'half-sum' } },
  RiskConstraint: { type: 'volatility', renamed: { maxVolatility: 'max' }, added: { period: 'annual' } },
  esg: averageOf('esg-score'),
  yield: averageOf('yield'),
  duration: averageOf('duration'),
  rating: averageOf('rating'),
};

const pascalCase = /^(?:[A-Z][a-z]+)+$/;

/** The canonical type and parameters of a constraint as a client wrote it. Pure; unknown types come back unchanged. */
export function canonicalConstraint(type: string, parameters: JsonObject): Canonical {
  const kebab = pascalCase.test(type) ? type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase() : type;
  const known = [type, kebab].find((name) => Object.hasOwn(aliases, name));
  const alias = known === undefined ? undefined : aliases[known];
  if (alias !== undefined) {
    const entries = Object.entries(parameters).map(([name, value]): [string, Json] => [
      renamedBy(alias, name, parameters),
      value,
    ]);
    const written = Object.fromEntries(Object.entries(alias.renamed).map(([from, to]) => [to, from]));
    return { type: alias.type, parameters: { ...alias.added, ...Object.fromEntries(entries) }, written };
  }
  return { type: kebab, parameters, written: {} };
}

/** A name beside the canonical one stays as it is, to be refused with all that the schema does not know: neither takes the other's place. */
function renamedBy(alias: Alias, name: string, parameters: JsonObject): string {
  const canonical = Object.hasOwn(alias.renamed, name) ? alias.renamed[name]! : name;
  return canonical !== name && Object.hasOwn(parameters, canonical) ? name : canonical;
}
