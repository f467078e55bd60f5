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
/** Numbers before the moments. */
const head = 3;

export interface RowStreamState {
  readonly moments: RunningMoments;
  readonly prices: Float64Array | undefined;
  /** Empty for none. */
  readonly date: string;
}

/** layout, binding, day (NaN for none), the packed moments, prices (n or none), checksum of all before. */
export function stateTo({
  settings,
  moments,
  prices,
  date,
}: RowStreamState & { readonly settings: RowSettings }): Uint8Array {
  const packed = moments.pack();
  const numbers = new Float64Array(head + packed.length + (prices?.length ?? 0) + 1);
  numbers.set([layout, bindingOf(settings), date === '' ? NaN : dayNumber(date)]);
  numbers.set(packed, head);
  if (prices !== undefined) numbers.set(prices, head + packed.length);
  numbers[numbers.length - 1] = checksum(numbers.subarray(0, -1));
  return littleEndian(numbers);
}

/** @throws Fault INVALID_ARGUMENT at `configuration.state` when the bytes are no state of a stream so configured. */
export function stateFrom(bytes: Uint8Array, settings: RowSettings): RowStreamState {
  const size = settings.assetIds.length;
  const own = head + RunningMoments.packedLength(size);
  const lengths = settings.kind === 'prices' ? [own, own + size] : [own];
  const refused = (description: string): Fault =>
    new Fault('INVALID_ARGUMENT', description, {}, [{ field: 'configuration.state', description }]);
  const fits = 'is no state of a stream with these assets, kind, estimator and periods per year';
  const length = bytes.byteLength / 8 - 1;
  if (!lengths.includes(length)) throw refused(fits);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = Float64Array.from({ length }, (_, position) => view.getFloat64(position * 8, true));
  const [first, binding, day = NaN] = numbers;
  if (first !== layout || binding !== bindingOf(settings)) throw refused(fits);
  if (view.getFloat64(length * 8, true) !== checksum(numbers)) throw refused('has been changed or cut off');
  const { decay, centre } = settings;
  return {
    moments: RunningMoments.unpack({ size, decay, centre }, numbers.subarray(head, own)),
    prices: length > own ? numbers.slice(own) : undefined,
    date: Number.isNaN(day) ? '' : dateOfDay(day),
  };
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function littleEndian(numbers: Float64Array<ArrayBuffer>): Uint8Array {
  const bytes = new Uint8Array(numbers.buffer);
  if (isLittleEndian) return bytes;
  const view = new DataView(numbers.buffer);
  for (const [position, each] of Float64Array.from(numbers).entries()) view.setFloat64(position * 8, each, true);
  return bytes;
}

/** FNV-1a over words of 32 bits: tells accidents, and is no seal. */
function checksum(numbers: Float64Array): number {
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length * 2);
  let hash = 0x811c9dc5;
  for (let position = 0; position < words.length; position += 2) {
    // The low word first, whatever the machine.
    hash = Math.imul(hash ^ words[position + (isLittleEndian ? 0 : 1)]!, 0x01000193);
    hash = Math.imul(hash ^ words[position + (isLittleEndian ? 1 : 0)]!, 0x01000193);
  }
  return hash >>> 0;
}

function bindingOf({ assetIds, kind, decay, centre, periodsPerYear }: RowSettings): number {
  const text = JSON.stringify([assetIds, kind, decay, centre, periodsPerYear]);
  return checksum(Float64Array.from(new TextEncoder().encode(text)));
}
