// src/gen: TypeScript and the file descriptor set, from proto/. Offline; made aside and swapped in whole.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, root, say, secondsSince, setupFolder, SetupError } from './project.mjs';
import { capture, environmentOf } from './processes.mjs';

const stampOf = (folder) => join(folder, 'stamp.sha256');

const protoFiles = () =>
  readdirSync(at('proto'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.proto'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();

/** Everything that decides the output: the protos, the options and the generator's version. */
const wantedStamp = () => {
  const hash = createHash('sha256');
  for (const file of protoFiles())
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  for (const name of ['ts-proto', '@bufbuild/buf']) {
    hash.update(JSON.parse(readFileSync(at('node_modules', name, 'package.json'), 'utf8')).version);
  }
  return hash
    .update(readFileSync(at('buf.gen.yaml')))
    .update(readFileSync(at('buf.yaml')))
    .digest('hex');
};

export const generatedIsCurrent = () => {
  const file = stampOf(at('src', 'gen'));
  return existsSync(file) && readFileSync(file, 'utf8') === wantedStamp();
};

/** The command line of the installed buf, whose own launcher finds the binary of this platform. */
export const bufCommand = (runtime, ...args) => [
  runtime,
  at('node_modules', '@bufbuild', 'buf', 'bin', 'buf'),
  ...args,
];

export const generate = async (runtime) => {
  const start = performance.now();
  const stamp = wantedStamp(); // before reading: a file saved meanwhile makes the next run generate again
  const draft = join(setupFolder, `generate.${process.pid}`);
  const made = join(draft, 'src', 'gen');
  const env = environmentOf(runtime);
  say('Set-up: generating src/gen from proto/ (buf, ts-proto) ...');
  try {
    mkdirSync(made, { recursive: true });
    const descriptors = join(made, 'descriptors.binpb');
    for (const args of [
      ['generate', '-o', draft],
      ['build', '--as-file-descriptor-set', '-o', descriptors], // with imports, and with source info: comments feed the OpenAPI document
    ]) {
      const result = await capture(bufCommand(runtime, ...args), { env });
      if (!result.ok) throw new SetupError(`buf ${args[0]} failed:\n${result.output.trimEnd()}`);
    }
    writeFileSync(stampOf(made), stamp);
    const old = join(draft, 'old');
    if (existsSync(at('src', 'gen'))) renameSync(at('src', 'gen'), old);
    renameSync(made, at('src', 'gen'));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  say(`Set-up: src/gen generated in ${secondsSince(start)}`);
};
