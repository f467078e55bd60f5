/** What a problem holds beyond quadratic terms, a linear term, rows and bounds, so that a solver can say what it takes. */
import type { Origin, Problem, Soft } from './problem.ts';

export type Feature = keyof typeof words;

/** Finishes the sentence `it has no ...`. */
const words = {
  'trading-cost': 'trading cost',
  'three-halves': '3/2-power impact',
  pieces: 'piecewise-linear trading cost',
  'tail-terms': 'scenario tail in the objective',
  logarithms: 'logarithms in the objective',
  norms: 'norm limits',
  'trade-limits': 'trade limits',
  tails: 'scenario tail limits',
  soft: 'soft restrictions',
  'risk-shares': 'limits on shares of risk',
  concentration: 'limits on the sum of large holdings',
  integrality: 'counts, lots or gaps in the weights',
} as const;

export function featuresOf(problem: Problem): ReadonlySet<Feature> {
  const {
    trading,
    tailTerms = [],
    logarithms,
    rows,
    norms,
    tradeLimits,
    tails,
    riskShares = [],
    integrality,
  } = problem;
  const present: Record<Feature, boolean> = {
    'trading-cost': trading !== undefined,
    'three-halves': trading?.threeHalves?.some((value) => value !== 0) === true,
    pieces: (trading?.pieces ?? []).length > 0,
    'tail-terms': tailTerms.length > 0,
    logarithms: logarithms?.some((value) => value !== 0) === true,
    norms: norms.length > 0,
    'trade-limits': tradeLimits.length > 0,
    tails: tails.length > 0,
    soft: [...rows, ...norms, ...tradeLimits].some(isSoft),
    'risk-shares': riskShares.length > 0,
    concentration: (integrality?.concentrations ?? []).length > 0,
    integrality: integrality !== undefined,
  };
  return new Set((Object.keys(words) as Feature[]).filter((feature) => present[feature]));
}

/**
 * What a problem holds with the constraints that it comes from, for those who learn that no solver takes it: `norm limits (volatility-2) together
 * with counts, lots or gaps in the weights (names-1)`.
 */
export function featuresInWords(problem: Problem): string {
  const { rows, norms, tradeLimits, tails, riskShares = [], integrality } = problem;
  const { domains = [], lots = [], counts = [], concentrations = [] } = integrality ?? {};
  const from: Partial<Record<Feature, readonly { readonly origin: Origin }[]>> = {
    norms,
    'trade-limits': tradeLimits,
    tails,
    soft: [...rows, ...norms, ...tradeLimits].filter(isSoft),
    'risk-shares': riskShares,
    concentration: concentrations,
    integrality: [...domains, ...lots, ...counts, ...concentrations],
  };
  const features = Array.from(featuresOf(problem), (feature) => {
    const ids = [...new Set((from[feature] ?? []).map(({ origin }) => origin.constraint))];
    const more = ids.length > 5 ? ` and ${String(ids.length - 5)} more` : '';
    return ids.length === 0 ? words[feature] : `${words[feature]} (${ids.slice(0, 5).join(', ')}${more})`;
  });
  return features.join(' together with ');
}

/** Whether it may be broken at a price. */
export function isSoft({ penalty }: Soft): boolean {
  return penalty !== undefined;
}

/** Why a solver that takes only these features cannot take the problem; undefined when it can. */
export function lacking(problem: Problem, takes: readonly Feature[]): string | undefined {
  for (const feature of featuresOf(problem)) if (!takes.includes(feature)) return `it has no ${words[feature]}`;
  return undefined;
}
