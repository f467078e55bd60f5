/** The arena of this thread, and how a call reaches operands that live outside it. */
import { Arena } from './arena.ts';
import type { Block } from './arena.ts';
import { scratchAddress, scratchBytes } from './module.ts';

let loaded: Arena | undefined;

/** Compiled at first use; @throws when the runtime cannot. */
export function threadArena(): Arena {
  return (loaded ??= new Arena());
}

/** Whether kernels read and write the array where it is. */
export function isResident(array: Float64Array | Int32Array): boolean {
  return loaded?.holds(array) ?? false;
}

/** Operands of one call to the module: those that are not resident go through scratch memory. */
export class Call {
  readonly arena: Arena = threadArena();
  /** False when memory ran out: the addresses given are not to be used. */
  isPlaced = true;
  #top = scratchAddress;
  readonly #borrowed: Block[] = [];

  /** Address of the first `length` numbers of an operand; copied when it `isRead`, and what was written needs `back`. */
  floats(array: Float64Array, length: number, isRead = true): number {
    if (this.arena.holds(array)) return array.byteOffset;
    const address = this.#room(length * Float64Array.BYTES_PER_ELEMENT);
    if (!isRead || address === 0) return address;
    const part = length === array.length ? array : array.subarray(0, length);
    this.arena.heap.set(part, address / Float64Array.BYTES_PER_ELEMENT);
    return address;
  }

  /** 0 for no list. */
  integers(array: Int32Array | undefined): number {
    if (array === undefined) return 0;
    if (this.arena.holds(array)) return array.byteOffset;
    const address = this.#room(array.byteLength);
    if (address !== 0) this.arena.integersAt(address, array.length).set(array);
    return address;
  }

  /** Copies what was written to the operand's own place. */
  back(array: Float64Array, length: number, address: number): void {
    if (!this.arena.holds(array)) array.set(this.arena.floatsAt(address, length));
  }

  end(): void {
    for (const { address, bytes } of this.#borrowed) this.arena.give(address, bytes);
  }

  #room(bytes: number): number {
    const address = this.#top;
    const size = Math.ceil((bytes + 1) / 64) * 64;
    if (address + size <= scratchAddress + scratchBytes) {
      this.#top += size;
      return address;
    }
    const borrowed = this.arena.take(bytes);
    if (borrowed === 0) this.isPlaced = false;
    else this.#borrowed.push({ address: borrowed, bytes });
    return borrowed;
  }
}

/** Multiplications from which it pays to copy operands to the kernels and back. */
const worthCopying = 4000;

/** Resident copies of the operands of a longer work; the operands themselves where copying does not pay or memory is full. */
export class Residence {
  readonly #pays: boolean;
  readonly #copies = new Map<Float64Array | Int32Array, Float64Array | Int32Array>();
  readonly #borrowed: Block[] = [];

  constructor(multiplications: number) {
    this.#pays = multiplications >= worthCopying;
  }

  floats(array: Float64Array): Float64Array {
    return this.#place(array, (address) => threadArena().floatsAt(address, array.length));
  }

  integers(array: Int32Array): Int32Array {
    return this.#place(array, (address) => threadArena().integersAt(address, array.length));
  }

  /** Copies what was written to the operand's own place. */
  back(array: Float64Array): void {
    const copy = this.#copies.get(array);
    if (copy !== undefined) array.set(copy);
  }

  end(): void {
    for (const { address, bytes } of this.#borrowed) threadArena().give(address, bytes);
  }

  #place<A extends Float64Array | Int32Array>(array: A, viewAt: (address: number) => A): A {
    if (!this.#pays || array.length === 0 || isResident(array)) return array;
    const known = this.#copies.get(array);
    if (known !== undefined) return known as A;
    const address = threadArena().take(array.byteLength);
    if (address === 0) return array;
    this.#borrowed.push({ address, bytes: array.byteLength });
    const copy = viewAt(address);
    copy.set(array);
    this.#copies.set(array, copy);
    return copy;
  }
}
