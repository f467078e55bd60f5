/** The tables of README.md count what the tests hold: every row is counted again here, and so are the totals. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const read = (name: string): string => readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
const caseFiles = readdirSync(new URL('./cases/', import.meta.url)).filter((name) => name.endsWith('.json'));
const [, firstTable = '', ...listing] = read('README.md').split(/^## /m);

type Row = readonly string[];

function tableOf(section: string): { readonly rows: readonly Row[]; readonly total: Row } {
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  const cells = lines.slice(2).map((line) => line.split('|').slice(1, -1));
  const rows = cells.map((row) => row.map((cell) => cell.trim()));
  const total = rows.at(-1);
  if (total === undefined) throw new Error('a table without rows');
  return { rows: rows.slice(0, -1), total };
}

const quoted = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** `file.json`, `file.json#path`, `file.json#path[5:]` or `file.json#path=1`; see README.md. */
function counted(specification: string): number {
  const [, file = '', path, from = '0', whole] =
    /^([\w-]+\.json)(?:#([^=[]+))?(?:\[(\d+):\])?(=1)?$/.exec(specification) ?? [];
  let entries = JSON.parse(read(`cases/${file}`)) as Readonly<Record<string, unknown>>;
  for (const key of path?.split('.') ?? []) {
    expect(entries, `${specification}: ${key}`).to.have.property(key);
    entries = entries[key] as Readonly<Record<string, unknown>>;
  }
  return path === undefined || whole !== undefined ? 1 : Object.keys(entries).length - Number(from);
}

const testsIn = (test: string): number => read(test).match(/^\s*it\(/gm)?.length ?? 0;

/** A test with all the case files that it names. */
function withCases(test: string): string {
  const source = read(test);
  const named = caseFiles.filter((file) => source.includes(file) || source.includes(`'${file.replace('.json', '')}'`));
  return [source, ...named.map((file) => read(`cases/${file}`))].join('\n');
}

describe('the table of published cases', () => {
  const { rows, total } = tableOf(firstTable);

  for (const [method, source, test = '', countedIn = '', held] of rows)
    it(`${method}, ${source}: ${held}`, () => {
      const tests = quoted(test);
      for (const name of tests) expect(existsSync(new URL(`./${name}`, import.meta.url)), name).to.equal(true);
      for (const [file = ''] of quoted(countedIn).map((entry) => entry.split('#'))) {
        if (!file.endsWith('.json')) continue;
        const users = tests.filter((name) => withCases(name).includes(read(`cases/${file}`)));
        expect(users, `tests that read ${file}`).to.not.deep.equal([]);
      }
      const parts = quoted(countedIn).map((entry) => (entry === 'it(' ? sum(tests.map(testsIn)) : counted(entry)));
      expect(sum(parts)).to.equal(Number(held));
    });

  it('adds up, and says why wherever something is left out', () => {
    expect(sum(rows.map((row) => Number(row[4])))).to.equal(Number(total[4]));
    expect(sum(rows.map((row) => Number(row[5])))).to.equal(Number(total[5]));
    for (const row of rows) if (row[5] !== '0') expect(row[6], row[1]).to.not.equal('-');
  });
});

for (const section of listing)
  describe(`the table of ${section.split('\n')[0]}`, () => {
    const { rows, total } = tableOf(section);
    /** `3: 0014, 0015, 0020` */
    const idsOf = (cell = '0'): readonly string[] => {
      const [count, ids] = cell.split(': ');
      const listed = ids?.split(', ') ?? [];
      expect(listed.length, cell).to.equal(Number(count));
      return listed;
    };
    /** `#160` is the line of a test of theirs, `0014` a call. */
    const inFull = (id: string, theirs: string): RegExp =>
      id.startsWith('#') ? new RegExp(`${/test_(\w+)\.py/.exec(theirs)?.[1]}::\\w+${id}\\b`) : new RegExp(`pajs-${id}`);

    for (const [method, theirs = '', test = '', held, left, why] of rows)
      it(`${method}: ${held}`, () => {
        const source = quoted(test).map(withCases).join('\n');
        for (const id of idsOf(held)) expect(inFull(id, theirs).test(source), id).to.equal(true);
        if (idsOf(left).length > 0) expect(why).to.not.equal('-');
      });

    it('adds up, and names nothing twice', () => {
      const held = rows.map((row) => idsOf(row[3]).map((id) => `${row[1]} ${id}`)).flat();
      const left = rows.map((row) => idsOf(row[4]).map((id) => `${row[1]} ${id}`)).flat();
      expect(held.length).to.equal(Number(total[3]));
      expect(left.length).to.equal(Number(total[4]));
      expect(new Set([...held, ...left]).size).to.equal(held.length + left.length);
    });
  });
