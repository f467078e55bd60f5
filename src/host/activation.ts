/** Takes one candidate through all the steps and stops at the first that fails. */
import type { Contributions, Host, Manifest } from '../sdk/v1/index.ts';
import { Fault } from '../values/fault.ts';
import type { JsonObject } from '../values/json.ts';
import { capabilityViolations, contributionViolations, isContributions } from './contributions.ts';
import type { Candidate } from './finding.ts';
import { admitted, memberOf, pluginOf, requireSdk } from './manifest.ts';

export type Outcome =
  | { readonly manifest: Manifest; readonly contributions: Contributions }
  | { readonly manifest?: Manifest; readonly contributions?: never; readonly fault: Fault };

/** Never throws: what went wrong is in the outcome. */
export async function activated(
  candidate: Candidate,
  config: Readonly<Record<string, JsonObject>>,
  host: Host,
  limitMs: number,
): Promise<Outcome> {
  let manifest: Manifest | undefined;
  try {
    const plugin = pluginOf(await imported(candidate), candidate.name);
    manifest = plugin.manifest;
    requireSdk(manifest);
    const ready = admitted(plugin, Object.hasOwn(config, manifest.id) ? config[manifest.id] : undefined);
    const returned = await within(limitMs, async () => ready.activate(host), manifest.id);
    return { manifest, contributions: checkedContributions(manifest, returned) };
  } catch (error) {
    const known = manifest === undefined ? {} : { manifest };
    return {
      ...known,
      fault: error instanceof Fault ? error : failed(manifest?.id ?? candidate.name, 'could not be activated', error),
    };
  }
}

async function imported(candidate: Candidate): Promise<unknown> {
  if (candidate.fault !== undefined || candidate.specifier === undefined) {
    throw (
      candidate.fault ??
      new Fault('PLUGIN_NOT_FOUND', `plugin ${candidate.name} was not found`, { plugin: candidate.name })
    );
  }
  try {
    const module: unknown = await import(candidate.specifier);
    return module;
  } catch (error) {
    // Only the plugin itself missing is "not found"; a file that it imports in vain is its own failure.
    const isMissing = memberOf(error, 'code') === 'ERR_MODULE_NOT_FOUND' && !candidate.specifier.startsWith('file:');
    if (isMissing && error instanceof Error && error.message.includes(`'${candidate.source}'`)) {
      throw new Fault('PLUGIN_NOT_FOUND', `plugin ${candidate.name} was not found: there is no package of this name`, {
        plugin: candidate.name,
        source: candidate.source,
      });
    }
    throw failed(candidate.name, 'could not be imported', error);
  }
}

function checkedContributions(manifest: Manifest, returned: unknown): Contributions {
  if (!isContributions(returned)) {
    const violations = contributionViolations(returned);
    const message = violations.map((violation) => `${violation.field}: ${violation.description}`).join('; ');
    throw new Fault(
      'PLUGIN_ACTIVATION_FAILED',
      `plugin ${manifest.id}: ${message}`,
      { plugin: manifest.id },
      violations,
    );
  }
  const violations = capabilityViolations(manifest, returned);
  if (violations.length === 0) return returned;
  const message = violations.map((violation) => `${violation.field} ${violation.description}`).join('; ');
  throw new Fault('PLUGIN_MANIFEST_INVALID', `plugin ${manifest.id}: ${message}`, { plugin: manifest.id }, violations);
}

function failed(plugin: string, what: string, error: unknown): Fault {
  const cause = error instanceof Error ? error.message : String(error);
  return new Fault('PLUGIN_ACTIVATION_FAILED', `plugin ${plugin} ${what}: ${cause}`, { plugin });
}

async function within<Value>(limitMs: number, work: () => Promise<Value>, plugin: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(failed(plugin, 'could not be activated', `activate took longer than ${limitMs} ms`)),
      limitMs,
    );
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
