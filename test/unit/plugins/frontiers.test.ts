import { expect } from 'chai';
import { readdirSync } from 'node:fs';

import { admitted, pluginOf } from '../../../src/host/manifest.ts';
import { sdkVersion } from '../../../src/sdk/v1/index.ts';
import type { Contributions } from '../../../src/sdk/v1/index.ts';

const folder = new URL('../../../plugins/', import.meta.url);
const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const strategies = (
  await Promise.all(
    names.map(async ({ name }) => {
      const module: unknown = await import(new URL(`${name}/index.ts`, folder).href);
      const ready = admitted(pluginOf(module, name), undefined).activate({ sdkVersion, log: () => undefined });
      return ((await ready) as Contributions).strategies ?? [];
    }),
  )
).flat();

describe('every strategy of the product', () => {
  it('has a frontier, or says why not and what to ask for instead', () => {
    const silent = strategies.filter((each) => !('frontier' in each) && each.noFrontier === undefined);
    expect(silent.map(({ id }) => id)).to.deep.equal([]);
    const both = strategies.filter((each) => 'frontier' in each && each.noFrontier !== undefined);
    expect(both.map(({ id }) => id)).to.deep.equal([]);
  });

  it('without a frontier points at strategies that have one, or at itself with other parameters', () => {
    const ids = strategies.map(({ id }) => id);
    const having = strategies.filter((each) => 'frontier' in each).map(({ id }) => id);
    for (const { id, noFrontier } of strategies) {
      if (noFrontier === undefined) continue;
      expect(noFrontier, id).to.contain('; ask for ');
      const [, advice = ''] = noFrontier.split('; ask for ');
      const named = ids.filter((other) => new RegExp(`(^|[ ,])${other}($|[ ,])`, 'u').test(advice) && other !== id);
      for (const other of named) expect(having, id).to.include(other);
    }
  });
});
