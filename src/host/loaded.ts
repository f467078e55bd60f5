/**
 * The life of plugins: found, manifest checked, SDK checked, configuration checked, activated, contributions checked, disposed.
 * Each step fails with its own reason. A plugin that fails is listed as broken and stops nobody else; two plugins that offer
 * the same id stop the start, because nothing could say which of them a stored portfolio means.
 */
import type { ConstraintHandler, Contributions, Host, Manifest, Solver, Strategy } from '../sdk/v1/index.ts';
import { sdkVersion } from '../sdk/v1/index.ts';
import { Fault } from '../values/fault.ts';
import type { Reason } from '../values/fault.ts';
import type { Estimator } from '../sdk/v1/index.ts';
import type { JsonObject } from '../values/json.ts';
import { activated } from './activation.ts';
import { checkedConstraint, checkedEstimator, checkedStrategy } from './checked.ts';
import { idsOf, kinds } from './contributions.ts';
import type { Kind } from './contributions.ts';
import { findPlugins } from './finding.ts';
import { Registry } from './registry.ts';
import type { Broken, Offer } from './registry.ts';
import { resolveSdk } from './sdk-resolution.ts';

export type Strategies = Registry<Strategy>;
export type ConstraintHandlers = Registry<ConstraintHandler>;
export type Solvers = Registry<Solver>;
export type Estimators = Registry<Estimator>;

export interface PluginSettings {
  /** Directories (starting with `.` or absolute) and names of npm packages, in the order in which they are loaded. */
  readonly locations: readonly string[];
  /** The directory that relative locations and package names are resolved from. */
  readonly base: string;
  /** Configuration by plugin id. */
  readonly config: Readonly<Record<string, JsonObject>>;
  /** What the engine itself contributes, listed as plugin `built-in`. */
  readonly builtIn: Contributions;
  readonly log: (level: 'info' | 'warn', message: string) => void;
  /** A plugin whose `activate` takes longer is broken. */
  readonly activationMs?: number;
}

/** One line of the catalogue. */
export interface PluginStatus {
  readonly id: string;
  readonly source: string;
  readonly state: 'active' | 'broken';
  /** Absent when it could not be read. */
  readonly manifest?: Manifest;
  /** Why it is broken. */
  readonly reason?: Reason;
  readonly detail?: string;
}

export interface Loaded {
  readonly plugins: readonly PluginStatus[];
  readonly strategies: Strategies;
  readonly constraints: ConstraintHandlers;
  readonly solvers: Solvers;
  readonly estimators: Estimators;
  /** Disposes every plugin, last activated first. Failures are logged; the second call does nothing. */
  dispose(): Promise<void>;
}

const builtInPlugin = 'built-in';

interface Active {
  readonly manifest: Manifest;
  readonly source: string;
  readonly contributions: Contributions;
}

/** Throws PLUGIN_DUPLICATE, with everything disposed, when two plugins share an id or contribute the same one. */
export async function loadPlugins(settings: PluginSettings): Promise<Loaded> {
  resolveSdk();
  const active: Active[] = [builtInOf(settings.builtIn)];
  const broken: PluginStatus[] = [];
  const imported = new Set<string>();
  for (const candidate of await findPlugins(settings.locations, settings.base)) {
    if (candidate.specifier !== undefined && imported.has(candidate.specifier)) continue;
    if (candidate.specifier !== undefined) imported.add(candidate.specifier);
    const outcome = await activated(
      candidate,
      settings.config,
      hostFor(candidate.name, settings),
      settings.activationMs ?? 10_000,
    );
    if (outcome.contributions !== undefined) active.push({ ...outcome, source: candidate.source });
    else broken.push(brokenStatus(candidate.name, candidate.source, outcome.fault, outcome.manifest));
  }
  const dispose = disposal(active, settings.log);
  const duplicate = duplicateAmong(active);
  if (duplicate !== undefined) {
    await dispose();
    throw duplicate;
  }
  broken.push(...unusedConfig(settings.config, active, broken));
  for (const status of broken) settings.log('warn', `plugin ${status.id} is broken: ${status.detail ?? ''}`);
  return { ...registriesOf(active, broken), plugins: [...active.map(activeStatus), ...broken], dispose };
}

function hostFor(name: string, settings: PluginSettings): Host {
  return { sdkVersion, log: (level, message) => settings.log(level, `plugin ${name}: ${message}`) };
}

function builtInOf(contributions: Contributions): Active {
  const capabilities = Object.fromEntries(kinds.map((kind) => [kind, idsOf(contributions, kind)]));
  const manifest = {
    id: builtInPlugin,
    version: sdkVersion,
    sdk: sdkVersion,
    title: 'Built into the engine',
    references: [],
    capabilities,
  };
  return { manifest, source: builtInPlugin, contributions };
}

function activeStatus(plugin: Active): PluginStatus {
  return { id: plugin.manifest.id, source: plugin.source, state: 'active', manifest: plugin.manifest };
}

function brokenStatus(name: string, source: string, fault: Fault, manifest?: Manifest): PluginStatus {
  const known = manifest === undefined ? {} : { manifest };
  return { id: manifest?.id ?? name, source, state: 'broken', ...known, reason: fault.reason, detail: fault.message };
}

/** Configuration that no plugin takes is a misspelt id or a plugin that is not there. */
function unusedConfig(
  config: PluginSettings['config'],
  active: readonly Active[],
  broken: readonly PluginStatus[],
): readonly PluginStatus[] {
  const known = new Set([...active.map((plugin) => plugin.manifest.id), ...broken.map((status) => status.id)]);
  return Object.keys(config)
    .filter((id) => !known.has(id))
    .map((id) =>
      brokenStatus(
        id,
        'configuration',
        new Fault('PLUGIN_NOT_FOUND', `plugin ${id} is configured, but was not found`, { plugin: id }),
      ),
    );
}

function duplicateAmong(active: readonly Active[]): Fault | undefined {
  const owners = new Map<string, Active>();
  for (const plugin of active) {
    const ids = [
      ['plugin', plugin.manifest.id] as const,
      ...kinds.flatMap((kind) => idsOf(plugin.contributions, kind).map((id) => [words[kind], id] as const)),
    ];
    for (const [word, id] of ids) {
      const key = `${word} ${id}`;
      const first = owners.get(key);
      if (first === undefined) owners.set(key, plugin);
      else {
        const where = [first, plugin].map((owner) => `${owner.manifest.id} (${owner.source})`);
        return new Fault('PLUGIN_DUPLICATE', `${key} is offered twice: by ${where.join(' and ')}`, {
          id,
          first: first.source,
          second: plugin.source,
        });
      }
    }
  }
  return undefined;
}

const words: Readonly<Record<Kind, string>> = {
  strategies: 'strategy',
  constraints: 'constraint',
  solvers: 'solver',
  estimators: 'estimator',
};

function registriesOf(active: readonly Active[], broken: readonly PluginStatus[]): Pick<Loaded, Kind> {
  const promises = (kind: Kind): readonly Broken[] =>
    broken.flatMap((status) =>
      (status.manifest?.capabilities[kind] ?? []).map((id) => ({ id, plugin: status.id, why: status.detail ?? '' })),
    );
  const registry = <Own, Checked>(
    kind: Kind,
    own: (contributions: Contributions) => readonly Own[],
    checked: (contribution: Own) => Checked,
  ): Registry<Checked> => {
    const offers = active.flatMap(({ manifest, contributions }): readonly Offer<Checked>[] => {
      const ids = idsOf(contributions, kind);
      const owner = { plugin: manifest.id, pluginVersion: manifest.version };
      return own(contributions).map((contribution, position) => ({
        id: ids[position] ?? '',
        ...owner,
        contribution: checked(contribution),
      }));
    });
    return new Registry(words[kind], offers, promises(kind));
  };
  return {
    strategies: registry('strategies', (from) => from.strategies ?? [], checkedStrategy),
    constraints: registry('constraints', (from) => from.constraints ?? [], checkedConstraint),
    solvers: registry(
      'solvers',
      (from) => from.solvers ?? [],
      (solver) => solver,
    ),
    estimators: registry('estimators', (from) => from.estimators ?? [], checkedEstimator),
  };
}

function disposal(active: readonly Active[], log: PluginSettings['log']): () => Promise<void> {
  let left = [...active];
  return async () => {
    const plugins = left.reverse();
    left = [];
    for (const { manifest, contributions } of plugins) {
      try {
        await contributions.dispose?.();
      } catch (error) {
        log(
          'warn',
          `plugin ${manifest.id} failed while it was disposed: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  };
}
