/** Every plugin that lies in `plugins/` or `examples/plugins/`, activated; a new one is picked up by being there. */
import { readdirSync } from 'node:fs';

import { admitted, pluginOf } from '../../src/host/manifest.ts';
import { sdkVersion } from '../../src/sdk/v1/index.ts';
import type { Contributions, Strategy } from '../../src/sdk/v1/index.ts';

export async function pluginsIn(folder: 'plugins' | 'examples/plugins') {
  const directory = new URL(`../../${folder}/`, import.meta.url);
  const names = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return Promise.all(
    names.map(async ({ name }) => {
      const module: unknown = await import(new URL(`${name}/index.ts`, directory).href);
      const plugin = pluginOf(module, name);
      const ready = admitted(plugin, undefined).activate({ sdkVersion, log: () => undefined });
      const contributions = (await ready) as Contributions;
      return { name, plugin, contributions };
    }),
  );
}

/** All strategies of `plugins/`. */
export async function ownStrategies(): Promise<readonly Strategy[]> {
  return (await pluginsIn('plugins')).flatMap(({ contributions: { strategies = [] } }) => strategies);
}
