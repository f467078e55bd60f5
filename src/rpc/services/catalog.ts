/** CatalogService: what is on offer, built in and by plugins. */
import { CatalogServiceService, PluginState } from '../../gen/veritasvault/portfolio/v1/catalog_service.ts';
import type { CatalogEntry, PluginEntry } from '../../gen/veritasvault/portfolio/v1/catalog_service.ts';
import type { Catalog, Offers } from '../../optimization/catalog.ts';
import type { JsonObject, JsonSchema } from '../../values/json.ts';
import { structTo } from '../codecs/values.ts';
import type { Edge } from '../edge.ts';
import { served } from '../handler.ts';
import type { Served } from '../handler.ts';
import { unary } from '../method.ts';

/** A plugin that was found; the registries of the host fit as they are. */
export interface FoundPlugin {
  readonly id: string;
  readonly state: 'active' | 'broken';
  /** Absent when it could not be read. */
  readonly manifest?: {
    readonly version: string;
    readonly sdk: string;
    readonly title: string;
    readonly references: readonly string[];
    readonly capabilities: Readonly<Partial<Record<string, readonly string[]>>>;
  };
  readonly reason?: string;
  readonly detail?: string;
}

export interface PluginCatalog extends Catalog {
  readonly plugins: readonly FoundPlugin[];
}

type Words = Pick<CatalogEntry, 'title' | 'description' | 'references' | 'capabilities'> & {
  readonly version?: string;
  readonly schema?: JsonSchema;
};

/** The entries by id; the version is that of the plugin unless the contribution has its own. */
function entries<Contribution>(
  offers: Offers<Contribution>,
  words: (contribution: Contribution) => Words,
): CatalogEntry[] {
  const listed = offers.offers.flatMap(({ id, plugin, pluginVersion }): CatalogEntry[] => {
    const contribution = offers.get(id);
    if (contribution === undefined) return [];
    const { schema, version = pluginVersion, ...rest } = words(contribution);
    return [{ ...rest, id, plugin, version, parametersSchema: schema === undefined ? undefined : schemaTo(schema) }];
  });
  return listed.sort(byId);
}

const byId = (one: { readonly id: string }, other: { readonly id: string }): number => (one.id < other.id ? -1 : 1);

function schemaTo(schema: JsonSchema): Record<string, unknown> {
  return structTo(JSON.parse(JSON.stringify(schema)) as JsonObject);
}

function pluginTo({ id, state, manifest, reason = '', detail = '' }: FoundPlugin): PluginEntry {
  return {
    id,
    title: manifest?.title ?? '',
    version: manifest?.version ?? '',
    sdkRange: manifest?.sdk ?? '',
    references: [...(manifest?.references ?? [])],
    state: state === 'active' ? PluginState.PLUGIN_STATE_ACTIVE : PluginState.PLUGIN_STATE_BROKEN,
    reason,
    message: detail,
    contributions: Object.values(manifest?.capabilities ?? {}).flatMap((ids) => ids ?? []),
  };
}

type OfferedStrategy = NonNullable<ReturnType<PluginCatalog['strategies']['get']>>;

/** That it has a frontier, against what, and what that needs besides; or why it has none. */
function frontierOf(strategy: OfferedStrategy): readonly string[] {
  const { frontierAgainst = 'volatility', frontierAlong = 'return', frontierNeeds = [], noFrontier } = strategy;
  if (!('frontier' in strategy)) return [noFrontier === undefined ? 'no frontier' : `no frontier: ${noFrontier}`];
  return [
    'has frontier',
    `frontier against ${frontierAgainst} along ${frontierAlong}`,
    ...frontierNeeds.map((need) => `frontier needs ${need}`),
  ];
}

export function catalogService(catalog: PluginCatalog, edge: Edge): Served {
  return served(
    CatalogServiceService,
    {
      listStrategies: unary(() => ({
        strategies: entries(catalog.strategies, (strategy) => ({
          title: strategy.title,
          description: strategy.description,
          references: [...strategy.references],
          capabilities: [...strategy.needs.map((need) => `needs ${need}`), ...frontierOf(strategy)],
          schema: strategy.parameters,
        })),
      })),
      listConstraintTypes: unary(() => ({
        constraintTypes: entries(
          catalog.constraints,
          ({ title, description, references, version, schema, convexity, priority }) => ({
            title,
            description,
            references: [...references],
            capabilities: [convexity, `default priority ${String(priority)}`],
            version,
            schema,
          }),
        ),
      })),
      listEstimators: unary(() => ({
        estimators: entries(catalog.estimators, ({ title, description, references, parameters, estimates }) => ({
          title,
          description,
          references: [...references],
          capabilities: [`estimates ${estimates}`],
          schema: parameters,
        })),
      })),
      listSolvers: unary(() => ({
        solvers: entries(catalog.solvers, ({ title, version, references, capabilities }) => ({
          title,
          description: '',
          references: [...references],
          capabilities: [...capabilities],
          version,
        })),
      })),
      listPlugins: unary(() => ({ plugins: catalog.plugins.map(pluginTo).sort(byId) })),
    },
    edge,
  );
}
