/** Explanations and replays between wire and domain. */
import type {
  ExplainOptimizationRequest,
  ExplainOptimizationResponse,
  ReplayOptimizationResponse,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { OptimizationAnswer } from '../../optimization/answer.ts';
import type { ExplainQuestion } from '../../optimization/explaining.ts';
import type { ReplayNews } from '../../optimization/replay.ts';
import type { Violation } from '../../values/fault.ts';
import { readName } from '../../values/resource-name.ts';
import { answerTo, progressTo } from './optimization.ts';
import { optimizeFrom } from './problem.ts';

export function explainFrom(request: ExplainOptimizationRequest, violations: Violation[]): ExplainQuestion {
  const { name, assetIds, increase } = request;
  const [portfolioId = '', id = ''] =
    name === '' ? [] : readName(name, ['portfolios', 'optimizations'], 'name', violations);
  return {
    ...(name === '' ? {} : { run: { portfolioId, id } }),
    ...(request.request === undefined ? {} : { request: optimizeFrom(request.request, violations) }),
    assetIds,
    increase,
  };
}

export function explanationTo(answer: OptimizationAnswer): ExplainOptimizationResponse {
  const explanation = answer.explanation ?? {
    weights: [],
    increases: [],
    costs: [],
    detail: `there is nothing to explain: ${answer.detail}`,
  };
  return {
    result: answerTo(answer),
    weights: explanation.weights.map(({ forces, ...weight }) => ({
      ...weight,
      forces: forces.map((force) => ({ ...force })),
    })),
    increases: explanation.increases.map(({ conflict, ...increase }) => ({
      ...increase,
      conflict: conflict.map(({ constraintId, name, text }) => ({ constraintId, displayName: name, text })),
    })),
    costs: explanation.costs.map(({ constraintId, name, gain, gainUnbounded, summary }) => ({
      constraintId,
      displayName: name,
      gainWithout: gain,
      gainUnbounded: gainUnbounded ?? false,
      summary,
    })),
    detail: explanation.detail,
  };
}

export function replayResponseTo(news: ReplayNews): ReplayOptimizationResponse {
  if (news.kind === 'progress') return { event: { $case: 'progress', value: progressTo(news.progress) } };
  const { answer, differences, recordedServerVersion } = news.outcome;
  const outcome = {
    result: answerTo(answer),
    identical: differences.length === 0,
    differences: [...differences],
    recordedServerVersion,
  };
  return { event: { $case: 'outcome', value: outcome } };
}
