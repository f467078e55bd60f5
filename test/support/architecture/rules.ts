import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { findCycles } from './cycles.ts';
import type { Import, SourceModule } from './module.ts';

export interface Room {
  /** Rooms that it may import, and through them all that they may. */
  readonly from: readonly string[];
  /** Rooms of which it may import types only; not handed on. */
  readonly types?: readonly string[];
  /** May load a module whose path is computed at run time. */
  readonly loads?: boolean;
}

export interface House {
  /** Who may import whom. A room that is missing here may not exist. */
  readonly rooms: Readonly<Record<string, Room>>;
  /** Rooms that nothing imports, but one another. */
  readonly roofs: readonly string[];
  /** Rooms that stand outside of the house and may look at all of it. */
  readonly outside: readonly string[];
  /** Rooms that see the house through its published entries alone. */
  readonly guests: readonly string[];
  /** Published specifier -> the file that it stands for. */
  readonly entries: Readonly<Record<string, string>>;
  /** Package (or `@scope/*`) -> the rooms that may import it. */
  readonly doors: Readonly<Record<string, readonly string[]>>;
  /** Most lines of a file, of a function, and of single files by path. */
  readonly fileLines: number;
  readonly functionLines: number;
  readonly shorter: Readonly<Record<string, number>>;
}

/** The room of a path: `src/values/money.ts` -> `values`, `src/main.ts` -> `main`, `plugins/x/index.ts` -> `plugins`, `eslint.config.js` -> `tools`. */
export const roomOf = (path: string): string => {
  const [top = '', second = '', ...deeper] = path.split('/');
  if (second === '') return 'tools';
  if (top !== 'src') return top;
  return deeper.length > 0 ? second : second.replace(/\.ts$/, '');
};

const packageOf = (specifier: string): string => {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
};

/** All rooms that `room` may import: its own, those named, and theirs. */
export const reachable = (house: House, room: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(room)) return seen;
  seen.add(room);
  for (const next of house.rooms[room]?.from ?? []) reachable(house, next, seen);
  return seen;
};

const at = (module: SourceModule, line: number): string => `${module.path}:${line}`;

interface Target {
  readonly path: string;
  readonly entry: boolean;
}

const targetOf = (house: House, module: SourceModule, specifier: string): Target | undefined => {
  const entry = house.entries[specifier];
  if (entry !== undefined) return { path: entry, entry: true };
  if (!specifier.startsWith('.')) return undefined;
  return { path: posix.normalize(posix.join(posix.dirname(module.path), specifier)), entry: false };
};

const breachOfDoor = (house: House, room: string, specifier: string): string | undefined => {
  if (isBuiltin(specifier)) return undefined;
  const name = packageOf(specifier);
  const doors = house.doors[name] ?? house.doors[`${name.split('/')[0] ?? ''}/*`];
  if (doors === undefined) return `the package ${name} has no door in the table`;
  return doors.includes(room) ? undefined : `${room} may not import ${name}; its doors: ${doors.join(', ') || 'none'}`;
};

const samePlugin = (one: string, other: string): boolean =>
  one.split('/').slice(0, 2).join('/') === other.split('/').slice(0, 2).join('/');

const breachOfGuest = (module: SourceModule, room: string, target: Target): string | undefined => {
  if (target.entry || (roomOf(target.path) === room && samePlugin(module.path, target.path))) return undefined;
  return `${room} may import only its own folder and the published entries, not ${target.path}`;
};

const breachOfRoom = (house: House, room: string, target: Target, typeOnly: boolean): string | undefined => {
  const other = roomOf(target.path);
  if (other === room) return undefined;
  if (house.roofs.includes(other) && !house.roofs.includes(room)) return `nothing imports ${other}`;
  if (house.rooms[other] === undefined) return `${target.path} belongs to no room of the table`;
  if (reachable(house, room).has(other)) return undefined;
  if (house.rooms[room]?.types?.includes(other)) {
    return typeOnly ? undefined : `${room} may import types only from ${other}`;
  }
  return `${room} may not import ${other}`;
};

const breachOfImport = (house: House, module: SourceModule, found: Import): string | undefined => {
  const room = roomOf(module.path);
  const { specifier } = found;
  if (specifier === undefined) {
    return house.rooms[room]?.loads ? undefined : `${room} may not load a module by a computed path`;
  }
  const target = targetOf(house, module, specifier);
  if (target === undefined) return breachOfDoor(house, room, specifier);
  if (target.path.startsWith('..')) return `${specifier} leaves the project`;
  if (house.guests.includes(room)) return breachOfGuest(module, room, target);
  return breachOfRoom(house, room, target, found.typeOnly);
};

/** Imports that the table does not allow, one line each; and files in no room. */
export const findBreaches = (house: House, modules: readonly SourceModule[]): string[] =>
  modules.flatMap((module) => {
    const room = roomOf(module.path);
    if (house.outside.includes(room)) return [];
    if (house.rooms[room] === undefined) return [`${module.path}: ${room} is no room of the table`];
    return module.imports.flatMap((found) => {
      const breach = breachOfImport(house, module, found);
      return breach === undefined ? [] : [`${at(module, found.line)}: ${breach}`];
    });
  });

/** Files and functions that are too long, one line each. */
export const findOversize = (house: House, modules: readonly SourceModule[]): string[] =>
  modules.flatMap((module) => {
    const most = house.shorter[module.path] ?? house.fileLines;
    const file = module.lines > most ? [`${module.path}: ${module.lines} lines, at most ${most}`] : [];
    const functions = module.functions
      .filter(({ lines }) => lines > house.functionLines)
      .map(
        ({ name, line, lines }) => `${at(module, line)}: ${name} has ${lines} lines, at most ${house.functionLines}`,
      );
    return [...file, ...functions];
  });

/** Files that import one another in a ring at run time, each ring once: `a.ts -> b.ts -> a.ts`. */
export const findFileCycles = (house: House, modules: readonly SourceModule[]): string[] => {
  const edges = new Map<string, readonly string[]>();
  for (const module of modules) {
    const targets = module.imports.flatMap(({ specifier, typeOnly }) =>
      specifier === undefined || typeOnly ? [] : [targetOf(house, module, specifier)?.path ?? ''],
    );
    edges.set(module.path, targets);
  }
  return findCycles(edges);
};

/** Rings in the table itself, types included: a table with one would allow everything in it. */
export const findTableCycles = (house: House): string[] =>
  findCycles(new Map(Object.entries(house.rooms).map(([room, { from, types = [] }]) => [room, [...from, ...types]])));
