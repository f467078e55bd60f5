/** The prices that a run was solved with, kept so that it can be solved anew whatever is imported later. */
import { gunzip, gzip } from 'node:zlib';
import { promisify } from 'node:util';

import type { SolveJob } from './job.ts';

type Prices = NonNullable<SolveJob['prices']>;

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** The number of days, the days (int32) and the prices (float64), little-endian, compressed off the event loop. */
export async function snapshotOf({ days, prices }: Prices): Promise<Uint8Array> {
  const bytes = Buffer.alloc(4 + days.length * 4 + prices.length * 8);
  bytes.writeInt32LE(days.length, 0);
  for (const [t, day] of days.entries()) bytes.writeInt32LE(day, 4 + t * 4);
  const start = 4 + days.length * 4;
  for (const [index, price] of prices.entries()) bytes.writeDoubleLE(price, start + index * 8);
  return compress(bytes, { level: 1 });
}

export async function pricesIn(snapshot: Uint8Array): Promise<Prices> {
  const bytes = await expand(snapshot);
  const count = bytes.readInt32LE(0);
  const start = 4 + count * 4;
  const days = Int32Array.from({ length: count }, (_, t) => bytes.readInt32LE(4 + t * 4));
  const prices = Float64Array.from({ length: (bytes.length - start) / 8 }, (_, k) => bytes.readDoubleLE(start + k * 8));
  return { days, prices };
}
