/** What a set of allocations must fulfil, by the field names of the proto message SetAllocationsRequest. */
import type { Violation } from '../values/fault.ts';
import { readNumber, readText, shown } from '../values/fields.ts';
import { readId } from '../values/resource-name.ts';
import type { AllocationSetDraft } from './draft.ts';
import { cashSubject, weightTolerance } from './drift.ts';
import { limited, PartIds } from './part-ids.ts';
import { Allocation, allocationDimensions, allocationKinds } from './portfolio.ts';
import type { AllocationDimension, AllocationKind } from './portfolio.ts';

export const allocationsMax = 5000;

/** The allocations without their owner and version. Assets that must exist are told by subject and field. */
export interface AdmittedAllocations {
  readonly kind: AllocationKind;
  readonly dimension: AllocationDimension;
  readonly allocations: readonly Allocation[];
  readonly assets: readonly { readonly id: string; readonly field: string }[];
}

export function readAllocations(
  draft: AllocationSetDraft,
  newId: () => string,
  violations: Violation[],
): AdmittedAllocations {
  const { kind = 'target', dimension = 'asset' } = draft;
  if (draft.kind === undefined) violations.push({ field: 'kind', description: oneOf(allocationKinds) });
  if (draft.dimension === undefined) violations.push({ field: 'dimension', description: oneOf(allocationDimensions) });
  const ids = new PartIds(newId, violations);
  const subjects = new Set<string>();
  const allocations = limited(draft.allocations, allocationsMax, 'allocations', violations).map((stated, position) => {
    const at = `allocations[${String(position)}]`;
    const allocation = new Allocation();
    allocation.id = ids.read(stated.allocationId, `${at}.allocation_id`);
    allocation.ordinal = position;
    allocation.kind = kind;
    allocation.dimension = dimension;
    allocation.subject = readSubject(stated.subject, dimension, `${at}.subject`, violations);
    if (subjects.has(allocation.subject)) {
      violations.push({ field: `${at}.subject`, description: `${shown(allocation.subject)} is named twice` });
    }
    subjects.add(allocation.subject);
    allocation.weight = readNumber(stated.weight, `${at}.weight`, violations, -10, 10);
    readBand(stated, allocation, at, violations);
    return allocation;
  });
  if (kind === 'target') checkSums(allocations, dimension, violations);
  const assets = allocations.map(({ subject }, position) => ({
    id: subject,
    field: `allocations[${String(position)}].subject`,
  }));
  return { kind, dimension, allocations, assets: dimension === 'asset' ? assets : [] };
}

/** The taxonomy of a subject of groups, `taxonomy/group`. */
export function taxonomyOf(subject: string): string {
  return subject.slice(0, subject.indexOf('/'));
}

function oneOf(known: readonly string[]): string {
  return `must be one of ${known.join(', ')}`;
}

/** The asset class of cash is the line of cash. */
function readSubject(subject: string, dimension: AllocationDimension, field: string, violations: Violation[]): string {
  if (dimension === 'asset') return readId(subject, field, violations);
  const text = readText(subject, field, violations, { min: 1, max: 201 });
  if (dimension === 'group' && !/^[^/]+\/./u.test(text)) {
    violations.push({ field, description: `must be written "taxonomy/group"; got ${shown(subject)}` });
  }
  return dimension === 'asset-class' && /^cash$/i.test(text) ? cashSubject : text;
}

function readBand(
  stated: AllocationSetDraft['allocations'][number],
  allocation: Allocation,
  at: string,
  violations: Violation[],
): void {
  for (const [name, end, value] of [
    ['weight_min', 'weightMin', stated.weightMin],
    ['weight_max', 'weightMax', stated.weightMax],
  ] as const) {
    if (value === undefined) continue;
    const field = `${at}.${name}`;
    if (allocation.kind === 'actual') violations.push({ field, description: 'is only for target allocations' });
    allocation[end] = readNumber(value, field, violations, -10, 10);
  }
  const { weight, weightMin, weightMax } = allocation;
  if (weightMin !== null && weightMin > weight) {
    violations.push({ field: `${at}.weight_min`, description: `must not be above the weight ${String(weight)}` });
  }
  if (weightMax !== null && weightMax < weight) {
    violations.push({ field: `${at}.weight_max`, description: `must not be below the weight ${String(weight)}` });
  }
}

/** Targets leave the rest to cash, so they may not sum to more than 1 unless some are short. Groups sum within their taxonomy. */
function checkSums(allocations: readonly Allocation[], dimension: AllocationDimension, violations: Violation[]): void {
  const lines = Map.groupBy(allocations, ({ subject }) => (dimension === 'group' ? taxonomyOf(subject) : ''));
  for (const [taxonomy, members] of lines) {
    const sum = members.reduce((total, { weight }) => total + weight, 0);
    if (members.some(({ weight }) => weight < 0) || sum <= 1 + weightTolerance) continue;
    const where = taxonomy === '' ? '' : ` in ${shown(taxonomy)}`;
    violations.push({
      field: 'allocations',
      description: `target weights${where} must sum to at most 1; they sum to ${String(sum)} (fractions, not percent)`,
    });
  }
}
