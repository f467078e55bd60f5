/** EstimationService: one line each, from the message to the use case and back. */
import { EstimationServiceService } from '../../gen/veritasvault/portfolio/v1/estimation_service.ts';
import type { Estimations } from '../../optimization/estimations.ts';
import { refuse } from '../../values/fault.ts';
import type { Violation } from '../../values/fault.ts';
import { estimateTo, rowNewsTo, rowRequestFrom } from '../codecs/estimation.ts';
import { estimateFrom } from '../codecs/problem.ts';
import type { Edge } from '../edge.ts';
import { served } from '../handler.ts';
import type { Served } from '../handler.ts';
import { mapped } from '../import-rows.ts';
import { change, duplex } from '../method.ts';

/** As for OptimizationService/Optimize. */
const problemBytes = { receiveBytes: 67_108_864 };
/** The state of 500 assets takes 1 MB. */
const rowBytes = { receiveBytes: 4_194_304 };

export function estimationService(estimations: Estimations, edge: Edge): Served {
  return served(
    EstimationServiceService,
    {
      estimate: change(
        async (request, context) => {
          const violations: Violation[] = [];
          const draft = estimateFrom(request, violations);
          refuse(violations);
          return estimations.estimate(draft, context);
        },
        estimateTo,
        problemBytes,
      ),
      streamEstimates: duplex(
        (requests) => mapped(estimations.follow(mapped(requests, rowRequestFrom)), rowNewsTo),
        rowBytes,
      ),
    },
    edge,
  );
}
