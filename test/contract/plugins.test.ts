/** Every plugin that lies in `plugins/` or `examples/plugins/` keeps the contract; a new one is picked up by being there. */
import { constraintContract, strategyContract } from '../../src/sdk/v1/testing/index.ts';
import { referenceEngine } from '../support/reference-engine.ts';
import { pluginsIn } from './own-plugins.ts';

const framework = { describe, it };

const found = [...(await pluginsIn('plugins')), ...(await pluginsIn('examples/plugins'))];
const strategies = found.flatMap(({ contributions }) => contributions.strategies ?? []);

for (const { plugin, contributions } of found) {
  await strategyContract(plugin, { framework, engine: referenceEngine, strategies });
  for (const handler of contributions.constraints ?? []) constraintContract(handler, { framework });
}
