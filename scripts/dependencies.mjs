// Dependencies, from the lock file alone and without install scripts.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join, sep } from 'node:path';
import { at, say, setupFolder, SetupError } from './project.mjs';
import { capture } from './processes.mjs';

const stampFile = join(setupFolder, 'dependencies.sha256');
const installedFile = at('node_modules', '.package-lock.json'); // npm writes it last

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** What decides the contents of node_modules: the lock file and the dependency fields of package.json (not its scripts). */
const wantedStamp = () => {
  const { dependencies, devDependencies, optionalDependencies, overrides } = readJson(at('package.json'));
  const fields = JSON.stringify({ dependencies, devDependencies, optionalDependencies, overrides });
  return createHash('sha256')
    .update(fields)
    .update(readFileSync(at('package-lock.json')))
    .digest('hex');
};

/** Whether npm itself has installed exactly the lock file before (`npm ci` by hand), so that nothing needs doing. */
const isInstalledByHand = () => {
  const installed = readJson(installedFile).packages;
  return Object.entries(readJson(at('package-lock.json')).packages).every(
    ([path, { version, optional }]) =>
      path === '' || installed[path]?.version === version || (optional && installed[path] === undefined),
  );
};

const keepStamp = () => {
  mkdirSync(setupFolder, { recursive: true });
  writeFileSync(stampFile, wantedStamp());
};

export const dependenciesAreCurrent = () => {
  if (!existsSync(installedFile)) return false;
  if (existsSync(stampFile)) return readFileSync(stampFile, 'utf8') === wantedStamp();
  if (!isInstalledByHand()) return false;
  keepStamp();
  return true;
};

/** npm as this process was started by it, else the one on the path. */
const npmCommand = () => {
  const own = process.env.npm_execpath;
  return own && basename(own) === 'npm-cli.js' ? [process.execPath, own] : ['npm'];
};

/** node_modules/.bin holds a `node` that `npm ci` is about to delete: npm must not find it first. */
const npmEnvironment = () => {
  const env = { ...process.env };
  for (const name of Object.keys(env).filter((key) => key.toUpperCase() === 'PATH')) {
    const parts = env[name].split(delimiter);
    env[name] = parts.filter((part) => !part.startsWith(at('node_modules') + sep)).join(delimiter);
  }
  return env;
};

/** Lines that mean nothing here: the machine's Node is only the starter, the pinned one runs the code. */
const isNoise = (line) =>
  /EBADENGINE|^npm (warn|notice)\b.*(deprecated|install-scripts|allow-?scripts|New (major|minor|patch))/i.test(line);

const flags = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--prefer-offline',
  '--include=dev', // buf and ts-proto make src/gen, whatever NODE_ENV says
  '--include=optional', // the pinned runtime
  '--engine-strict=false',
  '--loglevel=warn',
];

export const installDependencies = async () => {
  say('Set-up: installing the dependencies of package-lock.json (npm ci, install scripts off) ...');
  const command = [...npmCommand(), 'ci', ...flags];
  const shell = process.platform === 'win32' && command[0] === 'npm';
  const result = await capture(command, { env: npmEnvironment(), shell, title: 'npm ci', aliveEvery: 5000 });
  if (!result.ok) {
    const tail = result.output
      .split('\n')
      .filter((line) => !isNoise(line))
      .slice(-25)
      .join('\n');
    throw new SetupError(
      `npm ci failed after ${result.elapsed}; the registry must be reachable (npm config get registry) and the disk have 700 MB free.\n${tail}`,
    );
  }
  keepStamp();
  const count = Object.keys(readJson(installedFile).packages).length;
  say(`Set-up: ${count} packages installed in ${result.elapsed}`);
};
