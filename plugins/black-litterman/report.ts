/** What a Black-Litterman portfolio tells besides its weights. */
import type { BlendedView, BlendedViews, JsonObject, Situation } from '@veritasvault/portfolio/sdk/v1';

/** (n) weights of the same objective over the same restrictions; undefined where there is no optimum. */
export interface Portfolios {
  readonly prior?: Float64Array | undefined;
  readonly posterior: Float64Array | undefined;
  /** Under certain views. */
  readonly certain?: Float64Array | undefined;
}

/** A squared distance between weights below this is no way to measure along. */
const rounding = 1e-16;

/** All annual, as fractions; what is not known is left out. */
export function reportOf(
  { universe }: Situation,
  { prior, posterior, views }: BlendedViews,
  portfolios: Portfolios,
): JsonObject {
  const { prior: before, posterior: after } = portfolios;
  return {
    assets: universe.assets.map(({ id }, i) => ({
      asset: id,
      priorReturn: prior[i]!,
      posteriorReturn: posterior[i]!,
      ...(before === undefined ? {} : { priorWeight: before[i]! }),
      ...(after === undefined ? {} : { posteriorWeight: after[i]! }),
      ...(before === undefined || after === undefined ? {} : { tilt: after[i]! - before[i]! }),
    })),
    views: views.map((view) => ({
      stated: view.stated,
      prior: view.prior,
      posterior: view.posterior,
      ...(view.variance < Infinity ? { variance: view.variance } : {}),
      confidence: view.confidence,
      ...impliedConfidence(view, portfolios),
    })),
  };
}

/**
 * Idzorek (2005), table 7: (w - w_prior) / (w_certain - w_prior), over the assets of the view by least squares. Beyond 0 to 1 where other
 * views or the restrictions move the same assets.
 */
function impliedConfidence(
  { portfolio, variance }: BlendedView,
  { prior, posterior, certain }: Portfolios,
): JsonObject {
  if (variance === Infinity) return { impliedConfidence: 0 };
  if (prior === undefined || posterior === undefined || certain === undefined) return {};
  let [along, whole] = [0, 0];
  for (const [i, coefficient] of portfolio.entries()) {
    if (coefficient === 0) continue;
    const way = certain[i]! - prior[i]!;
    along += way * (posterior[i]! - prior[i]!);
    whole += way * way;
  }
  return whole > rounding ? { impliedConfidence: along / whole } : {};
}
