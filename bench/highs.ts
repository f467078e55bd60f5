/** npm `highs` (WebAssembly) on a quadratic program, in this process. */
import { createRequire } from 'node:module';

import type { default as HighsLoader, Highs, ModelData } from 'highs';

import type { QuadraticProgram, Triplets } from './split-form.ts';

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

export interface PeerRun {
  readonly milliseconds: number;
  readonly weights: Float64Array;
}

// The package's types describe its CommonJS face only, so it is loaded as such.
const loadHighs = createRequire(import.meta.url)('highs') as typeof HighsLoader.default;
let loaded: Promise<Highs> | undefined;

/** Solves `runs` times, each on a model of its own; passing the model in is not timed. Throws what HiGHS says when it cannot. */
export async function runHighs(program: QuadraticProgram, runs: number): Promise<readonly PeerRun[]> {
  loaded ??= loadHighs();
  const highs = await loaded;
  const data: ModelData = {
    numCols: program.columns,
    numRows: program.rowLower.length,
    colCost: program.linear,
    colLower: program.lower,
    colUpper: program.upper,
    rowLower: program.rowLower,
    rowUpper: program.rowUpper,
    matrix: {
      format: 'csc',
      numRows: program.rowLower.length,
      numCols: program.columns,
      ...compressed(program.constraints, program.columns),
    },
    hessian: { format: 'triangular', dimension: program.columns, ...compressed(program.quadratic, program.columns) },
  };
  return Array.from({ length: runs }, () => {
    const model = highs.createModel(data);
    try {
      model.options.set('output_flag', false);
      const start = performance.now();
      model.run();
      const milliseconds = performance.now() - start;
      if (model.getModelStatus() !== highs.constants.modelStatus.optimal)
        throw new Error(`model status ${String(model.getModelStatus())}`);
      return { milliseconds, weights: model.getSolution().colValue.slice(0, program.assets) };
    } finally {
      model.dispose();
    }
  });
}
