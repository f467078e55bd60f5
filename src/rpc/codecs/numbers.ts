/** Vectors and matrices: numbers one by one, or packed as little-endian binary64. */
import type { Matrix, Vector } from '../../gen/veritasvault/portfolio/v1/values.ts';
import type { MatrixDraft, VectorDraft } from '../../optimization/draft.ts';

export function vectorFrom({ values, packed }: Vector): VectorDraft {
  return { values, packed };
}

export function matrixFrom({ rows, columns, values, packed }: Matrix): MatrixDraft {
  return { rows, columns, values, packed };
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Little-endian on every machine, a copy. */
export function packedTo(numbers: Float64Array): Buffer {
  if (isLittleEndian) return Buffer.from(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  const bytes = Buffer.alloc(numbers.length * 8);
  for (const [position, number] of numbers.entries()) bytes.writeDoubleLE(number, position * 8);
  return bytes;
}

/** The numbers of a matrix; of another length than its shape says when it was given twice, not at all or cut off. */
export function matrixNumbers({ rows, columns, values, packed }: Matrix): Float64Array {
  const bothOrNeither = values.length > 0 === packed.length > 0 && rows * columns > 0;
  if (bothOrNeither || rows !== columns || packed.length % 8 !== 0) return new Float64Array(0);
  if (packed.length === 0) return Float64Array.from(values);
  return Float64Array.from({ length: packed.length / 8 }, (_, position) => packed.readDoubleLE(position * 8));
}
