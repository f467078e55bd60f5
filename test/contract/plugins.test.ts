/** Every plugin that lies in `plugins/` or `examples/plugins/` keeps the contract; a new one is picked up by being there. */
import { readdirSync } from 'node:fs';
import { admitted, pluginOf } from '../../src/host/manifest.ts';
import { sdkVersion } from '../../src/sdk/v1/index.ts';
import type { Contributions } from '../../src/sdk/v1/index.ts';
import { constraintContract, strategyContract } from '../../src/sdk/v1/testing/index.ts';
import { referenceEngine } from '../support/reference-engine.ts';

const framework = { describe, it };

const directories = ['../../plugins/', '../../examples/plugins/'].map((folder) => new URL(folder, import.meta.url));
const places = directories.flatMap((directory) =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, path: new URL(`${name}/index.ts`, directory).href })),
);
const found = await Promise.all(
  places.map(async ({ name, path }) => {
    const module: unknown = await import(path);
    const plugin = pluginOf(module, name);
    const ready = admitted(plugin, undefined).activate({ sdkVersion, log: () => undefined });
    return { plugin, contributions: (await ready) as Contributions };
  }),
);
const strategies = found.flatMap(({ contributions }) => contributions.strategies ?? []);

for (const { plugin, contributions } of found) {
  await strategyContract(plugin, { framework, engine: referenceEngine, strategies });
  for (const handler of contributions.constraints ?? []) constraintContract(handler, { framework });
}
