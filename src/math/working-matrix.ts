/**
 * A matrix that a computation fills and uses for as long as it lives, in the memory of the kernels while there is room, for owners that nobody
 * closes. The matrices used least recently are moved out to ordinary memory when others need the room; what they hold stays.
 */
import type { Arena } from './kernels/arena.ts';
import { threadArena } from './kernels/thread.ts';

/** Bytes of one thread's working matrices in the memory of the kernels. */
const residentBytesMax = 256 * 2 ** 20;
/** Numbers from which a matrix is worth a place there. */
const residentMin = 256;

/** What working matrices share. */
export class WorkingMemory {
  readonly bytesMax: number;
  /** Least recently used first. */
  readonly residents = new Set<WorkingMatrix>();
  bytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }
}

const ofThread = new WorkingMemory(residentBytesMax);

export class WorkingMatrix {
  #array: Float64Array = new Float64Array(0);
  #arena: Arena | undefined;
  /** What was reserved, of which the array may be a part. */
  #capacity = 0;
  readonly #memory: WorkingMemory;

  constructor(memory: WorkingMemory = ofThread) {
    this.#memory = memory;
  }

  /** Where it is now. Asked for anew after anything else was reserved. */
  get array(): Float64Array {
    const { residents } = this.#memory;
    if (this.#arena !== undefined && residents.size > 1) {
      residents.delete(this);
      residents.add(this);
    }
    return this.#array;
  }

  /** Room for so many numbers, contents undefined; what it held is gone. */
  reserve(length: number): Float64Array {
    if (this.#arena !== undefined && length <= this.#capacity && 2 * length >= this.#capacity)
      this.#array = this.#arena.floatsAt(this.#array.byteOffset, length);
    else {
      this.release();
      this.#array = this.#take(length) ?? new Float64Array(length);
    }
    return this.array;
  }

  /** Empty; the memory goes to others at once. */
  release(): void {
    const arena = this.#arena;
    if (arena !== undefined) {
      this.#memory.residents.delete(this);
      this.#memory.bytes -= this.#capacity * 8;
      arena.give(this.#array.byteOffset, this.#capacity * 8);
    }
    this.#arena = undefined;
    this.#array = new Float64Array(0);
  }

  #take(length: number): Float64Array | undefined {
    const bytes = length * 8;
    const memory = this.#memory;
    if (length < residentMin || bytes > memory.bytesMax) return undefined;
    for (const other of memory.residents) {
      if (memory.bytes + bytes <= memory.bytesMax) break;
      other.#moveOut();
    }
    const arena = threadArena();
    const address = arena.take(bytes);
    if (address === 0) return undefined;
    this.#arena = arena;
    this.#capacity = length;
    memory.residents.add(this);
    memory.bytes += bytes;
    return arena.floatsAt(address, length);
  }

  #moveOut(): void {
    const copy = this.#array.slice();
    this.release();
    this.#array = copy;
  }
}
