/**
 * What every strategy plugin must keep, driven by its manifest. Pending, with its reason, only where the contract leaves a choice:
 * a strategy without `frontier` has none.
 */
import type { Violation } from '../../../values/fault.ts';
import type { JsonObject } from '../../../values/json.ts';
import { schemaViolations, withDefaults } from '../../../values/schema.ts';
import { manifestSchema } from '../manifest.ts';
import { sdkVersion } from '../plugin.ts';
import type { Contributions, Plugin } from '../plugin.ts';
import type { Strategy } from '../strategy.ts';
import { parameterExamples, schemaFaults } from './examples.ts';
import { ensure, ensureNone } from './framework.ts';
import type { Framework } from './framework.ts';
import { frontierContract } from './frontier-contract.ts';
import type { Engine } from './reference-task.ts';
import { runContract } from './run-contract.ts';

export interface StrategyContractOptions {
  readonly framework: Framework;
  /** The solver and the independent check to run against. */
  readonly engine: Engine;
  readonly config?: JsonObject;
  /** Parameters to test with, by strategy id; otherwise the examples and defaults of its schema. */
  readonly parameters?: Readonly<Record<string, readonly JsonObject[]>>;
  /** Strategies of other plugins that its own may delegate to. */
  readonly strategies?: readonly Strategy<never>[];
}

/**
 * Declares the tests of one plugin: its manifest, and each strategy that it returns. Activates it once to know what to declare, so it
 * has to be awaited at the top of the test file.
 */
export async function strategyContract(plugin: Plugin<never>, options: StrategyContractOptions): Promise<void> {
  const { describe, it } = options.framework;
  const { manifest } = plugin;
  const known = await activated(plugin, options.config).catch((): Contributions => ({}));
  describe(`plugin ${manifest.id} keeps the strategy contract`, () => {
    it('has a valid manifest', () => {
      const violations = schemaViolations(manifestSchema, manifest, 'manifest');
      ensureNone('manifest', violations.map(inWords));
    });

    it('returns what its manifest names, and nothing else, each time it is activated', async () => {
      for (const contributions of [await activated(plugin, options.config), await activated(plugin, options.config)]) {
        const returned = (contributions.strategies ?? []).map((strategy) => strategy.id);
        const promised = manifest.capabilities.strategies ?? [];
        ensureNone(
          'named, not returned',
          promised.filter((id) => !returned.includes(id)),
        );
        ensureNone(
          'returned, not named',
          returned.filter((id) => !promised.includes(id)),
        );
        await contributions.dispose?.();
      }
    });

    for (const contributed of known.strategies ?? []) {
      describe(`strategy ${contributed.id}`, () => {
        const strategy: Strategy = contributed;
        const schema = strategy.parameters;
        it('describes itself: title, definition, references, sound parameter schema', () => {
          ensure(strategy.title !== '' && strategy.description.length >= 20, 'needs a title and a definition in words');
          ensure(Array.isArray(strategy.references), 'needs a list of references');
          ensureNone('schema', schemaFaults(schema));
        });
        const given = options.parameters?.[strategy.id] ?? parameterExamples(schema);
        const parameters = given.map((set) => withDefaults(schema, set) as JsonObject);
        const strategies = [...(known.strategies ?? []), ...(options.strategies ?? [])];
        const contract = { framework: options.framework, engine: options.engine, strategy, parameters, strategies };
        runContract(contract);
        frontierContract(contract);
      });
    }
  });
}

function inWords({ field, description }: Violation): string {
  return `${field} ${description}`;
}

async function activated(plugin: Plugin<never>, config: JsonObject | undefined): Promise<Contributions> {
  const complete = withDefaults(plugin.config ?? {}, config ?? {});
  ensureNone('config', schemaViolations(plugin.config ?? {}, complete, 'config').map(inWords));
  // The schema has just been kept, and the type is what the schema describes.
  return plugin.activate({ sdkVersion, log: () => undefined }, complete as never);
}
