/** npm `highs` (WebAssembly) on a quadratic program, in this process. */
import { createRequire } from 'node:module';

import type { default as HighsLoader, Highs, ModelData } from 'highs';

import type { Peer, PeerRun } from './contest.ts';
import type { QuadraticProgram, Triplets } from './quadratic-program.ts';

/** Compressed columns of triplets that may come in any order. */
function compressed(
  triplets: Triplets,
  columns: number,
): { starts: Int32Array; indices: Int32Array; values: Float64Array } {
  const starts = new Int32Array(columns + 1);
  for (const column of triplets.columns) starts[column + 1] = (starts[column + 1] ?? 0) + 1;
  for (let column = 0; column < columns; column += 1)
    starts[column + 1] = (starts[column + 1] ?? 0) + (starts[column] ?? 0);
  const next = starts.slice();
  const indices = new Int32Array(triplets.values.length);
  const values = new Float64Array(triplets.values.length);
  for (const [at, column] of triplets.columns.entries()) {
    const place = next[column] ?? 0;
    next[column] = place + 1;
    indices[place] = triplets.rows[at] ?? 0;
    values[place] = triplets.values[at] ?? 0;
  }
  return { starts, indices, values };
}

// The package's types describe its CommonJS face only, so it is loaded as such.
const loadHighs = createRequire(import.meta.url)('highs') as typeof HighsLoader.default;
let loaded: Promise<Highs> | undefined;

const secondsMax = 15;

/** A model of its own for each run; passing the model in is not timed. */
export function npmHighs(program: QuadraticProgram): Peer {
  let model: ModelData | undefined;
  return {
    name: 'npm highs',
    run: async () => {
      loaded ??= loadHighs();
      model ??= modelOf(program);
      return solvedBy(await loaded, model);
    },
  };
}

function modelOf(program: QuadraticProgram): ModelData {
  const { columns, linear, rowLower, rowUpper, lower, upper, quadratic } = program;
  const shape = { numRows: rowLower.length, numCols: columns };
  return {
    ...shape,
    colCost: linear,
    colLower: lower,
    colUpper: upper,
    rowLower,
    rowUpper,
    matrix: { format: 'csc', ...shape, ...compressed(program.constraints, columns) },
    ...(quadratic.values.length === 0
      ? {}
      : { hessian: { format: 'triangular', dimension: columns, ...compressed(quadratic, columns) } }),
  };
}

function solvedBy(highs: Highs, data: ModelData): PeerRun {
  let model: ReturnType<Highs['createModel']> | undefined;
  try {
    model = highs.createModel(data);
    model.options.set('output_flag', false);
    model.options.set('time_limit', secondsMax);
    const start = performance.now();
    model.run();
    const milliseconds = performance.now() - start;
    const status = model.getModelStatus();
    if (status !== highs.constants.modelStatus.optimal) return { error: `model status ${String(status)}` };
    return { milliseconds, results: { x: Array.from(model.getSolution().colValue) } };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  } finally {
    model?.dispose();
  }
}
