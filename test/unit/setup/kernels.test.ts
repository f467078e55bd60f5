import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { factorizeCholesky } from '../../../src/math/cholesky.ts';
import { addProduct, openScope } from '../../../src/math/kernels.ts';
import { binary } from '../../../src/math/kernels/binary.ts';

const scripts = new URL('../../../scripts/kernels.mjs', import.meta.url).href;
const assembly = new URL('../../../src/math/kernels/assembly/', import.meta.url);
const math = new URL('../../../src/math/', import.meta.url).href;

/** The lower factor of a fixed matrix, on the kernels, as its bytes. */
function fingerprint(): string {
  const n = 130;
  const scope = openScope();
  const x = scope.copyOf(Float64Array.from({ length: n * n }, (_, p) => Math.sqrt(2 + (p % 97)) - (p % 13)));
  const a = scope.floats(n * n);
  for (let i = 0; i < n; i++) a[i * n + i] = 1e4;
  addProduct({ rows: n, columns: n, terms: n, left: x, right: x, rightTransposed: true, target: a });
  factorizeCholesky(a, n);
  const text = Buffer.from(Float64Array.from(a).buffer).toString('base64');
  scope.close();
  return text;
}

describe('the kernels of the set-up', () => {
  it('are compiled from the sources as they stand', async () => {
    const { kernelsAreCurrent } = (await import(scripts)) as { readonly kernelsAreCurrent: () => boolean };
    expect(kernelsAreCurrent()).to.equal(true);
  });

  it('take nothing but their memory from outside', () => {
    const { Module } = (globalThis as unknown as { WebAssembly: { Module: ModuleClass } }).WebAssembly;
    const module = new Module(Buffer.from(binary, 'base64'));
    expect(Module.imports(module)).to.deep.equal([{ module: 'env', name: 'memory', kind: 'memory' }]);
    expect(Module.exports(module).every(({ kind }) => kind === 'function' || kind === 'memory')).to.equal(true);
  });

  it('hold no operation whose bits depend on the machine', () => {
    // Relaxed SIMD: 0xfd, then 0x100 to 0x113 as two bytes.
    const bytes = [...Buffer.from(binary, 'base64')];
    const relaxed = bytes.filter(
      (byte, p) => byte === 0xfd && bytes[p + 1]! >= 0x80 && bytes[p + 1]! <= 0x93 && bytes[p + 2] === 2,
    );
    expect(relaxed).to.deep.equal([]);
    const sources = readdirSync(assembly).filter((name) => name.endsWith('.ts'));
    expect(sources.length).to.be.above(5);
    for (const name of sources) expect(readFileSync(new URL(name, assembly), 'utf8'), name).not.to.match(/relaxed_/);
  });

  it('give the same bits in a thread of their own', async () => {
    const code = `
      const { parentPort } = require('node:worker_threads');
      const load = (name) => import(${JSON.stringify(math)} + name);
      Promise.all([load('cholesky.ts'), load('kernels.ts')]).then(([{ factorizeCholesky }, { addProduct, openScope }]) => {
        ${fingerprint.toString()}
        parentPort.postMessage(fingerprint());
      });
    `;
    const worker = new Worker(code, { eval: true });
    const [text] = (await once(worker, 'message')) as [string];
    await worker.terminate();
    expect(text).to.equal(fingerprint());
    expect(text.length).to.be.above(1e5);
  });
});

interface ModuleClass {
  new (bytes: Uint8Array): object;
  imports(module: object): readonly { readonly module: string; readonly name: string; readonly kind: string }[];
  exports(module: object): readonly { readonly kind: string }[];
}
