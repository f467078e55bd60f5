/** What a plugin says of itself, checked before any of its code is called. */
import type { Host, Manifest, Plugin } from '../sdk/v1/index.ts';
import { manifestSchema, sdkVersion } from '../sdk/v1/index.ts';
import { Fault } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonObject, JsonSchema } from '../values/json.ts';
import { conforms, schemaProblem, schemaViolations, withDefaults } from '../values/schema.ts';
import { satisfies, versionOf } from './version.ts';

/** A plugin whose manifest and configuration are sound, ready to be activated. */
export interface Admitted {
  readonly manifest: Manifest;
  activate(host: Host): unknown;
}

/** Any plugin, whatever its configuration; called only through `Admitted`, after the configuration has passed its schema. */
type AnyPlugin = Plugin<never>;

/**
 * The plugin that a module exports (as `default` or `plugin`). Throws PLUGIN_MANIFEST_INVALID with all violations.
 */
export function pluginOf(module: unknown, name: string): AnyPlugin {
  const exported = [memberOf(module, 'default'), memberOf(module, 'plugin')].find(
    (member) => memberOf(member, 'manifest') !== undefined,
  );
  if (exported === undefined) {
    throw new Fault(
      'PLUGIN_MANIFEST_INVALID',
      `plugin ${name} must export an object with a manifest, as default or as "plugin"`,
      { plugin: name },
    );
  }
  const violations = manifestViolations(memberOf(exported, 'manifest'));
  if (!isPlugin(exported)) violations.push({ field: 'activate', description: 'must be a function' });
  const problem = configSchemaProblem(memberOf(exported, 'config'));
  if (problem !== undefined) violations.push({ field: 'config', description: problem });
  const fault = Fault.fromViolations(violations, 'PLUGIN_MANIFEST_INVALID');
  if (fault !== undefined || !isPlugin(exported)) {
    throw new Fault(
      'PLUGIN_MANIFEST_INVALID',
      `plugin ${name}: ${fault?.message ?? 'is no plugin'}`,
      { plugin: name },
      violations,
    );
  }
  return exported;
}

/** Everything wrong with a manifest, by field path below `manifest`. */
function manifestViolations(manifest: unknown): Violation[] {
  const violations = schemaViolations(manifestSchema, manifest, 'manifest');
  if (conforms(manifestSchema, manifest)) {
    if (versionOf(manifest.version) === undefined) {
      violations.push({
        field: 'manifest.version',
        description: `must be a semantic version like 1.0.0; got "${manifest.version}"`,
      });
    }
    if (satisfies([1, 0, 0], manifest.sdk) === undefined) {
      violations.push({
        field: 'manifest.sdk',
        description: `must be a range of versions like ^1.0.0; got "${manifest.sdk}"`,
      });
    }
    for (const [kind, ids] of Object.entries(manifest.capabilities)) {
      const twice = ids.filter((id, position) => ids.indexOf(id) !== position);
      for (const id of twice)
        violations.push({ field: `manifest.capabilities.${kind}`, description: `names ${id} twice` });
    }
  }
  return violations;
}

/** Throws PLUGIN_SDK_MISMATCH with `required` and `actual`. */
export function requireSdk(manifest: Manifest): void {
  const actual = versionOf(sdkVersion);
  if (actual !== undefined && satisfies(actual, manifest.sdk) === true) return;
  throw new Fault(
    'PLUGIN_SDK_MISMATCH',
    `plugin ${manifest.id} was written for SDK ${manifest.sdk}; this is ${sdkVersion}`,
    {
      plugin: manifest.id,
      required: manifest.sdk,
      actual: sdkVersion,
    },
  );
}

/**
 * Joins the plugin with its configuration, defaults of its schema filled in. Throws PLUGIN_CONFIG_INVALID with all violations by
 * field path below `plugins.<id>`.
 */
export function admitted(plugin: AnyPlugin, config: JsonObject | undefined): Admitted {
  const { manifest } = plugin;
  const field = `plugins.${manifest.id}`;
  if (plugin.config === undefined && config !== undefined) {
    throw configFault(manifest.id, [{ field, description: 'is configured, but the plugin takes no configuration' }]);
  }
  const schema: JsonSchema<never> = plugin.config ?? {};
  const complete = withDefaults(schema, config ?? {});
  if (!conforms(schema, complete)) throw configFault(manifest.id, schemaViolations(schema, complete, field));
  return { manifest, activate: (host) => plugin.activate(host, complete) };
}

function configFault(plugin: string, violations: readonly Violation[]): Fault {
  const message = violations.map((violation) => `${violation.field}: ${violation.description}`).join('; ');
  return new Fault('PLUGIN_CONFIG_INVALID', message, { plugin }, violations);
}

function configSchemaProblem(schema: unknown): string | undefined {
  if (schema === undefined) return undefined;
  if (typeof schema !== 'object' || schema === null) return 'must be a JSON schema';
  return schemaProblem(schema);
}

function isPlugin(value: unknown): value is AnyPlugin {
  return typeof memberOf(value, 'activate') === 'function';
}

/** A member of anything; undefined when there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
