/** Estimates and streams of observations, between wire and domain. */
import {
  MomentCentre as CentreNumbers,
  ObservationKind as KindNumbers,
} from '../../gen/veritasvault/portfolio/v1/estimation_service.ts';
import type {
  EstimatedFactorModel,
  EstimatedScenarios,
  EstimateResponse,
  EstimateUpdate,
  MomentCentre,
  ObservationKind,
  StreamEstimatesConfiguration,
  StreamEstimatesRequest,
  StreamEstimatesResponse,
} from '../../gen/veritasvault/portfolio/v1/estimation_service.ts';
import type { Matrix, Vector } from '../../gen/veritasvault/portfolio/v1/values.ts';
import type { EstimationAnswer } from '../../optimization/estimation-job.ts';
import type { RowRequest } from '../../optimization/estimations.ts';
import type { RowNews, RowStreamDraft, RowUpdate } from '../../optimization/row-stream.ts';
import type { Scenarios } from '../../problem/scenarios.ts';
import { refuse } from '../../values/fault.ts';
import type { Violation } from '../../values/fault.ts';
import { packedTo, vectorFrom } from './numbers.ts';
import { enumCodec } from './values.ts';

/** Numbers beyond this are packed. */
const plainMax = 1000;
/** Numbers of a table of scenarios beyond which it is described only. */
const tableMax = 1_000_000;
const none = Buffer.alloc(0);

function vectorTo(numbers: Float64Array): Vector {
  return numbers.length > plainMax ? { values: [], packed: packedTo(numbers) } : { values: [...numbers], packed: none };
}

function matrixTo(numbers: Float64Array, rows: number): Matrix | undefined {
  return numbers.length === 0 ? undefined : { rows, columns: numbers.length / rows, ...vectorTo(numbers) };
}

const optional = (numbers: Float64Array | undefined): Vector | undefined => numbers && vectorTo(numbers);

export function estimateTo(answer: EstimationAnswer): EstimateResponse {
  const { assets, scenarios, repairs, pricesAsOf } = answer;
  return {
    assetIds: [...assets],
    expectedReturns: optional(answer.expectedReturns),
    volatilities: optional(answer.volatilities),
    risk: riskTo(answer),
    scenarios: scenarios && scenariosTo(scenarios, answer),
    repairs: repairs.map(({ what, magnitude }) => ({ description: what, magnitude })),
    pricesAsOf,
  };
}

function riskTo({ risk, factors }: EstimationAnswer): EstimateResponse['risk'] {
  if (risk === undefined) return undefined;
  if (risk.kind === 'dense') {
    const value = matrixTo(risk.entries, risk.size);
    return value && { $case: 'covariance', value };
  }
  const { exposures, factorCovariance, specific, size, factors: k } = risk;
  const names = factors?.names ?? Array.from({ length: k }, (_, f) => `F${String(f + 1)}`);
  const value: EstimatedFactorModel = {
    factors: [...names],
    exposures: matrixTo(exposures, size),
    factorCovariance: matrixTo(factorCovariance, k),
    specificVariance: vectorTo(specific),
  };
  return { $case: 'factorModel', value };
}

function scenariosTo(scenarios: Scenarios, { viewsEntropy, viewOutcomes }: EstimationAnswer): EstimatedScenarios {
  const { count, periodsPerYear, isPath, returns } = scenarios;
  const probabilities = scenarios.probabilities ?? new Float64Array(count).fill(1 / count);
  const entropy = probabilities.reduce((sum, each) => sum - each * Math.log(each), 0);
  return {
    count,
    periodsPerYear,
    path: isPath,
    effectiveCount: Math.exp(entropy),
    viewsEntropy,
    views: viewOutcomes.map(({ prior, stated, posterior, multiplier }) => ({ prior, stated, posterior, multiplier })),
    probabilities: vectorTo(probabilities),
    returns: returns.length > tableMax ? undefined : vectorTo(returns),
  };
}

const kinds = enumCodec<'returns' | 'prices', ObservationKind>('OBSERVATION_KIND_', {
  returns: KindNumbers.OBSERVATION_KIND_RETURNS,
  prices: KindNumbers.OBSERVATION_KIND_PRICES,
});

const centres = enumCodec<'mean' | 'zero', MomentCentre>('MOMENT_CENTRE_', {
  mean: CentreNumbers.MOMENT_CENTRE_MEAN,
  zero: CentreNumbers.MOMENT_CENTRE_ZERO,
});

export function rowRequestFrom({ content }: StreamEstimatesRequest): RowRequest {
  switch (content?.$case) {
    case 'configuration': {
      const violations: Violation[] = [];
      const configuration = configurationFrom(content.value, violations);
      refuse(violations);
      return { kind: 'configuration', configuration };
    }
    case 'row': {
      const { date, values } = content.value;
      return { kind: 'row', row: { date, ...(values === undefined ? {} : { values: vectorFrom(values) }) } };
    }
    case undefined:
      return { kind: 'empty' };
  }
}

function configurationFrom(message: StreamEstimatesConfiguration, violations: Violation[]): RowStreamDraft {
  const { assetIds, periodsPerYear, answerEvery, omitCovariance, includeState, state } = message;
  const kind = kinds.from(message.kind, 'configuration.kind', violations);
  const estimator = estimatorFrom(message.estimator, violations);
  return {
    assetIds,
    ...(kind === undefined ? {} : { kind }),
    ...(estimator === undefined ? {} : { estimator }),
    periodsPerYear,
    answerEvery,
    omitCovariance,
    includeState,
    state,
  };
}

function estimatorFrom(
  estimator: StreamEstimatesConfiguration['estimator'],
  violations: Violation[],
): RowStreamDraft['estimator'] {
  if (estimator === undefined) return undefined;
  if (estimator.$case === 'sample') return { kind: 'sample' };
  const { halfLife, centre: given } = estimator.value;
  const centre = centres.from(given, 'configuration.exponential.centre', violations);
  return { kind: 'exponential', halfLife, ...(centre === undefined ? {} : { centre }) };
}

export function rowNewsTo(news: RowNews): StreamEstimatesResponse {
  const row = BigInt(news.row);
  if (news.kind === 'update') return { row, result: { $case: 'update', value: updateTo(news.update) } };
  const problems = news.violations.map(({ field, description, reason = 'INVALID_ARGUMENT' }) => {
    return { field, description, reason };
  });
  return { row, result: { $case: 'rejection', value: { problems } } };
}

function updateTo(update: RowUpdate): EstimateUpdate {
  const { observations, weight, asOf, expectedReturns, volatilities, covariance, state } = update;
  return {
    observations: BigInt(observations),
    weight,
    asOf,
    expectedReturns: optional(expectedReturns),
    volatilities: optional(volatilities),
    covariance: covariance && matrixTo(covariance, Math.sqrt(covariance.length)),
    state: state === undefined ? none : Buffer.from(state.buffer, state.byteOffset, state.byteLength),
  };
}
