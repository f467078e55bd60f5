/**
 * The short form of two requests, `POST /portfolios` and `POST /portfolios/{portfolio}/optimize`: plain names for the same calls. What a
 * short name means is stated here and nowhere guessed:
 *
 * - targets are fractions per year; a string with a percent sign is divided by 100 ("8%" is 0.08);
 * - objectives: see `strategies`; weights are long-only (each at least 0) unless a constraint of type "bounds" says otherwise;
 * - the covariance is Ledoit-Wolf (constant correlation) on all daily prices that the assets share, 252 periods a year;
 * - expected returns are the arithmetic historical mean of the same prices, or with `marketViews` the Black-Litterman posterior of
 *   market-implied returns (risk aversion 2.5, tau 0.025) and the views with Idzorek confidence;
 * - the constraint types "AssetClass", "Country", "TurnoverConstraint" and "RiskConstraint" are aliases that the service resolves.
 */
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

import type { Violation } from '../values/fault.ts';
import { Refusal } from './http-fault.ts';
import { isObject } from '../wire/json-shape.ts';

const strategies: Readonly<Record<string, string>> = {
  MaximizeSharpeRatio: 'maximum-sharpe',
  MinimizeVariance: 'minimum-variance',
  MinimizeRisk: 'minimum-variance',
  MinimizeTrackingError: 'minimum-tracking-error',
};

const objectsIn = (value: JsonValue | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

class Reader {
  readonly violations: Violation[] = [];

  keys(object: JsonObject, path: string, known: readonly string[]): void {
    for (const key of Object.keys(object)) {
      if (!known.includes(key))
        this.violations.push({ field: path + key, description: `is not known here; known are ${known.join(', ')}` });
    }
  }

  text(object: JsonObject, key: string, path: string, required = false): string {
    const value = object[key];
    if (typeof value === 'string' && value !== '') return value;
    if (value !== undefined || required)
      this.violations.push({ field: path + key, description: 'must be a text that is not empty' });
    return '';
  }

  list(object: JsonObject, key: string): JsonObject[] {
    const value = object[key];
    if (value === undefined) return [];
    const objects = objectsIn(value);
    if (!Array.isArray(value) || objects.length !== value.length)
      this.violations.push({ field: key, description: 'must be a list of objects' });
    return objects;
  }

  fraction(object: JsonObject, key: string, path: string): number | undefined {
    const value = object[key];
    if (value === undefined) return undefined;
    if (typeof value === 'number') return value;
    const percent = typeof value === 'string' ? /^(-?\d+(?:\.\d+)?) ?%$/.exec(value) : null;
    if (percent !== null) return Number((Number(percent[1]) / 100).toPrecision(15));
    this.violations.push({
      field: path + key,
      description: 'must be a fraction (0.08) or a percentage in a text ("8%")',
    });
    return undefined;
  }

  done(): void {
    if (this.violations.length === 0) return;
    const text = this.violations.map((violation) => `${violation.field}: ${violation.description}`).join('; ');
    throw new Refusal(400, 'INVALID_ARGUMENT', text, this.violations);
  }
}

function constraintsFrom(reader: Reader, body: JsonObject): (JsonObject & { readonly type: string })[] {
  return reader.list(body, 'constraints').map((constraint, index) => {
    const path = `constraints[${String(index)}].`;
    reader.keys(constraint, path, ['type', 'parameters', 'name', 'priority']);
    const type = reader.text(constraint, 'type', path, true);
    return {
      type,
      displayName: reader.text(constraint, 'name', path) || type,
      parameters: constraint['parameters'] ?? {},
      ...(constraint['priority'] === undefined ? {} : { priority: constraint['priority'] }),
    };
  });
}

/** The proto JSON of `CreatePortfolioRequest`. */
export function createPortfolioFrom(body: JsonValue | undefined): JsonObject {
  const reader = new Reader();
  const source = isObject(body) ? body : {};
  if (!isObject(body)) reader.violations.push({ field: 'body', description: 'must be a JSON object' });
  reader.keys(source, '', ['name', 'type', 'baseCurrency', 'benchmarkId', 'objectives', 'constraints']);
  const benchmarkId = reader.text(source, 'benchmarkId', '');
  const objectives = reader.list(source, 'objectives').map((objective, index): JsonObject => {
    const path = `objectives[${String(index)}].`;
    reader.keys(objective, path, ['type', 'target', 'priority']);
    const target = reader.fraction(objective, 'target', path);
    return {
      type: reader.text(objective, 'type', path, true).toLowerCase(),
      ...(target === undefined ? {} : { target }),
      priority: objective['priority'] ?? index + 1,
    };
  });
  const portfolio = {
    displayName: reader.text(source, 'name', '', true),
    type: reader.text(source, 'type', ''),
    baseCurrency: reader.text(source, 'baseCurrency', '', true),
    benchmark: benchmarkId === '' ? '' : `benchmarks/${benchmarkId}`,
    objectives,
    constraints: constraintsFrom(reader, source),
  };
  reader.done();
  return { portfolio };
}

function viewsFrom(reader: Reader, body: JsonObject): JsonObject[] {
  return reader.list(body, 'marketViews').map((view, index) => {
    const path = `marketViews[${String(index)}].`;
    reader.keys(view, path, ['assetId', 'expectedReturn', 'confidence']);
    const expectedReturn = reader.fraction(view, 'expectedReturn', path);
    const confidence = reader.fraction(view, 'confidence', path);
    if (expectedReturn === undefined)
      reader.violations.push({ field: `${path}expectedReturn`, description: 'is required' });
    if (confidence === undefined) reader.violations.push({ field: `${path}confidence`, description: 'is required' });
    return {
      legs: [{ assetId: reader.text(view, 'assetId', path, true), coefficient: 1 }],
      expectedReturn: expectedReturn ?? 0,
      confidence: confidence ?? 0,
    };
  });
}

/** The proto JSON of `CreateOptimizationRequest`. */
export function createOptimizationFrom(portfolio: string, body: JsonValue | undefined): JsonObject {
  const reader = new Reader();
  const source = isObject(body) ? body : {};
  if (!isObject(body)) reader.violations.push({ field: 'body', description: 'must be a JSON object' });
  reader.keys(source, '', ['objective', 'constraints', 'marketViews']);
  const objective = reader.text(source, 'objective', '', true);
  const strategy = Object.hasOwn(strategies, objective) ? strategies[objective] : undefined;
  if (objective !== '' && strategy === undefined) {
    reader.violations.push({ field: 'objective', description: `must be one of ${Object.keys(strategies).join(', ')}` });
  }
  const constraints = constraintsFrom(reader, source);
  const views = viewsFrom(reader, source);
  reader.done();
  const bounded = constraints.some((constraint) => constraint.type.toLowerCase() === 'bounds');
  const longOnly: JsonObject = { type: 'bounds', displayName: 'long-only', parameters: { all: { min: 0 } } };
  return {
    parent: `portfolios/${portfolio}`,
    optimization: {
      strategy: { type: strategy ?? '', parameters: {} },
      constraints: bounded ? constraints : [...constraints, longOnly],
      views,
      estimation: {
        expectedReturns:
          views.length > 0
            ? { type: 'market-implied', parameters: { riskAversion: 2.5 } }
            : { type: 'historical-mean', parameters: { method: 'arithmetic' } },
        covariance: { type: 'ledoit-wolf', parameters: { target: 'constant-correlation' } },
        missingPrices: 'MISSING_PRICES_COMPLETE_ROWS',
        periodsPerYear: 252,
      },
    },
  };
}
