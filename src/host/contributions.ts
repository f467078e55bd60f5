/** What a plugin returned, compared with what its manifest promised. */
import type { Contributions, Manifest } from '../sdk/v1/index.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { schemaProblem } from '../values/schema.ts';
import { memberOf } from './manifest.ts';

export type Kind = 'strategies' | 'constraints' | 'solvers' | 'estimators';
export const kinds: readonly Kind[] = ['strategies', 'constraints', 'solvers', 'estimators'];

/** Where each kind keeps its id, its parameter schema, and what must be callable. */
const shapes: Readonly<
  Record<
    Kind,
    {
      readonly id: string;
      readonly schema?: string;
      readonly texts: readonly string[];
      readonly functions: readonly string[];
    }
  >
> = {
  strategies: { id: 'id', schema: 'parameters', texts: ['title', 'description'], functions: ['optimize'] },
  constraints: {
    id: 'type',
    schema: 'schema',
    texts: ['title', 'description', 'version'],
    functions: ['admit', 'lower', 'check'],
  },
  solvers: { id: 'id', texts: ['title', 'version'], functions: ['supports', 'solve'] },
  estimators: {
    id: 'type',
    schema: 'parameters',
    texts: ['title', 'description', 'estimates'],
    functions: ['estimate'],
  },
};

/** Ids of the contributions of one kind, in their order. */
export function idsOf(contributions: Contributions, kind: Kind): readonly string[] {
  return (contributions[kind] ?? []).map((contribution) => String(memberOf(contribution, shapes[kind].id)));
}

export function isContributions(value: unknown): value is Contributions {
  return typeof value === 'object' && value !== null && contributionViolations(value).length === 0;
}

/** Everything that makes a contribution uncallable, by field path. Empty for well-typed plugins; plain JavaScript can get it wrong. */
export function contributionViolations(value: unknown): readonly Violation[] {
  if (typeof value !== 'object' || value === null)
    return [{ field: 'activate', description: 'must return an object with its contributions' }];
  return kinds.flatMap((kind) => {
    const list = memberOf(value, kind);
    if (list === undefined) return [];
    if (!Array.isArray(list)) return [{ field: kind, description: 'must be a list' }];
    return list.flatMap((contribution: unknown, position) => problemsOf(contribution, kind, `${kind}[${position}]`));
  });
}

function problemsOf(contribution: unknown, kind: Kind, field: string): readonly Violation[] {
  const shape = shapes[kind];
  const violations: Violation[] = [];
  for (const name of [shape.id, ...shape.texts]) {
    const text = memberOf(contribution, name);
    if (typeof text !== 'string' || text === '')
      violations.push({ field: `${field}.${name}`, description: 'must be a text that is not empty' });
  }
  for (const name of shape.functions) {
    if (typeof memberOf(contribution, name) !== 'function')
      violations.push({ field: `${field}.${name}`, description: 'must be a function' });
  }
  if (shape.schema !== undefined) {
    const schema = memberOf(contribution, shape.schema);
    const problem = isSchema(schema) ? schemaProblem(schema) : 'must be a JSON schema';
    if (problem !== undefined) violations.push({ field: `${field}.${shape.schema}`, description: problem });
  }
  return violations;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where the contributions differ from the manifest's capabilities, either way. */
export function capabilityViolations(manifest: Manifest, contributions: Contributions): readonly Violation[] {
  return kinds.flatMap((kind) => {
    const promised = manifest.capabilities[kind] ?? [];
    const returned = idsOf(contributions, kind);
    const field = `manifest.capabilities.${kind}`;
    return [
      ...promised
        .filter((id) => !returned.includes(id))
        .map((id) => ({ field, description: `names ${id}, which activate does not return` })),
      ...returned
        .filter((id) => !promised.includes(id))
        .map((id) => ({ field, description: `does not name ${id}, which activate returns` })),
      ...returned
        .filter((id, position) => returned.indexOf(id) !== position)
        .map((id) => ({ field, description: `${id} is returned twice by activate` })),
    ];
  });
}
