/** Every plugin that lies in `plugins/` or `examples/plugins/` keeps the contract; a new one is picked up by being there. */
import { readdirSync } from 'node:fs';
import { pluginOf } from '../../src/host/manifest.ts';
import { strategyContract } from '../../src/sdk/v1/testing/index.ts';
import { referenceEngine } from '../support/reference-engine.ts';

const framework = { describe, it };

for (const folder of ['../../plugins/', '../../examples/plugins/']) {
  const directory = new URL(folder, import.meta.url);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const module: unknown = await import(new URL(`${entry.name}/index.ts`, directory).href);
    await strategyContract(pluginOf(module, entry.name), { framework, engine: referenceEngine });
  }
}
