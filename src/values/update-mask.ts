/** Update masks and etags, the same for every resource (AIP-134, AIP-154). */
import { Fault } from './fault.ts';
import type { Violation } from './fault.ts';

/** The fields that a mask names, each once; `*` names all. Unknown and missing ones are violations of `update_mask`. */
export function readMask(
  mask: readonly string[],
  known: readonly string[],
  violations: Violation[],
): ReadonlySet<string> {
  if (mask.length === 0) {
    violations.push({ field: 'update_mask', description: `must name at least one of ${known.join(', ')}` });
  }
  if (mask.includes('*')) return new Set(known);
  for (const [position, path] of mask.entries()) {
    if (known.includes(path)) continue;
    violations.push({
      field: `update_mask.paths[${String(position)}]`,
      description: `names ${JSON.stringify(path.slice(0, 60))}; can be one of ${known.join(', ')}`,
    });
  }
  return new Set(mask.filter((path) => known.includes(path)));
}

/** Refuses an absent etag (when one is required) and one of another version. */
export function checkEtag(etag: string, version: number, name: string, required: boolean = true): void {
  if (etag === '') {
    if (!required) return;
    throw new Fault('ETAG_REQUIRED', `${name}: the etag of the version read is required`, { resource: name }, [
      { field: 'etag', description: 'is required', reason: 'ETAG_REQUIRED' },
    ]);
  }
  if (etag !== String(version)) {
    throw new Fault('ETAG_MISMATCH', `${name} has changed since it was read; read it again`, {
      resource: name,
      etag: String(version),
    });
  }
}

/** The fault of a resource that the tenant does not have. */
export function notFound(name: string): Fault {
  return new Fault('NOT_FOUND', `${name} does not exist`, { resource: name });
}
