/** A plugin is a plain object. It returns what it contributes and registers nothing itself, so a test needs no host. */
import type { ConstraintHandler } from '../../problem/situation.ts';
import type { Solver } from '../../problem/solver.ts';
import type { JsonObject, JsonSchema } from '../../values/json.ts';
import type { Estimator } from './estimator.ts';
import type { Strategy } from './strategy.ts';

/** The version of this contract. A plugin states the range that it was written for in `Manifest.sdk`. */
export const sdkVersion = '1.0.0';

export interface Manifest {
  /** kebab-case, unique among all plugins. */
  readonly id: string;
  /** Semantic version of the plugin. */
  readonly version: string;
  /** Range of SDK versions, npm semver syntax: `^1.0.0`. */
  readonly sdk: string;
  readonly title: string;
  /** Papers and books that define what it does. */
  readonly references: readonly string[];
  /** Ids of strategies, constraint types, solvers and estimators that `activate` returns; checked against them. */
  readonly capabilities: {
    readonly strategies?: readonly string[];
    readonly constraints?: readonly string[];
    readonly solvers?: readonly string[];
    readonly estimators?: readonly string[];
  };
}

/** What the host offers to a plugin. */
export interface Host {
  readonly sdkVersion: string;
  log(level: 'info' | 'warn', message: string): void;
}

/** `any`-free erasure: each contribution checks its own parameters against the schema that it publishes. */
export interface Contributions {
  readonly strategies?: readonly Strategy<never>[];
  readonly constraints?: readonly ConstraintHandler<never>[];
  readonly solvers?: readonly Solver[];
  readonly estimators?: readonly Estimator<never>[];
  dispose?(): void | Promise<void>;
}

export interface Plugin<Config = JsonObject> {
  readonly manifest: Manifest;
  /** Schema of the configuration under the plugin's id; absent when it takes none. */
  readonly config?: JsonSchema<Config>;
  activate(host: Host, config: Config): Contributions | Promise<Contributions>;
}

/** Ties the config type to the schema; returns its argument. */
export function definePlugin<Config = JsonObject>(plugin: Plugin<Config>): Plugin<Config> {
  return plugin;
}

/** Ties the parameter type to the schema; returns its argument. */
export function defineStrategy<Parameters>(strategy: Strategy<Parameters>): Strategy<Parameters> {
  return strategy;
}
