/**
 * The memory of the kernels as their callers see it. Views stay valid when it grows; what is taken is given back scope by scope, in any
 * order, so that solves may overlap.
 */
import { arenaAddress, loadKernels, pageBytes, pagesMax } from './module.ts';
import type { KernelModule } from './module.ts';

const alignment = 64;

export interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** First fit over free blocks that are ordered by address and never adjacent. */
export class Arena {
  readonly module: KernelModule;
  readonly #memory: { readonly buffer: SharedArrayBuffer; grow(pages: number): number };
  readonly #pagesMax: number;
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  #buffer: SharedArrayBuffer;
  #heap: Float64Array;
  #free: Block[];
  #taken = 0;

  /** @param pages at most so many of 64 KiB each */
  constructor(pages: number = pagesMax) {
    const { module, memory } = loadKernels();
    this.module = module;
    this.#memory = memory;
    this.#pagesMax = pages;
    this.#buffer = memory.buffer;
    this.#buffers.add(memory.buffer);
    this.#heap = new Float64Array(memory.buffer);
    this.#free = [];
    if (memory.buffer.byteLength > arenaAddress)
      this.#insert({ address: arenaAddress, bytes: memory.buffer.byteLength - arenaAddress });
  }

  /** All of the memory; entry p lies at address 8 p. Do not keep it: it does not grow. */
  get heap(): Float64Array {
    return this.#heap;
  }

  /** Bytes that are taken now. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether the array is a view of this memory, so that kernels read and write it where it is. */
  holds(array: Float64Array | Int32Array): boolean {
    return array.buffer === this.#buffer || this.#buffers.has(array.buffer);
  }

  /** The address of so many bytes, contents undefined; 0 when they are not to be had. */
  take(bytes: number): number {
    const wanted = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    let position = this.#free.findIndex((block) => block.bytes >= wanted);
    if (position < 0) {
      if (!this.#grow(wanted)) return 0;
      position = this.#free.length - 1;
    }
    const { address, bytes: room } = this.#free[position]!;
    if (room === wanted) this.#free.splice(position, 1);
    else this.#free[position] = { address: address + wanted, bytes: room - wanted };
    this.#taken += wanted;
    return address;
  }

  /** Gives back what `take(bytes)` handed out. */
  give(address: number, bytes: number): void {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    this.#taken -= size;
    this.#insert({ address, bytes: size });
  }

  floatsAt(address: number, length: number): Float64Array {
    return new Float64Array(this.#buffer, address, length);
  }

  integersAt(address: number, length: number): Int32Array {
    return new Int32Array(this.#buffer, address, length);
  }

  #insert(block: Block): void {
    let at = this.#free.findIndex(({ address }) => address > block.address);
    if (at < 0) at = this.#free.length;
    const before = this.#free[at - 1];
    const after = this.#free[at];
    const joinsBefore = before !== undefined && before.address + before.bytes === block.address;
    const joinsAfter = after !== undefined && block.address + block.bytes === after.address;
    const address = joinsBefore ? before.address : block.address;
    const end = joinsAfter ? after.address + after.bytes : block.address + block.bytes;
    this.#free.splice(joinsBefore ? at - 1 : at, Number(joinsBefore) + Number(joinsAfter), {
      address,
      bytes: end - address,
    });
  }

  /** Makes room for a block of so many bytes at the end; by a quarter at least, so that growth stays rare. */
  #grow(bytes: number): boolean {
    const size = this.#buffer.byteLength;
    const last = this.#free.at(-1);
    const atEnd = last !== undefined && last.address + last.bytes === size ? last.bytes : 0;
    const missing = Math.ceil((bytes - atEnd) / pageBytes);
    const room = this.#pagesMax - size / pageBytes;
    if (missing > room) return false;
    const pages = Math.min(room, Math.max(missing, Math.ceil(size / pageBytes / 4)));
    try {
      this.#memory.grow(pages);
    } catch {
      return false; // The machine has no more.
    }
    this.#buffer = this.#memory.buffer;
    this.#buffers.add(this.#buffer);
    this.#heap = new Float64Array(this.#buffer);
    this.#insert({ address: size, bytes: this.#buffer.byteLength - size });
    return true;
  }
}

interface Holding {
  readonly arena: Arena;
  readonly blocks: Block[];
  readonly closings: (() => void)[];
}

function giveBack({ arena, blocks, closings }: Holding): void {
  for (const { address, bytes } of blocks.splice(0)) arena.give(address, bytes);
  for (const closing of closings.splice(0)) closing();
}

/** What a solve takes, to be given back together. Views must not be used after `close`. */
export class Scope {
  readonly #arena: Arena;
  readonly #blocks: Block[] = [];
  readonly #closings: (() => void)[] = [];

  constructor(arena: Arena) {
    this.#arena = arena;
    abandoned.register(this, { arena, blocks: this.#blocks, closings: this.#closings }, this);
  }

  /** Zeros. Where the memory of the kernels is full, an ordinary array, which every kernel takes too, at the speed of its twin. */
  floats(length: number): Float64Array {
    const array = this.#floats(length);
    return array === undefined ? new Float64Array(length) : array.fill(0);
  }

  /** A copy of `source`. */
  copyOf(source: Float64Array): Float64Array {
    const array = this.#floats(source.length);
    if (array === undefined) return source.slice();
    array.set(source);
    return array;
  }

  /** Zeros. */
  integers(length: number): Int32Array {
    const address = this.#take(length * Int32Array.BYTES_PER_ELEMENT);
    return address === 0 ? new Int32Array(length) : this.#arena.integersAt(address, length).fill(0);
  }

  /** Told once, at the end. Must not refer to the scope. */
  whenClosed(closing: () => void): void {
    this.#closings.push(closing);
  }

  /** Gives everything back. May be called again. */
  close(): void {
    abandoned.unregister(this);
    giveBack({ arena: this.#arena, blocks: this.#blocks, closings: this.#closings });
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #floats(length: number): Float64Array | undefined {
    const address = this.#take(length * Float64Array.BYTES_PER_ELEMENT);
    return address === 0 ? undefined : this.#arena.floatsAt(address, length);
  }

  #take(bytes: number): number {
    const address = this.#arena.take(bytes);
    if (address !== 0) this.#blocks.push({ address, bytes });
    return address;
  }
}

/** Scopes of solves that nobody finished, nor will: a generator that was dropped runs no `finally`. */
const abandoned = new FinalizationRegistry(giveBack);
