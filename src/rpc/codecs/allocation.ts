/** Allocations and drift between wire and domain. */
import { AllocationKind as KindNumbers } from '../../gen/veritasvault/portfolio/v1/allocation_service.ts';
import type {
  Allocation as AllocationMessage,
  AllocationKind,
  AllocationSet as AllocationSetMessage,
  Drift as DriftMessage,
  DriftLine as DriftLineMessage,
} from '../../gen/veritasvault/portfolio/v1/allocation_service.ts';
import { AllocationDimension as DimensionNumbers } from '../../gen/veritasvault/portfolio/v1/values.ts';
import type { AllocationDimension } from '../../gen/veritasvault/portfolio/v1/values.ts';
import type { Drift } from '../../portfolio/allocations.ts';
import type { AllocationSetDraft } from '../../portfolio/draft.ts';
import type { DriftLine } from '../../portfolio/drift.ts';
import type {
  AllocationDimension as DimensionLiteral,
  AllocationKind as KindLiteral,
  AllocationSet,
} from '../../portfolio/portfolio.ts';
import type { Violation } from '../../values/fault.ts';
import { enumCodec, timestampTo } from './values.ts';

export const allocationKinds = enumCodec<KindLiteral, AllocationKind>('ALLOCATION_KIND_', {
  target: KindNumbers.ALLOCATION_KIND_TARGET,
  actual: KindNumbers.ALLOCATION_KIND_ACTUAL,
});

export const allocationDimensions = enumCodec<DimensionLiteral, AllocationDimension>('ALLOCATION_DIMENSION_', {
  asset: DimensionNumbers.ALLOCATION_DIMENSION_ASSET,
  'asset-class': DimensionNumbers.ALLOCATION_DIMENSION_ASSET_CLASS,
  group: DimensionNumbers.ALLOCATION_DIMENSION_GROUP,
});

interface SetMessage {
  readonly kind: AllocationKind;
  readonly dimension: AllocationDimension;
}

/** Kind and dimension, absent when unspecified; `violations` takes values that this server does not know. */
export function setKeyFrom(
  message: SetMessage,
  violations: Violation[],
): Pick<AllocationSetDraft, 'kind' | 'dimension'> {
  const kind = allocationKinds.from(message.kind, 'kind', violations);
  const dimension = allocationDimensions.from(message.dimension, 'dimension', violations);
  return { ...(kind === undefined ? {} : { kind }), ...(dimension === undefined ? {} : { dimension }) };
}

export function allocationSetFrom(
  message: SetMessage & { readonly allocations: readonly AllocationMessage[] },
  violations: Violation[],
): AllocationSetDraft {
  return {
    ...setKeyFrom(message, violations),
    allocations: message.allocations.map(({ allocationId, subject, weight, weightMin, weightMax }) => ({
      allocationId,
      subject,
      weight,
      ...(weightMin === undefined ? {} : { weightMin }),
      ...(weightMax === undefined ? {} : { weightMax }),
    })),
  };
}

export function allocationSetTo(set: AllocationSet): AllocationSetMessage {
  return {
    portfolio: `portfolios/${set.portfolioId}`,
    kind: allocationKinds.to(set.kind),
    dimension: allocationDimensions.to(set.dimension),
    allocations: set.allocations.map(({ id, subject, weight, weightMin, weightMax }) => ({
      allocationId: id,
      subject,
      weight,
      weightMin: weightMin ?? undefined,
      weightMax: weightMax ?? undefined,
    })),
    effectiveTime: timestampTo(set.effectiveAt),
    etag: String(set.version),
  };
}

export function driftLineTo(line: DriftLine): DriftLineMessage {
  const { subject, targetWeight, actualWeight, drift, relativeDrift, outsideBand } = line;
  return { subject, targetWeight, actualWeight, drift, relativeDrift, outsideBand };
}

export function driftTo({ portfolioId, dimension, lines, halfSum, asOf }: Drift): DriftMessage {
  return {
    portfolio: `portfolios/${portfolioId}`,
    dimension: allocationDimensions.to(dimension),
    lines: lines.map(driftLineTo),
    halfSum,
    asOfTime: timestampTo(asOf),
  };
}
