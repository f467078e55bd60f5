// src/math/kernels/binary.ts: the SIMD kernels, compiled from the AssemblyScript beside it. Offline; swapped in whole. Text rather than a
// .wasm file, so that it is imported like any module and goes wherever the compiled JavaScript goes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, say, secondsSince, setupFolder, SetupError } from './project.mjs';
import { capture, environmentOf } from './processes.mjs';

const folder = at('src', 'math', 'kernels');
const target = join(folder, 'binary.ts');
const compiler = at('node_modules', 'assemblyscript');

/** Plain SIMD only: relaxed operations would give different bits on different machines. The memory comes from outside and is shared. */
const options = [
  '--enable',
  'simd',
  '--enable',
  'threads',
  '--importMemory',
  '--sharedMemory',
  '--initialMemory',
  '32',
  '--maximumMemory',
  '32768',
  '--runtime',
  'stub',
  '--noAssert',
  '-O3',
  '--converge',
];

const sources = () => [
  join(folder, 'blocking.ts'),
  ...readdirSync(join(folder, 'assembly'))
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(folder, 'assembly', name)),
];

/** Everything that decides the output. */
const wantedStamp = () => {
  const hash = createHash('sha256').update(options.join(' '));
  for (const file of sources())
    hash.update(file.slice(folder.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.update(JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8')).version).digest('hex');
};

const headOf = (stamp) => `// Made by scripts/kernels.mjs from assembly/ and blocking.ts; not committed. ${stamp}\n`;

export const kernelsAreCurrent = () =>
  existsSync(target) && readFileSync(target, 'utf8').startsWith(headOf(wantedStamp()));

export const compileKernels = async (runtime) => {
  const start = performance.now();
  const stamp = wantedStamp(); // before compiling: a file saved meanwhile makes the next run compile again
  const draft = join(setupFolder, `kernels.${process.pid}`);
  const made = join(draft, 'kernels.wasm');
  say('Set-up: compiling src/math/kernels from AssemblyScript (asc) ...');
  try {
    mkdirSync(draft, { recursive: true });
    const entry = join(folder, 'assembly', 'index.ts');
    const command = [runtime, join(compiler, 'bin', 'asc.js'), entry, '-o', made, ...options];
    const result = await capture(command, { env: environmentOf(runtime) });
    if (!result.ok || !existsSync(made)) throw new SetupError(`asc failed:\n${result.output.trimEnd()}`);
    const text = `/** The WebAssembly module, base64. */\nexport const binary =\n  '${readFileSync(made).toString('base64')}';\n`;
    const file = join(draft, 'binary.ts');
    writeFileSync(file, `${headOf(stamp)}${text}`);
    renameSync(file, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  say(`Set-up: kernels compiled in ${secondsSince(start)}`);
};
