import { expect } from 'chai';
import fc from 'fast-check';
import { factorizeCholesky, solveLower, solveUpper } from '../../src/math/cholesky.ts';
import {
  addProduct,
  addSymmetric,
  addTransposed,
  addWeightedGram,
  isKept,
  openScope,
  solveLowerRows,
  solveUpperRows,
  sweepBudgets,
  timesVector,
} from '../../src/math/kernels.ts';
import type { Scope } from '../../src/math/kernels.ts';
import { factorizeBlock, multiplyBlocks, solveBlock } from '../../src/math/kernels/blocks.ts';
import { Random } from '../support/problems.ts';

/** Every bit, but for which NaN it is. */
function expectSameBits(actual: Float64Array, expected: Float64Array): void {
  expect(actual.length).to.equal(expected.length);
  for (let i = 0; i < actual.length; i++)
    if (!Object.is(actual[i], expected[i])) expect.fail(`entry ${i}: ${actual[i]} instead of ${expected[i]}`);
}

/** Mostly ordinary numbers; zeros of both signs; now and then what must travel through unharmed. */
function numbers(random: Random, length: number, wild = false): Float64Array {
  return random.vector(length, () => {
    const kind = random.next();
    if (kind < 0.05) return kind < 0.025 ? 0 : -0;
    if (wild && kind < 0.07) return [NaN, Infinity, -Infinity, 1e300, 5e-324][random.integer(0, 4)]!;
    return random.normal();
  });
}

type Arrays = Readonly<Record<string, Float64Array>>;

/**
 * Runs the same work on ordinary arrays, which the twins do where copying does not pay, and on arrays of the kernels' memory, which they do
 * themselves; both must leave the same bits everywhere. @returns what was left.
 */
function onBoth<A extends Arrays>(arrays: A, work: (arrays: A, list: (indices: Int32Array) => Int32Array) => void): A {
  const scope = openScope();
  try {
    const map = (place: (array: Float64Array) => Float64Array): A =>
      Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, place(array)])) as A;
    const plain = map((array) => array.slice());
    const kept = map((array) => scope.copyOf(array));
    work(plain, (indices) => indices);
    work(kept, (indices) => listIn(scope, indices));
    for (const name of Object.keys(arrays)) {
      expect(isKept(kept[name]!), name).to.equal(true);
      expectSameBits(kept[name]!, plain[name]!);
    }
    return plain;
  } finally {
    scope.close();
  }
}

function listIn(scope: Scope, indices: Int32Array): Int32Array {
  const list = scope.integers(indices.length);
  list.set(indices);
  return list;
}

function someOf(random: Random, n: number): Int32Array {
  return Int32Array.from(Array.from({ length: n }, (_, i) => i).filter(() => random.chance(0.6)));
}

/** A positive definite matrix, garbage above the diagonal. */
function definite(random: Random, n: number): Float64Array {
  const a = new Float64Array(n * n).fill(NaN);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) a[i * n + j] = random.normal();
    a[i * n + i] = 2 * n + 1 + random.next();
  }
  return a;
}

const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const seeds = fc.integer({ min: 0, max: 1e9 });

function close(actual: number, expected: number, scale: number): void {
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).to.be.at.most(1e-12 * (1 + scale));
}

describe('the SIMD kernels', () => {
  it('multiply a matrix and its transpose by a vector as their twins do, bit for bit, and as the sum says', () => {
    fc.assert(
      fc.property(size(23), size(19), seeds, fc.boolean(), (m, n, seed, wild) => {
        const random = new Random(seed);
        const x = numbers(random, n, wild);
        const y = numbers(random, m, wild);
        const arrays = { a: numbers(random, m * n, wild), x, y, out: new Float64Array(m), pull: numbers(random, n) };
        const chosen = someOf(random, m);
        const { out, pull } = onBoth(arrays, (at, list) => {
          timesVector(at.a, m, n, at.x, at.out);
          addTransposed(at.a, m, n, at.y, at.pull, list(chosen));
        });
        if (wild) return;
        for (let i = 0; i < m; i++) {
          let s = 0;
          for (let j = 0; j < n; j++) s += arrays.a[i * n + j]! * x[j]!;
          close(out[i]!, s, 10);
        }
        for (let j = 0; j < n; j++) {
          let s = arrays.pull[j]!;
          for (const i of chosen) s += arrays.a[i * n + j]! * y[i]!;
          close(pull[j]!, s, 10);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('multiply listed rows by a vector that lives elsewhere', () => {
    const random = new Random(5);
    const [m, n] = [41, 30];
    const a = numbers(random, m * n);
    const x = numbers(random, n);
    const chosen = someOf(random, m);
    const expected = new Float64Array(chosen.length);
    timesVector(a, m, n, x, expected, chosen);
    const scope = openScope();
    const out = new Float64Array(chosen.length);
    timesVector(scope.copyOf(a), m, n, x, out, chosen);
    scope.close();
    expectSameBits(out, expected);
    chosen.forEach((row, r) => {
      let s = 0;
      for (let j = 0; j < n; j++) s += a[row * n + j]! * x[j]!;
      close(out[r]!, s, 10);
    });
  });

  it('leave alone what lies behind the result in an array that is longer', () => {
    const scope = openScope();
    const a = scope.copyOf(Float64Array.from({ length: 12 }, (_, p) => p));
    const out = new Float64Array(6).fill(9);
    timesVector(a, 3, 4, new Float64Array(7).fill(1), out);
    expect([...out]).to.deep.equal([6, 22, 38, 9, 9, 9]);
    addTransposed(a, 3, 4, Float64Array.of(1, 0, 1, NaN), out);
    expect([...out]).to.deep.equal([14, 32, 50, 23, 9, 9]);
    addSymmetric(scope.copyOf(Float64Array.of(1, NaN, 2, 3)), 2, Float64Array.of(1, 1, NaN), out);
    expect([...out]).to.deep.equal([17, 37, 50, 23, 9, 9]);
    const b = Float64Array.of(3, 5, 9);
    solveLower(scope.copyOf(Float64Array.of(1, NaN, 2, 1)), 2, b);
    expect([...b]).to.deep.equal([3, -1, 9]);
    scope.close();
  });

  it('multiply by a symmetric matrix that is known by its lower triangle', () => {
    fc.assert(
      fc.property(size(30), seeds, fc.boolean(), (n, seed, wild) => {
        const random = new Random(seed);
        const s = numbers(random, n * n, wild);
        for (let i = 0; i < n; i++) s.fill(NaN, i * n + i + 1, (i + 1) * n);
        const arrays = { s, x: numbers(random, n, wild), out: numbers(random, n) };
        const { out } = onBoth(arrays, (at) => addSymmetric(at.s, n, at.x, at.out));
        if (wild) return;
        for (let i = 0; i < n; i++) {
          let sum = arrays.out[i]!;
          for (let j = 0; j < n; j++) sum += s[Math.max(i, j) * n + Math.min(i, j)]! * arrays.x[j]!;
          close(out[i]!, sum, 10);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('add products of any shape and orientation, scaled and over listed terms', () => {
    const shapes = fc.record({
      m: size(14),
      n: size(17),
      k: fc.oneof(size(20), fc.constantFrom(255, 256, 257, 520)),
      seed: seeds,
      leftTransposed: fc.boolean(),
      rightTransposed: fc.boolean(),
      lower: fc.boolean(),
      isScaled: fc.boolean(),
      isListed: fc.boolean(),
      factor: fc.constantFrom(1, -1, 0.3),
      wild: fc.boolean(),
    });
    fc.assert(
      fc.property(shapes, ({ m, n, k, seed, isScaled, isListed, wild, ...rest }) => {
        const random = new Random(seed);
        const chosen = isListed ? someOf(random, k) : Int32Array.from({ length: k }, (_, p) => p);
        const arrays = {
          left: numbers(random, m * k, wild),
          right: numbers(random, k * n, wild),
          target: numbers(random, m * n),
          scale: numbers(random, k),
        };
        const { target } = onBoth(arrays, ({ left, right, target: to, scale }, list) => {
          const operand = { left, right, target: to, ...(isScaled ? { scale } : {}) };
          const terms = isListed ? { terms: chosen.length, chosen: list(chosen) } : { terms: k };
          addProduct({ rows: m, columns: n, ...terms, ...operand, ...rest });
        });
        if (wild) return;
        for (let i = 0; i < m; i++)
          for (let j = 0; j < n; j++) {
            let s = 0;
            for (const p of chosen) {
              const l = arrays.left[rest.leftTransposed ? p * m + i : i * k + p]!;
              const r = arrays.right[rest.rightTransposed ? j * k + p : p * n + j]!;
              s += l * r * (isScaled ? arrays.scale[p]! : 1);
            }
            const isTouched = !rest.lower || j <= i;
            const before = arrays.target[i * n + j]!;
            close(target[i * n + j]!, isTouched ? before + rest.factor * s : before, 60);
          }
      }),
      { numRuns: 250 },
    );
  });

  it('add large products alike whole, in pieces between checkpoints, and from ordinary arrays', () => {
    const random = new Random(77);
    const [n, k] = [530, 250];
    const a = numbers(random, n * k);
    const scale = numbers(random, n);
    const chosen = someOf(random, n);
    const gram = (checkpoint?: (work: number) => void): Float64Array => {
      const target = new Float64Array(k * k);
      addWeightedGram(a, n, k, target, chosen, scale, checkpoint);
      return target;
    };
    let told = 0;
    const pieces = gram((work) => {
      expect(work).to.be.at.most(6e6);
      told += work;
    });
    expect(told).to.be.within((chosen.length * k * k) / 2, chosen.length * k * k);
    expectSameBits(pieces, gram());
    const scope = openScope();
    const target = scope.floats(k * k);
    addWeightedGram(scope.copyOf(a), n, k, target, listIn(scope, chosen), scope.copyOf(scale));
    expectSameBits(target, pieces);
    scope.close();
    const [i, j] = [249, 17];
    let s = 0;
    for (const p of chosen) s += scale[p]! * a[p * k + i]! * a[p * k + j]!;
    close(pieces[i * k + j]!, s, 100);
    expect(pieces[j * k + i]).to.equal(0);
  });

  it('factorize, block by block, as their twins do, whatever the pivots', () => {
    fc.assert(
      fc.property(size(60), seeds, fc.constantFrom('definite', 'any', 'wild'), (n, seed, kind) => {
        const random = new Random(seed);
        const a = kind === 'definite' ? definite(random, n) : numbers(random, n * n, kind === 'wild');
        const counts: number[] = [];
        onBoth({ a }, (at) => {
          const options = { pivotMin: 1e-8, replacement: 0.5 };
          let dropped = 0;
          for (let first = 0; first < n; first += 48) {
            const wide = Math.min(48, n - first);
            const place = (row: number, column: number) => ({ array: at.a, at: row * n + column, row: n, step: 1 });
            const target = place(first, first);
            const left = place(first, 0);
            multiplyBlocks({ m: n - first, n: wide, k: first, left, right: left, target, alpha: -1, diagonal: 0 });
            dropped += factorizeBlock(wide, target, options.pivotMin, options.replacement);
            solveBlock(wide, target, n - first - wide, place(first + wide, first));
          }
          counts.push(dropped);
        });
        expect(counts[0]).to.equal(counts[1]);
        if (kind === 'definite') expect(counts[0]).to.equal(0);
      }),
      { numRuns: 60 },
    );
  });

  it('factorize whole matrices alike wherever they are, and leave what is above the diagonal alone', () => {
    for (const n of [0, 1, 2, 7, 29, 48, 101, 310]) {
      const random = new Random(n + 1);
      const a = definite(random, n);
      const { a: l } = onBoth({ a }, (at) => expect(factorizeCholesky(at.a, n)).to.equal(0));
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          if (j > i) expect(l[i * n + j]).to.be.NaN;
          else {
            let s = 0;
            for (let k = 0; k <= j; k++) s += l[i * n + k]! * l[j * n + k]!;
            close(s, a[i * n + j]!, n);
          }
        }
    }
  });

  it('solve triangular systems with one and with many right-hand sides', () => {
    fc.assert(
      fc.property(fc.oneof(size(20), size(150)), size(9), seeds, (n, count, seed) => {
        const random = new Random(seed);
        const l = definite(random, n);
        const arrays = { l, b: numbers(random, n), c: numbers(random, n), d: numbers(random, count * n) };
        const right = Float64Array.from(arrays.d);
        const { b, c } = onBoth(arrays, (at) => {
          solveLower(at.l, n, at.b);
          solveUpper(at.l, n, at.c);
          solveLowerRows(at.l, n, at.d, count);
        });
        const forward = onBoth({ l, d: right }, (at) => solveLowerRows(at.l, n, at.d, count)).d;
        const back = onBoth({ l, d: right }, (at) => solveUpperRows(at.l, n, at.d, count)).d;
        const entry = (i: number, k: number): number => (k <= i ? l[i * n + k]! : 0);
        const times = (x: Float64Array, at: number, i: number): number => {
          let s = 0;
          for (let k = 0; k < n; k++) s += entry(i, k) * x[at + k]!;
          return s;
        };
        const timesTransposed = (x: Float64Array, at: number, i: number): number => {
          let s = 0;
          for (let k = 0; k < n; k++) s += entry(k, i) * x[at + k]!;
          return s;
        };
        for (let i = 0; i < n; i++) {
          close(times(b, 0, i), arrays.b[i]!, 10);
          close(timesTransposed(c, 0, i), arrays.c[i]!, 10);
          for (let r = 0; r < count; r++) {
            close(times(forward, r * n, i), right[r * n + i]!, 10);
            close(timesTransposed(back, r * n, i), right[r * n + i]!, 10);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('give zero for a dropped column where there are many right-hand sides', () => {
    const l = Float64Array.from([2, 0, 0, 1, 0, 0, 1, 0, 4]);
    const { d } = onBoth({ l, d: Float64Array.from([2, 5, 9]) }, (at) => solveLowerRows(at.l, 3, at.d, 1));
    expect([...d]).to.deep.equal([1, 0, 2]);
  });

  it('descend on risk budgets, coordinate by coordinate, to the portfolio that has them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), seeds, fc.boolean(), (n, seed, isGeneral) => {
        const random = new Random(seed);
        const x = random.vector(n * (n + 3), () => random.normal());
        const s = new Float64Array(n * n);
        addProduct({ rows: n, columns: n, terms: n + 3, left: x, right: x, rightTransposed: true, target: s });
        const budget = random.vector(n, () => random.between(0.5, 1.5) / n);
        const linear = numbers(random, n);
        const options = isGeneral ? { linear, shift: 0.3 } : {};
        const { w } = onBoth({ s, budget, linear, w: new Float64Array(n).fill(1) }, (at) => {
          const general = isGeneral ? { ...options, linear: at.linear } : {};
          for (let sweep = 0; sweep < 3000; sweep++) if (sweepBudgets(at.s, n, at.budget, at.w, general) < 1e-13) break;
        });
        for (let i = 0; i < n; i++) {
          let g = isGeneral ? linear[i]! + 0.3 * w[i]! : 0;
          for (let j = 0; j < n; j++) g += s[i * n + j]! * w[j]!;
          expect(w[i]).to.be.above(0);
          expect(w[i]! * g).to.be.closeTo(budget[i]!, 1e-10);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('report a NaN among risk budgets whatever follows it', () => {
    const s = Float64Array.from({ length: 36 }, (_, p) => (p % 7 === 0 ? 1 : 0));
    const w = new Float64Array(6).fill(1);
    w[1] = NaN;
    onBoth({ s, w, budget: new Float64Array(6).fill(1) }, (at) => {
      expect(sweepBudgets(at.s, 6, at.budget, at.w)).to.be.NaN;
    });
  });

  it('refuse operands that are shorter than their shape', () => {
    const short = new Float64Array(3);
    const long = new Float64Array(4);
    expect(() => timesVector(short, 2, 2, long, long)).to.throw(RangeError);
    expect(() => addTransposed(long, 2, 2, long, new Float64Array(1))).to.throw(RangeError);
    expect(() => addSymmetric(short, 2, long, long)).to.throw(RangeError);
    expect(() => addProduct({ rows: 2, columns: 2, terms: 2, left: short, right: long, target: long })).to.throw(
      RangeError,
    );
    expect(() => solveLowerRows(long, 2, short, 2)).to.throw(RangeError);
    expect(() => sweepBudgets(long, 2, short, new Float64Array(1))).to.throw(RangeError);
  });
});
