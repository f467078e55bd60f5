import type { Violation } from '../values/fault.ts';
import type { JsonObject } from '../values/json.ts';

/** The constraint types on offer, as far as a portfolio looks at them: constraints are kept as the client stated them. */
export interface ConstraintCatalog {
  /** Problems with type and parameters, by paths below `field` (the path of the constraint): `field.type`, `field.parameters.max`. */
  violations(type: string, parameters: JsonObject, field: string): readonly Violation[];
}
