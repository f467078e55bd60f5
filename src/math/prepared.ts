/**
 * Matrices that outlive a solve: a risk model is brought into the memory of the kernels once per thread, and so is what is computed from it,
 * however many solves, accounts and jobs speak of it.
 *
 *     const scope = openScope();
 *     try {
 *       const a = keep(scope, leaf.exposures);                   // (n x k): the same view every time, valid until the scope closes
 *       const root = derive(scope, 'semidefinite factor', [leaf.factorCovariance], k * k, (l) => {
 *         l.set(semidefiniteFactor(leaf.factorCovariance, k, checkpoint));   // runs once; what it throws passes through, nothing is kept
 *       });
 *       ...
 *     } finally {
 *       scope.close();                                           // the scope lets go of them; they stay until others need the room
 *     }
 *
 * An array is known again by identity (a few entries are compared, against carelessness), or else by its contents, all of them. Arrays that were
 * kept must not change afterwards; nor must the views that come back be written to. The least recently used go when the budget is spent.
 */
import type { Arena, Scope } from './kernels/arena.ts';
import { isResident, threadArena } from './kernels/thread.ts';

/** Bytes that stay between solves, per thread: eight dense models of 2,800 assets, or a hundred of 10,000 assets and 60 factors. */
export const keptBytesMax = 512 * 2 ** 20;

interface Entry {
  readonly view: Float64Array;
  readonly address: number;
  /** What it was derived from, by key; empty for a copy. */
  readonly key: string;
  readonly number: number;
  /** Scopes that use it. */
  uses: number;
  isGone: boolean;
}

/** One per arena. Exported for its tests; everyone else uses `keep` and `derive`. */
export class KeptMatrices {
  readonly #arena: Arena;
  readonly #bytesMax: number;
  /** Least recently used first. */
  readonly #entries = new Set<Entry>();
  readonly #copies = new WeakMap<Float64Array, Entry>();
  readonly #derived = new Map<string, Entry>();
  #bytes = 0;
  #next = 0;

  constructor(arena: Arena, bytesMax = keptBytesMax) {
    this.#arena = arena;
    this.#bytesMax = bytesMax;
  }

  /** Bytes that are kept now. */
  get bytes(): number {
    return this.#bytes;
  }

  keep(scope: Scope, source: Float64Array): Float64Array {
    if (source.length === 0 || this.#arena.holds(source)) return source;
    return this.#copyOf(scope, source)?.view ?? scope.copyOf(source);
  }

  /** What `work` makes of a kept copy of `source`; of `source` itself where there is no room. */
  lend<T>(source: Float64Array, work: (view: Float64Array) => T): T {
    const entry = this.#entryOf(source);
    if (entry === undefined) return work(source);
    entry.uses++;
    try {
      return work(entry.view);
    } finally {
      entry.uses--;
    }
  }

  derive(
    scope: Scope,
    kind: string,
    sources: readonly Float64Array[],
    length: number,
    compute: (target: Float64Array) => void,
  ): Float64Array {
    const parents = sources.map((source) => (this.#arena.holds(source) ? undefined : this.#copyOf(scope, source)));
    const isKeyed = length > 0 && parents.every((parent) => parent !== undefined);
    const key = isKeyed ? [kind, length, ...parents.map(({ number }) => number)].join(' ') : '';
    const known = this.#derived.get(key);
    if (known !== undefined) {
      this.#entries.delete(known);
      this.#entries.add(known);
      return this.#use(scope, known).view;
    }
    const entry = isKeyed ? this.#make(length, key) : undefined;
    const target = entry?.view ?? scope.floats(length);
    if (entry === undefined) {
      compute(target);
      return target;
    }
    try {
      compute(target.fill(0));
    } catch (error) {
      this.#drop(entry);
      throw error;
    }
    this.#derived.set(key, entry);
    return this.#use(scope, entry).view;
  }

  #copyOf(scope: Scope, source: Float64Array): Entry | undefined {
    const entry = this.#entryOf(source);
    return entry === undefined ? undefined : this.#use(scope, entry);
  }

  /** The copy of these contents, made if need be; now the most recently used one. */
  #entryOf(source: Float64Array): Entry | undefined {
    const entry = this.#known(source) ?? this.#make(source.length, '');
    if (entry === undefined) return undefined;
    if (this.#copies.get(source) !== entry) {
      entry.view.set(source);
      this.#copies.set(source, entry);
    }
    this.#entries.delete(entry);
    this.#entries.add(entry);
    return entry;
  }

  #known(source: Float64Array): Entry | undefined {
    const same = this.#copies.get(source);
    if (same !== undefined && !same.isGone && looksLike(source, same.view)) return same;
    for (const entry of this.#entries)
      if (entry.key === '' && looksLike(source, entry.view) && equals(source, entry.view)) return entry;
    return undefined;
  }

  #use(scope: Scope, entry: Entry): Entry {
    entry.uses++;
    scope.whenClosed(() => {
      entry.uses--;
    });
    return entry;
  }

  /** Room for so many numbers, at the expense of what nobody uses; none when it would not fit the budget. */
  #make(length: number, key: string): Entry | undefined {
    const bytes = length * Float64Array.BYTES_PER_ELEMENT;
    if (bytes > this.#bytesMax) return undefined;
    for (const entry of this.#entries) {
      if (this.#bytes + bytes <= this.#bytesMax) break;
      if (entry.uses === 0) this.#drop(entry);
    }
    if (this.#bytes + bytes > this.#bytesMax) return undefined;
    const address = this.#arena.take(bytes);
    if (address === 0) return undefined;
    const view = this.#arena.floatsAt(address, length);
    const entry: Entry = { view, address, key, number: this.#next++, uses: 0, isGone: false };
    this.#entries.add(entry);
    this.#bytes += bytes;
    return entry;
  }

  #drop(entry: Entry): void {
    entry.isGone = true;
    this.#entries.delete(entry);
    if (entry.key !== '') this.#derived.delete(entry.key);
    this.#bytes -= entry.view.byteLength;
    this.#arena.give(entry.address, entry.view.byteLength);
  }
}

const looks = 64;

/** Whether a few entries spread over both arrays are the same. */
function looksLike(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  // Odd, so that it wanders over the columns of a matrix.
  const step = Math.floor(a.length / looks) | 1;
  for (let p = 0; p < a.length; p += step) if (!Object.is(a[p], b[p])) return false;
  return true;
}

/** Byte by byte. */
function equals(a: Float64Array, b: Float64Array): boolean {
  return bytesOf(a).equals(bytesOf(b));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

let matrices: KeptMatrices | undefined;

const ofThread = (): KeptMatrices => (matrices ??= new KeptMatrices(threadArena()));

/** A view of the kernels' memory with the contents of `source`: itself when it lies there already. Not to be written to. */
export function keep(scope: Scope, source: Float64Array): Float64Array {
  return isResident(source) ? source : ofThread().keep(scope, source);
}

/** Smaller matrices are as fast where they are. */
const lentMin = 400;

/** `keep` for the length of one piece of work, without a scope. */
export function lend<T>(source: Float64Array, work: (view: Float64Array) => T): T {
  return source.length < lentMin || isResident(source) ? work(source) : ofThread().lend(source, work);
}

/**
 * What `compute` writes into its (length) zeros, remembered by `kind` and the contents of the sources. Sources in the kernels' memory
 * already belong to a scope, so what is derived from them does too and is computed anew. Not to be written to.
 */
export function derive(
  scope: Scope,
  kind: string,
  sources: readonly Float64Array[],
  length: number,
  compute: (target: Float64Array) => void,
): Float64Array {
  return ofThread().derive(scope, kind, sources, length, compute);
}
