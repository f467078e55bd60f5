/** The compiled kernels and their memory: one of each per thread, made at first use. */
import { binary } from './binary.ts';

/** Addresses and strides in bytes; 0 stands for no list, no scale, no linear term. See assembly/. */
export interface KernelModule {
  useWorkspace(address: number): void;
  multiply(
    m: number,
    n: number,
    k: number,
    left: number,
    leftRow: number,
    leftStep: number,
    right: number,
    rightRow: number,
    rightStep: number,
    target: number,
    targetRow: number,
    alpha: number,
    diagonal: number,
    chosen: number,
    scale: number,
  ): void;
  factorizeBlock(size: number, a: number, rowBytes: number, pivotMin: number, replacement: number): number;
  solveBlock(size: number, l: number, rowBytes: number, count: number, x: number, xRow: number): void;
  solveBlockTransposed(size: number, l: number, rowBytes: number, count: number, x: number, xRow: number): void;
  timesVector(count: number, n: number, a: number, rowBytes: number, chosen: number, x: number, out: number): void;
  addTransposed(count: number, n: number, a: number, rowBytes: number, chosen: number, x: number, out: number): void;
  addSymmetric(n: number, a: number, rowBytes: number, x: number, out: number): void;
  solveLower(n: number, l: number, rowBytes: number, b: number): void;
  solveUpper(n: number, l: number, rowBytes: number, b: number): void;
  sweepBudgets(
    n: number,
    s: number,
    rowBytes: number,
    budget: number,
    linear: number,
    shift: number,
    w: number,
  ): number;
}

export interface KernelMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

/** What the runtime offers, in the words needed here; Node's own types leave it to those of the browser. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => KernelMemory;
  readonly Instance: new (module: object, imports: { env: { memory: KernelMemory } }) => { readonly exports: unknown };
};

export const pageBytes = 65_536;
/** Two GiB, so that every address is a positive 32-bit integer. Reserved, not used, until asked for. */
export const pagesMax = 32_768;
const pagesAtStart = 32;
/** Below it lies what the compiler keeps for itself: nothing, but address 0 is to stand for "none". */
const workspaceAddress = 1024;

/** Scratch of one call: operands that live elsewhere are copied here. */
export const scratchAddress = 1 << 20;
export const scratchBytes = 1 << 20;
/** Where the memory begins that is handed out. */
export const arenaAddress = scratchAddress + scratchBytes;

export interface LoadedKernels {
  readonly module: KernelModule;
  readonly memory: KernelMemory;
}

/**
 * Shared memory: it grows without detaching the views that look into it.
 * @throws when the runtime cannot compile the module; there is no silent way around it, results would come at another speed.
 */
export function loadKernels(): LoadedKernels {
  const memory = new WebAssembly.Memory({ initial: pagesAtStart, maximum: pagesMax, shared: true });
  const compiled = new WebAssembly.Module(Buffer.from(binary, 'base64'));
  const module = new WebAssembly.Instance(compiled, { env: { memory } }).exports as KernelModule;
  module.useWorkspace(workspaceAddress);
  return { module, memory };
}
