import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { readModule, type SourceModule } from './module.ts';

const extensions = /\.(ts|mts|cts|js|mjs|cjs)$/;

/** Folders that hold no source of ours, as paths from the root. */
const unread = new Set(['node_modules', 'src/gen', '.git', '.setup', '.data', 'dist']);

const slashed = (path: string): string => path.split(sep).join('/');

const walk = (root: string, folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return unread.has(path) || entry.name === 'node_modules' ? [] : walk(root, path);
    return extensions.test(entry.name) ? [path] : [];
  });

/** Every source file under `root`, read and parsed; paths are relative to it, with slashes. */
export const readSources = (root: string): SourceModule[] =>
  walk(root, '')
    .sort()
    .map((path) => readModule(slashed(relative(root, join(root, path))), readFileSync(join(root, path), 'utf8')));

/** The source files that git tracks and that are still there; undefined where the tree is no git clone. */
export const trackedSources = (root: string): string[] | undefined => {
  if (!existsSync(join(root, '.git'))) return undefined;
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  return listed
    .split('\0')
    .filter((path) => extensions.test(path) && !path.startsWith('src/gen/') && existsSync(join(root, path)));
};
