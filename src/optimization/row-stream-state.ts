/** The state of a stream of observations as bytes: little-endian binary64 numbers, bound to what the stream was configured with. */
import { RunningMoments } from '../estimation/incremental.ts';
import { dateOfDay, dayNumber } from '../values/clock.ts';
import { Fault } from '../values/fault.ts';

/** What is fixed for the life of a stream, and what its state is bound to. */
export interface RowSettings {
  readonly assetIds: readonly string[];
  readonly kind: 'returns' | 'prices';
  readonly decay: number;
  readonly centre: 'mean' | 'zero';
  readonly periodsPerYear: number;
}

/** First number of every state; another one when the layout changes. */
const layout = 7_201_001;

export interface RowStreamState {
  readonly moments: RunningMoments;
  readonly prices: Float64Array | undefined;
  /** Empty for none. */
  readonly date: string;
}

/** layout, binding, count, weight, day (NaN for none), means (n), products (n (n + 1) / 2), prices (n or none), sum of all before. */
export function stateTo({
  settings,
  moments,
  prices,
  date,
}: RowStreamState & { readonly settings: RowSettings }): Uint8Array {
  const { count, weight, means, products } = moments.state();
  const day = date === '' ? NaN : dayNumber(date);
  const numbers = [layout, bindingOf(settings), count, weight, day, ...means, ...products, ...(prices ?? [])];
  const bytes = new Uint8Array((numbers.length + 1) * 8);
  const view = new DataView(bytes.buffer);
  for (const [position, each] of numbers.entries()) view.setFloat64(position * 8, each, true);
  view.setFloat64(numbers.length * 8, checksum(bytes, numbers.length * 8), true);
  return bytes;
}

/** @throws Fault INVALID_ARGUMENT at `configuration.state` when the bytes are no state of a stream so configured. */
export function stateFrom(bytes: Uint8Array, settings: RowSettings): RowStreamState {
  const n = settings.assetIds.length;
  const head = 5;
  const own = head + n + (n * (n + 1)) / 2;
  const lengths = settings.kind === 'prices' ? [own, own + n] : [own];
  const refused = (description: string): Fault =>
    new Fault('INVALID_ARGUMENT', description, {}, [{ field: 'configuration.state', description }]);
  const fits = 'is no state of a stream with these assets, kind, estimator and periods per year';
  const length = bytes.byteLength / 8 - 1;
  if (!lengths.includes(length)) throw refused(fits);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = Float64Array.from({ length }, (_, position) => view.getFloat64(position * 8, true));
  const [first, binding, count = NaN, weight = NaN, day = NaN] = numbers;
  if (first !== layout || binding !== bindingOf(settings)) throw refused(fits);
  if (view.getFloat64(length * 8, true) !== checksum(bytes, length * 8)) throw refused('has been changed or cut off');
  const { decay, centre } = settings;
  const means = [...numbers.subarray(head, head + n)];
  const products = [...numbers.subarray(head + n, own)];
  return {
    moments: RunningMoments.restored({ size: n, decay, centre, count, weight, means, products }),
    prices: length > own ? numbers.slice(own) : undefined,
    date: Number.isNaN(day) ? '' : dateOfDay(day),
  };
}

/** FNV-1a over 32 bits: tells accidents, and is no seal. */
function checksum(bytes: Uint8Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let position = 0; position < length; position += 1) hash = Math.imul(hash ^ bytes[position]!, 0x01000193);
  return hash >>> 0;
}

function bindingOf({ assetIds, kind, decay, centre, periodsPerYear }: RowSettings): number {
  const text = JSON.stringify([assetIds, kind, decay, centre, periodsPerYear]);
  const bytes = new TextEncoder().encode(text);
  return checksum(bytes, bytes.byteLength);
}
