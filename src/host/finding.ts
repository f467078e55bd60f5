/** Where plugins are: directories that hold some, a directory that is one, or npm packages by name. */
import { readdir, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { Fault } from '../values/fault.ts';
import { packageSpecifier } from './sdk-resolution.ts';

/** One place where a plugin is expected. */
export interface Candidate {
  /** The name to speak of before the manifest is read: the directory's or the package's. */
  readonly name: string;
  /** As configured, for messages. */
  readonly source: string;
  /** What to import; absent when nothing was found, with the fault that says why. */
  readonly specifier?: string;
  readonly fault?: Fault;
}

const entries = ['index.ts', 'index.js', 'index.mjs'];

/**
 * The candidates that `locations` name, in their order; inside a directory by name. A location that starts with `.` or is absolute
 * is a directory below `base`; anything else is an npm package, resolved as a file in `base` would resolve it.
 */
export async function findPlugins(locations: readonly string[], base: string): Promise<readonly Candidate[]> {
  const found = await Promise.all(
    locations.map(async (location) =>
      isDirectoryName(location) ? inDirectory(location, resolve(base, location)) : [inPackage(location, base)],
    ),
  );
  return found.flat();
}

function isDirectoryName(location: string): boolean {
  return location.startsWith('.') || isAbsolute(location);
}

function inPackage(name: string, base: string): Candidate {
  return { name, source: name, specifier: packageSpecifier(name, pathToFileURL(`${base}/`).href) };
}

async function inDirectory(source: string, directory: string): Promise<readonly Candidate[]> {
  let names: readonly string[];
  try {
    const children = await readdir(directory, { withFileTypes: true });
    names = children
      .filter((child) => child.isDirectory() && !/^[._]|^node_modules$/.test(child.name))
      .map((child) => child.name);
  } catch {
    return [missing(basename(directory), source, `there is no directory ${directory}`)];
  }
  const own = await entryOf(directory);
  if (own !== undefined) return [{ name: basename(directory), source, specifier: own }];
  const candidates = await Promise.all(
    [...names].sort().map(async (name) => {
      const entry = await entryOf(join(directory, name));
      const where = join(source, name);
      return entry === undefined
        ? missing(name, where, `${where} holds none of ${entries.join(', ')}`)
        : { name, source: where, specifier: entry };
    }),
  );
  return candidates.length > 0 ? candidates : [missing(basename(directory), source, `${directory} holds no plugin`)];
}

async function entryOf(directory: string): Promise<string | undefined> {
  for (const entry of entries) {
    const file = join(directory, entry);
    const isFile = await stat(file).then(
      (found) => found.isFile(),
      () => false,
    );
    if (isFile) return pathToFileURL(file).href;
  }
  return undefined;
}

function missing(name: string, source: string, why: string): Candidate {
  return {
    name,
    source,
    fault: new Fault('PLUGIN_NOT_FOUND', `plugin ${name} was not found: ${why}`, { plugin: name, source }),
  };
}
