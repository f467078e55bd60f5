/** The form of a manifest, for hosts and for authors who want to check theirs. */
import type { JsonSchema } from '../../values/json.ts';
import type { Manifest } from './plugin.ts';

const identifier = '^[a-z][a-z0-9]*(-[a-z0-9]+)*$';
const identifiers: JsonSchema = { type: 'array', items: { type: 'string', pattern: identifier, maxLength: 63 } };

export const manifestSchema: JsonSchema<Manifest> = {
  type: 'object',
  required: ['id', 'version', 'sdk', 'title', 'references', 'capabilities'],
  additionalProperties: false,
  properties: {
    id: { type: 'string', pattern: identifier, maxLength: 63, description: 'kebab-case, unique among all plugins' },
    version: { type: 'string', description: 'semantic version of the plugin' },
    sdk: { type: 'string', minLength: 1, description: 'range of SDK versions that the plugin was written for' },
    title: { type: 'string', minLength: 1, maxLength: 120 },
    references: { type: 'array', items: { type: 'string', minLength: 1 } },
    capabilities: {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      properties: { strategies: identifiers, constraints: identifiers, solvers: identifiers, estimators: identifiers },
    },
  },
};
