/** What a portfolio wants to know of its constraints: whether type and parameters are sound, in the canonical form of both. */
import { canonicalConstraint } from '../constraints/alias.ts';
import type { Catalog } from '../optimization/catalog.ts';
import type { ConstraintCatalog } from '../portfolio/constraint-catalog.ts';
import { Fault, under } from '../values/fault.ts';

export function constraintCatalog(catalog: Pick<Catalog, 'constraints'>): ConstraintCatalog {
  return {
    violations: (type, parameters, field) => {
      const canonical = canonicalConstraint(type, parameters);
      try {
        const handler = catalog.constraints.require(canonical.type, `${field}.type`);
        const violations = under(`${field}.parameters`, handler.admitParameters?.(canonical.parameters) ?? []);
        return violations.map((violation) => ({
          ...violation,
          field: asWritten(violation.field, field, canonical.written),
        }));
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        return error.violations.map((violation) => ({ ...violation, reason: violation.reason ?? error.reason }));
      }
    },
  };
}

/** The path with the name of the parameter that the caller used. */
function asWritten(path: string, field: string, written: Readonly<Record<string, string>>): string {
  const prefix = `${field}.parameters.`;
  if (!path.startsWith(prefix)) return path;
  const [name = '', ...rest] = path.slice(prefix.length).split(/(?=[.[])/);
  return `${prefix}${[Object.hasOwn(written, name) ? written[name] : name, ...rest].join('')}`;
}
