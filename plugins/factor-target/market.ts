/** What every strategy here reads from its task: risk, and exposures as rows over the weights. */
import { covarianceOf, dot, unanswered } from '@veritasvault/portfolio/sdk/v1';
import type {
  Answer,
  FactorExposures,
  Objective,
  Origin,
  Row,
  Situation,
  Task,
  Violation,
} from '@veritasvault/portfolio/sdk/v1';

export function factorsOf({ factors }: Situation): FactorExposures {
  if (factors === undefined)
    throw new Error('the host must provide factor exposures: the strategy lists them among its needs');
  return factors;
}

/** (n) weights of the benchmark. */
export function benchmarkOf({ benchmark }: Situation): Float64Array {
  if (benchmark === undefined)
    throw new Error('the host must provide a benchmark: the strategy lists it among its needs');
  return benchmark;
}

/** Minimize half the annual variance of the portfolio, or of its difference from the benchmark. */
export function leastRisk<Parameters>(task: Task<Parameters>, risk: 'total' | 'active'): Objective {
  const operator = covarianceOf(task);
  const centre = risk === 'active' ? { centre: benchmarkOf(task.situation) } : {};
  return { quadratics: [{ scale: 1, operator, ...centre }], linear: new Float64Array(operator.size) };
}

/** (n) exposures of the assets to one factor. */
export function exposuresTo({ names, exposures }: FactorExposures, name: string): Float64Array {
  const k = names.length;
  const column = names.indexOf(name);
  return Float64Array.from({ length: exposures.length / k }, (_, i) => exposures[i * k + column]!);
}

/** lower <= b'(w - centre) <= upper, for exposures b (n). */
export function exposureRow(
  coefficients: Float64Array,
  [lower, upper]: readonly [number, number],
  centre: Float64Array | undefined,
  origin: Origin,
): Row {
  const shift = centre === undefined ? 0 : dot(coefficients, centre);
  const positions = Int32Array.from(coefficients.keys());
  return { positions, coefficients, lower: lower + shift, upper: upper + shift, origin };
}

/** How far an exposure lies outside of its aim. */
export function distanceTo(
  { lower, upper }: { readonly lower: number; readonly upper: number },
  reached: number,
): number {
  return Math.max(0, lower - reached, reached - upper);
}

/** One violation for each name that is no factor; nothing while the factors are not known. */
export function unknownFactors(
  names: readonly string[],
  { factors }: Situation,
  fieldOf: (name: string, index: number) => string,
): readonly Violation[] {
  if (factors === undefined) return [];
  return names.flatMap((name, index) =>
    factors.names.includes(name) ? [] : [{ field: fieldOf(name, index), description: missing(name, factors) }],
  );
}

function missing(name: string, { names }: FactorExposures): string {
  return `the factor model has no factor ${JSON.stringify(name)}; known: ${names.join(', ')}`;
}

/** The answer where the model that was estimated lacks a factor; undefined where it has them all. */
export function withoutFactor<Parameters>(task: Task<Parameters>, wanted: readonly string[]): Answer | undefined {
  const factors = factorsOf(task.situation);
  const absent = wanted.find((name) => !factors.names.includes(name));
  if (absent === undefined) return undefined;
  const detail = missing(absent, factors);
  return unanswered(task.situation.universe.assets.length, { reason: 'no solution found', detail });
}
