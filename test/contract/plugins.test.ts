/** Every plugin that lies in `plugins/` or `examples/plugins/` keeps the contract; a new one is picked up by being there. */
import { readdirSync } from 'node:fs';
import { admitted, pluginOf } from '../../src/host/manifest.ts';
import { sdkVersion } from '../../src/sdk/v1/index.ts';
import type { Contributions } from '../../src/sdk/v1/index.ts';
import { constraintContract, strategyContract } from '../../src/sdk/v1/testing/index.ts';
import { referenceEngine } from '../support/reference-engine.ts';

const framework = { describe, it };

for (const folder of ['../../plugins/', '../../examples/plugins/']) {
  const directory = new URL(folder, import.meta.url);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const module: unknown = await import(new URL(`${entry.name}/index.ts`, directory).href);
    const plugin = pluginOf(module, entry.name);
    await strategyContract(plugin, { framework, engine: referenceEngine });
    if (plugin.manifest.capabilities.constraints === undefined) continue;
    const ready = admitted(plugin, undefined).activate({ sdkVersion, log: () => undefined });
    for (const handler of ((await ready) as Contributions).constraints ?? [])
      constraintContract(handler, { framework });
  }
}
