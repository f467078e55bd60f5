import { expect } from 'chai';
import { isKept, openScope } from '../../../src/math/kernels.ts';
import { Arena, Scope } from '../../../src/math/kernels/arena.ts';
import { arenaAddress } from '../../../src/math/kernels/module.ts';
import { derive, keep, KeptMatrices, lend } from '../../../src/math/prepared.ts';
import { WorkingMatrix, WorkingMemory } from '../../../src/math/working-matrix.ts';

const ramp = (length: number, from = 0): Float64Array => Float64Array.from({ length }, (_, i) => from + i);

/** Runs work in a scope of its own. */
function within<T>(work: (scope: Scope) => T, arena?: Arena): T {
  const scope = arena === undefined ? openScope() : new Scope(arena);
  try {
    return work(scope);
  } finally {
    scope.close();
  }
}

describe('what is kept between solves', () => {
  it('is one view for one array, and for another with the same contents', () => {
    const source = ramp(1000);
    const first = within((scope) => keep(scope, source));
    expect(isKept(first)).to.equal(true);
    expect([...first]).to.deep.equal([...source]);
    within((scope) => {
      expect(keep(scope, source)).to.equal(first);
      expect(keep(scope, ramp(1000))).to.equal(first);
      expect(keep(scope, first)).to.equal(first);
      expect(keep(scope, ramp(1000, 1))).not.to.equal(first);
    });
  });

  it('tells contents apart to the last bit, also where a glance does not', () => {
    const source = ramp(5000, 1);
    const other = Float64Array.from(source);
    other[4321] = 4321.999;
    const signed = Float64Array.from(source, (value, i) => (i === 3 ? -0 : value));
    const unsigned = Float64Array.from(source, (value, i) => (i === 3 ? 0 : value));
    within((scope) => {
      const views = [source, other, signed, unsigned].map((array) => keep(scope, array));
      expect(new Set(views).size).to.equal(4);
      expect(views[1]![4321]).to.equal(4321.999);
      expect(Object.is(views[2]![3], -0)).to.equal(true);
    });
  });

  it('is computed once for the same sources, however often it is asked for', () => {
    const [a, b] = [ramp(40, 3), ramp(9, 7)];
    let times = 0;
    const sums = (scope: Scope, sources: Float64Array[], kind = 'sum'): Float64Array =>
      derive(scope, kind, sources, 2, (target) => {
        times++;
        sources.forEach((source, s) => (target[s] = source.reduce((x, y) => x + y)));
      });
    const first = within((scope) => sums(scope, [a, b]));
    within((scope) => expect(sums(scope, [a, Float64Array.from(b)])).to.equal(first));
    expect(times).to.equal(1);
    within((scope) => {
      expect([...sums(scope, [b, a])]).to.deep.equal([first[1], first[0]]);
      expect(sums(scope, [a, b], 'another')).not.to.equal(first);
    });
    expect(times).to.equal(3);
  });

  it('is not what a computation that threw left behind', () => {
    const source = ramp(11, 0.5);
    const stop = new Error('stop');
    const give = (fails: boolean) => (target: Float64Array) => {
      target.fill(fails ? 1 : 2);
      if (fails) throw stop;
    };
    within((scope) => {
      expect(() => derive(scope, 'twos', [source], 3, give(true))).to.throw(stop);
      expect([...derive(scope, 'twos', [source], 3, give(false))]).to.deep.equal([2, 2, 2]);
    });
  });

  it('gives way, least recently used first, to what is new, but not while a scope uses it', () => {
    const arena = new Arena();
    const kept = new KeptMatrices(arena, 4096);
    const sources = [1, 2, 3, 4, 5].map((from) => ramp(128, from));
    const keepOne = (k: number): Float64Array => within((scope) => kept.keep(scope, sources[k]!), arena);
    const views = [0, 1, 2, 3].map(keepOne);
    expect(kept.bytes).to.equal(4096);
    expect(keepOne(0)).to.equal(views[0]);
    within((scope) => {
      kept.keep(scope, sources[1]!);
      keepOne(4);
      expect(kept.bytes).to.equal(4096);
      expect(keepOne(1)).to.equal(views[1]);
      expect(keepOne(0)).to.equal(views[0]);
      expect(keepOne(3)).to.equal(views[3]);
    }, arena);
    const again = keepOne(2);
    expect(again).not.to.equal(views[2]);
    expect([...again]).to.deep.equal([...sources[2]!]);
    expect(arena.taken).to.equal(4096);
  });

  it('takes no more than its budget; what does not fit belongs to the scope', () => {
    const arena = new Arena();
    const kept = new KeptMatrices(arena, 1024);
    within((scope) => {
      const large = kept.keep(scope, ramp(129));
      expect(arena.holds(large)).to.equal(true);
      const used = kept.keep(scope, ramp(128));
      const other = kept.keep(scope, ramp(128, 1));
      expect([used[1], other[1], large[128]]).to.deep.equal([1, 2, 128]);
      expect(kept.bytes).to.equal(1024);
    }, arena);
    expect(arena.taken).to.equal(1024);
  });
});

describe('what is lent for one piece of work', () => {
  it('is the view that is kept, and is let go of even when the work throws', () => {
    const source = ramp(900, 0.25);
    const view = within((scope) => keep(scope, source));
    expect(lend(source, (lent) => lent)).to.equal(view);
    expect(lend(Float64Array.from(source), (lent) => lent)).to.equal(view);
    const arena = new Arena();
    const kept = new KeptMatrices(arena, 8000);
    const stop = new Error('stop');
    const fail = (): never => {
      throw stop;
    };
    expect(() => kept.lend(source, fail)).to.throw(stop);
    kept.lend(ramp(1000), (lent) => expect(arena.holds(lent)).to.equal(true));
    expect(kept.bytes).to.equal(8000);
  });

  it('is the array itself where that is as fast, or where there is no room', () => {
    const small = ramp(10);
    expect(lend(small, (lent) => lent)).to.equal(small);
    const large = ramp(1001);
    expect(new KeptMatrices(new Arena(), 8000).lend(large, (lent) => lent)).to.equal(large);
  });
});

describe('working matrices', () => {
  it('lie in the memory of the kernels, and keep their place when they are reserved anew for about as much', () => {
    const matrix = new WorkingMatrix();
    const first = matrix.reserve(1000).fill(3);
    expect(isKept(first)).to.equal(true);
    expect(matrix.array).to.equal(first);
    const second = matrix.reserve(900);
    expect([second.length, second.byteOffset]).to.deep.equal([900, first.byteOffset]);
    expect(matrix.reserve(2000).length).to.equal(2000);
    expect(isKept(matrix.array)).to.equal(true);
    expect(isKept(matrix.reserve(10))).to.equal(false);
    matrix.release();
    expect(matrix.array.length).to.equal(0);
  });

  it('are moved out, least recently used first, with all that they hold', () => {
    const memory = new WorkingMemory(3 * 8 * 300);
    const matrices = [1, 2, 3].map((value) => {
      const matrix = new WorkingMatrix(memory);
      matrix.reserve(300).fill(value);
      return matrix;
    });
    expect(matrices[0]!.array[7]).to.equal(1);
    const fourth = new WorkingMatrix(memory);
    fourth.reserve(400).fill(4);
    expect([...matrices, fourth].map(({ array }) => isKept(array))).to.deep.equal([true, false, false, true]);
    expect([...matrices, fourth].map(({ array }) => array[299])).to.deep.equal([1, 2, 3, 4]);
    expect(memory.bytes).to.equal(8 * 700);
    expect(isKept(new WorkingMatrix(memory).reserve(901))).to.equal(false);
    for (const matrix of [...matrices, fourth]) matrix.release();
    expect(memory.bytes).to.equal(0);
  });
});

describe('the memory of the kernels', () => {
  it('is handed out aligned, without overlap, and taken back in any order', () => {
    const arena = new Arena();
    const scopes = Array.from({ length: 12 }, () => new Scope(arena));
    const views = scopes.map((scope, s) => scope.floats(100 * s + 1).fill(s));
    views.forEach((view, s) => {
      expect(view.byteOffset % 64).to.equal(0);
      expect(view.every((value) => value === s)).to.equal(true);
    });
    for (const s of [3, 4, 2, 0, 11, 7, 6]) scopes[s]!.close();
    const later = new Scope(arena);
    const zeros = later.floats(700);
    expect(zeros.every((value) => value === 0)).to.equal(true);
    zeros.fill(-1);
    for (const s of [1, 5, 8, 9, 10]) {
      expect(views[s]!.every((value) => value === s)).to.equal(true);
      scopes[s]!.close();
      scopes[s]!.close();
    }
    later.close();
    expect(arena.taken).to.equal(0);
    // All of it is one piece again: what fits only the whole does not make it grow.
    const before = arena.heap.length;
    const whole = new Scope(arena);
    expect(arena.holds(whole.floats(before - arenaAddress / 8))).to.equal(true);
    expect(arena.heap.length).to.equal(before);
    whole.close();
  });

  it('grows without voiding views, and gives ordinary arrays when it may not grow further', () => {
    const arena = new Arena(100);
    const scope = new Scope(arena);
    const small = scope.floats(10).fill(7);
    const large = scope.copyOf(ramp(400_000));
    expect(arena.holds(large)).to.equal(true);
    expect([...small, large[399_999]]).to.deep.equal([...new Array<number>(10).fill(7), 399_999]);
    expect(arena.holds(small)).to.equal(true);
    const outside = [scope.floats(500_000), scope.copyOf(ramp(500_000))];
    expect(outside.map((array) => arena.holds(array))).to.deep.equal([false, false]);
    expect([outside[0]![9], outside[1]![9]]).to.deep.equal([0, 9]);
    expect(arena.holds(scope.integers(1_000_000))).to.equal(false);
    scope.close();
    expect(arena.taken).to.equal(0);
  });
});
