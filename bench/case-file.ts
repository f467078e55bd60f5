/** A case on its way to the Python peers: named arrays in one binary file, described by a manifest. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Arrays = Readonly<Record<string, Float64Array | Int32Array>>;
export type Settings = Readonly<Record<string, number | boolean>>;

export interface CaseFile {
  readonly arrays: Arrays;
  readonly settings: Settings;
}

const alignment = 8;

export function writeCase(folder: string, { arrays, settings }: CaseFile): void {
  const places: Record<string, { type: 'f64' | 'i32'; offset: number; count: number }> = {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, array] of Object.entries(arrays)) {
    places[name] = { type: array instanceof Float64Array ? 'f64' : 'i32', offset, count: array.length };
    const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    const gap = (alignment - (bytes.length % alignment)) % alignment;
    parts.push(bytes, Buffer.alloc(gap));
    offset += bytes.length + gap;
  }
  writeFileSync(join(folder, 'case.bin'), Buffer.concat(parts));
  writeFileSync(join(folder, 'case.json'), JSON.stringify({ arrays: places, settings }));
}
