/**
 * Risk models on their way to the threads: in memory that all of them share, so that no job copies them again, and numbered, so that a thread
 * knows again what it has prepared. Models with the same contents are one model.
 */
import type { GivenRisk } from '../optimization/job.ts';
import type { PoolOrder } from './messages.ts';

/** Numbers from which a model is shared; smaller ones are copied along with their job. */
const sharedMin = 4096;
/** Bytes of models that are remembered, here and in each thread, least recently used first out. */
const bytesMax = 256 * 2 ** 20;

export interface SharedRisk {
  /** The same for the same contents; never given twice. */
  readonly number: number;
  readonly risk: GivenRisk;
}

/** A bounded memory of models by their numbers. */
class Remembered {
  readonly #models = new Map<number, GivenRisk>();
  #bytes = 0;

  get(key: number): GivenRisk | undefined {
    const risk = this.#models.get(key);
    if (risk === undefined) return undefined;
    this.#models.delete(key);
    this.#models.set(key, risk);
    return risk;
  }

  set(key: number, risk: GivenRisk): void {
    this.#models.set(key, risk);
    this.#bytes += bytesOf(risk);
    for (const [oldest, model] of this.#models) {
      if (this.#bytes <= bytesMax || oldest === key) break;
      this.#models.delete(oldest);
      this.#bytes -= bytesOf(model);
    }
  }

  entries(): Iterable<[number, GivenRisk]> {
    return this.#models;
  }
}

/** The side of the pool. */
export class RiskSharing {
  readonly #models = new Remembered();
  #next = 1;

  /** The model in shared memory; nothing for one that is not worth it. The arrays given may change afterwards, the shared ones must not. */
  share(risk: GivenRisk): SharedRisk | undefined {
    if (bytesOf(risk) < sharedMin * Float64Array.BYTES_PER_ELEMENT) return undefined;
    for (const [number, model] of this.#models.entries())
      if (isSame(model, risk)) return { number, risk: this.#models.get(number) ?? model };
    const number = this.#next++;
    const copy = sharedCopy(risk);
    this.#models.set(number, copy);
    return { number, risk: copy };
  }
}

/** The side of a thread: one object for one model, whichever job brings it. */
export class KnownRisks {
  readonly #models = new Remembered();

  recognized(order: PoolOrder): PoolOrder {
    const { job, riskNumber } = order;
    if (job.risk === undefined || riskNumber === undefined) return order;
    const known = this.#models.get(riskNumber);
    if (known !== undefined) return { ...order, job: { ...job, risk: known } } as PoolOrder;
    this.#models.set(riskNumber, job.risk);
    return order;
  }
}

function matricesOf(risk: GivenRisk): readonly Float64Array[] {
  return risk.kind === 'covariance' ? [risk.matrix] : [risk.exposures, risk.factorCovariance, risk.specificVariance];
}

function bytesOf(risk: GivenRisk): number {
  return matricesOf(risk).reduce((total, { byteLength }) => total + byteLength, 0);
}

/** Bit for bit. */
function isSame(one: GivenRisk, other: GivenRisk): boolean {
  if (one.periodsPerYear !== other.periodsPerYear) return false;
  if (one.kind === 'covariance')
    return (
      other.kind === 'covariance' &&
      one.repair === other.repair &&
      one.repairMethod === other.repairMethod &&
      equal(one, other)
    );
  if (other.kind !== 'factor' || one.factors.length !== other.factors.length) return false;
  return one.factors.every((name, k) => name === other.factors[k]) && equal(one, other);
}

function equal(one: GivenRisk, other: GivenRisk): boolean {
  const others = matricesOf(other);
  return matricesOf(one).every((matrix, m) => bufferOf(matrix).equals(bufferOf(others[m]!)));
}

function bufferOf({ buffer, byteOffset, byteLength }: Float64Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function sharedCopy(risk: GivenRisk): GivenRisk {
  if (risk.kind === 'covariance') return { ...risk, matrix: shared(risk.matrix) };
  const { exposures, factorCovariance, specificVariance } = risk;
  return {
    ...risk,
    exposures: shared(exposures),
    factorCovariance: shared(factorCovariance),
    specificVariance: shared(specificVariance),
  };
}

function shared(source: Float64Array): Float64Array {
  if (source.buffer instanceof SharedArrayBuffer) return source;
  const copy = new Float64Array(new SharedArrayBuffer(source.byteLength));
  copy.set(source);
  return copy;
}
