import { Type } from '@mikro-orm/core';

/** A `Float64Array` as little-endian bytes. NaN and infinities are refused: no check of the database can see into bytes. */
export class Float64Column extends Type<Float64Array, Uint8Array> {
  override convertToDatabaseValue(value: unknown): Uint8Array {
    return value instanceof Float64Array ? floatBytes(value) : (value as Uint8Array);
  }

  override convertToJSValue(value: unknown): Float64Array {
    return value instanceof Float64Array ? value : floatsOf(value as Uint8Array);
  }

  override getColumnType(): string {
    return 'bytea';
  }

  override compareAsType(): string {
    return 'buffer';
  }
}

/** Bytes of finite floats; a RangeError (a bug) for NaN or infinity. */
export function floatBytes(values: Float64Array): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (!Number.isFinite(value)) throw new RangeError(`a stored float must be finite; element ${k} is ${value}`);
    bytes.writeDoubleLE(value, k * 8);
  }
  return bytes;
}

/** Floats of little-endian bytes, in memory of their own: the source may be a slice of a larger buffer. */
export function floatsOf(bytes: Uint8Array): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float64Array(bytes.byteLength / 8);
  for (let k = 0; k < values.length; k++) values[k] = view.getFloat64(k * 8, true);
  return values;
}
