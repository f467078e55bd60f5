/** What the README of a plugin says of its strategies is what their schemas say, and the cases that it cites are tested. */
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

import type { JsonSchema } from '../../src/sdk/v1/index.ts';
import { pluginsIn } from './own-plugins.ts';

const root = new URL('../../', import.meta.url);

/** Every name of a parameter, at any depth, with its schema. */
function parametersOf(schema: JsonSchema): readonly (readonly [string, JsonSchema])[] {
  const { properties = {}, items, additionalProperties } = schema;
  const below = [items, additionalProperties].filter((inner) => typeof inner === 'object' && !Array.isArray(inner));
  return [
    ...Object.entries(properties).flatMap(([name, inner]) => [[name, inner] as const, ...parametersOf(inner)]),
    ...below.flatMap((inner) => parametersOf(inner as JsonSchema)),
  ];
}

const codeIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => [code, ...(code.match(/[\w-]+/g) ?? [])]));

/** The strategy that a row of a table speaks of; `id`, and after a comma which case of it. */
const idOf = (cells: readonly string[]): string => /^`([a-z-]+)`(?:, .+)?$/.exec(cells[1] ?? '')?.[1] ?? '';

/** A test with the published cases that it reads. */
const testAt = (path: string): string => {
  const text = readFileSync(new URL(path, root), 'utf8');
  const cases = [...text.matchAll(/cases\/[\w-]+\.json/g)].map(([file]) => new URL(`test/golden/${file}`, root));
  return [text, ...cases.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'))].join('\n');
};

for (const { name, contributions } of await pluginsIn('plugins')) {
  const readme = readFileSync(new URL(`plugins/${name}/README.md`, root), 'utf8');
  const { strategies = [] } = contributions;
  const rows = new Map(
    readme
      .split('\n')
      .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
      .filter((cells) => cells.length > 4 && idOf(cells) !== '')
      .map((cells) => [idOf(cells), cells.slice(2).join(' ')] as const),
  );

  describe(`README of plugins/${name}`, () => {
    it('has a row for each strategy, and for no other', () => {
      expect([...rows.keys()].sort()).to.deep.equal(strategies.map(({ id }) => id).sort());
    });

    it('names every parameter, with its choices', () => {
      const named = codeIn(readme);
      const words = new Set(readme.match(/[\w-]+/g));
      const missing = strategies.flatMap(({ id, parameters }) =>
        parametersOf(parameters).flatMap(([parameter, { enum: choices = [] }]) => [
          ...(named.has(parameter) ? [] : [`${id}: ${parameter}`]),
          ...choices.flatMap((choice) =>
            typeof choice !== 'string' || words.has(choice) ? [] : [`${id}: ${parameter} ${choice}`],
          ),
        ]),
      );
      expect(missing).to.deep.equal([]);
    });

    it('names no parameter that a strategy does not take', () => {
      const known = new Set(
        strategies.flatMap(({ id, parameters }) => [
          id,
          ...parametersOf(parameters).flatMap(([parameter, { enum: choices = [] }]) => [
            parameter,
            ...choices.filter((choice) => typeof choice === 'string'),
          ]),
        ]),
      );
      const [, header = ''] = /^\|([^\n]*)\|\n\|[-|]+\n/m.exec(readme) ?? [];
      const column = header.split('|').findIndex((cell) => cell.trim() === 'parameters');
      expect(column, 'a column of parameters').to.be.at.least(0);
      const stated = readme
        .split('\n')
        .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
        .filter((cells) => rows.has(idOf(cells)))
        .flatMap((cells) => [...(cells[column + 1] ?? '').matchAll(/`([a-z][\w-]*)`/g)].map(([, code = '']) => code));
      const taxonomies = ['asset-class', 'sector', 'country', 'currency', 'issuer'];
      expect(stated.filter((code) => !known.has(code) && !taxonomies.includes(code))).to.deep.equal([]);
    });

    it('tells the numbers, but 0, that hold where a parameter is absent', () => {
      const missing = strategies.flatMap(({ id, parameters: { properties = {} } }) =>
        Object.entries(properties).flatMap(([parameter, schema]) => {
          const absent = schema.default;
          if (typeof absent !== 'number' || absent === 0) return [];
          const told = new RegExp(`\`${parameter}\`[^|]{0,200}?(?<![\\w.])${String(absent)}(?![\\w.]*\\d)`);
          return told.test(readme) ? [] : [`${id}: ${parameter} is ${absent}`];
        }),
      );
      expect(missing).to.deep.equal([]);
    });

    it('cites a case that is tested: the test names its authors', () => {
      const tests = [...readme.matchAll(/`(test\/[\w/.-]+)`/g)].map(([, path = '']) => path);
      expect(tests).to.not.deep.equal([]);
      const authors = [...readme.matchAll(/^- ([A-Z][\w-]+(?: (?:de )?[A-Z][\w-]+)?), [A-Z]/gm)].map(
        ([, author = '']) => author,
      );
      const text = tests.map(testAt).join('\n');
      expect(authors.filter((author) => text.includes(author.split(' ').at(-1)!))).to.not.deep.equal([]);
    });
  });
}
