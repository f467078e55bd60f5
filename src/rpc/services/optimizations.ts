/** OptimizationService: one line each, from the message to the use case and back. */
import { filter, firstValueFrom, map } from 'rxjs';
import type { Observable } from 'rxjs';

import { OptimizationServiceService } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { WatchOptimizationRequest } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { OptimizationAnswer } from '../../optimization/answer.ts';
import type { SolveNews } from '../../optimization/job.ts';
import type { Optimizations } from '../../optimization/optimizations.ts';
import type { Violation } from '../../values/fault.ts';
import { refuse } from '../../values/fault.ts';
import { frontierResponseTo, optimizationEventTo, optimizeResponseTo, runStates } from '../codecs/optimization.ts';
import { explainFrom, explanationTo, replayResponseTo } from '../codecs/explanation.ts';
import { frontierFrom, optimizationFrom, optimizeFrom } from '../codecs/problem.ts';
import { optimizationTo } from '../codecs/run.ts';
import { idsOf, portfolioIdOf } from '../codecs/values.ts';
import type { Edge } from '../edge.ts';
import { served } from '../handler.ts';
import type { Served } from '../handler.ts';
import { change, serverStream, unary } from '../method.ts';
import { listing, pageTo } from '../paging.ts';
import type { ListRules } from '../paging.ts';
import { resumable, watchOf } from '../watching.ts';
import type { Watches } from '../watching.ts';

const rules: ListRules = {
  method: 'ListOptimizations',
  filters: {
    state: { property: 'state', value: (text) => runStates.fromName(text), values: runStates.names },
    strategy: { property: 'subject' },
  },
  order: [{ field: 'createdAt', descending: true }],
};
/** A dense covariance of 2800 assets, packed; larger universes have factor models. */
const problemBytes = { receiveBytes: 67_108_864 };
/** Two million numbers each of scenarios and of factor returns, packed. */
const createBytes = { receiveBytes: 33_554_432 };

function read<Draft>(from: (violations: Violation[]) => Draft): Draft {
  const violations: Violation[] = [];
  const draft = from(violations);
  refuse(violations);
  return draft;
}

/** The answer alone. */
function answersOf(news: Observable<SolveNews>): Observable<OptimizationAnswer> {
  return news.pipe(
    filter((each) => each.kind === 'answer'),
    map(({ answer }) => answer),
  );
}

function idsIn(name: string): readonly [portfolioId: string, id: string] {
  const [portfolioId = '', id = ''] = idsOf(name, ['portfolios', 'optimizations']);
  return [portfolioId, id];
}

export function optimizationService(optimizations: Optimizations, watches: Watches, edge: Edge): Served {
  return served(
    OptimizationServiceService,
    {
      createOptimization: change(
        async ({ parent, optimizationId, optimization }, context) => {
          const draft = read((violations) => optimizationFrom(optimization, violations));
          return optimizations.create(portfolioIdOf(parent, 'parent'), draft, optimizationId, context);
        },
        optimizationTo,
        createBytes,
      ),
      getOptimization: unary(async ({ name }, context) =>
        optimizationTo(await optimizations.get(...idsIn(name), context)),
      ),
      listOptimizations: unary(async (request, context) => {
        const page = listing(request, rules);
        const found = optimizations.list(portfolioIdOf(request.parent, 'parent'), page.query, context);
        const { rows, nextPageToken } = await pageTo(page, found, optimizationTo);
        return { optimizations: rows, nextPageToken };
      }),
      cancelOptimization: change(
        async ({ name }, context) => optimizations.cancel(...idsIn(name), context),
        optimizationTo,
      ),
      watchOptimization: serverStream(
        ({ name, resumeToken }, context) => {
          const [portfolioId, id] = idsIn(name);
          const { news, tokenOf } = watchOf(watches, { kind: 'optimization', portfolioId, id }, resumeToken, context);
          return news.pipe(map((each) => optimizationEventTo(each, tokenOf)));
        },
        {
          conflatable: ({ event }) => event?.$case === 'progress' || event?.$case === 'heartbeat',
          resumable: resumable<WatchOptimizationRequest>(),
        },
      ),
      optimize: serverStream(
        (request, context) =>
          optimizations
            .optimize(
              read((violations) => optimizeFrom(request, violations)),
              context,
            )
            .pipe(map(optimizeResponseTo)),
        { ...problemBytes, conflatable: ({ event }) => event?.$case === 'progress' },
      ),
      explainOptimization: unary(async (request, context) => {
        const question = read((violations) => explainFrom(request, violations));
        return explanationTo(await firstValueFrom(answersOf(optimizations.explain(question, context))));
      }, problemBytes),
      replayOptimization: serverStream(
        ({ name }, context) => optimizations.replay(...idsIn(name), context).pipe(map(replayResponseTo)),
        { conflatable: ({ event }) => event?.$case === 'progress' },
      ),
      computeFrontier: serverStream(
        (request, context) =>
          optimizations
            .frontier(
              read((violations) => frontierFrom(request, violations)),
              context,
            )
            .pipe(map(frontierResponseTo)),
        { ...problemBytes, conflatable: ({ event }) => event?.$case === 'progress' },
      ),
    },
    edge,
  );
}
