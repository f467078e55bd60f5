/** AllocationService: one line each, from the message to the use case and back. */
import { AllocationServiceService } from '../../gen/veritasvault/portfolio/v1/allocation_service.ts';
import type { Allocations } from '../../portfolio/allocations.ts';
import type { Violation } from '../../values/fault.ts';
import { refuse } from '../../values/fault.ts';
import { allocationDimensions, allocationSetFrom, allocationSetTo, driftTo, setKeyFrom } from '../codecs/allocation.ts';
import { instantFrom, portfolioIdOf } from '../codecs/values.ts';
import type { Edge } from '../edge.ts';
import { served } from '../handler.ts';
import type { Served } from '../handler.ts';
import { change, unary } from '../method.ts';
import { listing, pageTo } from '../paging.ts';

/** Runs a codec and refuses all that it found. */
function read<Draft>(from: (violations: Violation[]) => Draft): Draft {
  const violations: Violation[] = [];
  const draft = from(violations);
  refuse(violations);
  return draft;
}

export function allocationService(allocations: Allocations, edge: Edge): Served {
  return served(
    AllocationServiceService,
    {
      setAllocations: change(
        async (request, context) => {
          const draft = read((violations) => allocationSetFrom(request, violations));
          return allocations.set(portfolioIdOf(request.parent, 'parent'), draft, request.etag, context);
        },
        allocationSetTo,
        { receiveBytes: 2_097_152 },
      ),
      getAllocations: unary(async (request, context) => {
        const { kind, dimension } = read((violations) => setKeyFrom(request, violations));
        const at = read((violations) => instantFrom(request.asOfTime, 'as_of_time', violations));
        const id = portfolioIdOf(request.parent, 'parent');
        return allocationSetTo(await allocations.get(id, kind, dimension, at, context));
      }),
      listAllocationHistory: unary(async (request, context) => {
        const { kind, dimension } = read((violations) => setKeyFrom(request, violations));
        const page = listing(request, { method: 'ListAllocationHistory' });
        const id = portfolioIdOf(request.parent, 'parent');
        const found = allocations.history(id, kind, dimension, page.query, context);
        const { rows, nextPageToken } = await pageTo(page, found, allocationSetTo);
        return { allocationSets: rows, nextPageToken };
      }),
      computeDrift: unary(async ({ parent, dimension }, context) => {
        const literal = read((violations) => allocationDimensions.from(dimension, 'dimension', violations));
        return driftTo(await allocations.drift(portfolioIdOf(parent, 'parent'), literal, context));
      }),
    },
    edge,
  );
}
