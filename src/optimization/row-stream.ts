/** One stream of observations: its configuration admitted, its rows taken or refused one by one, each whole. */
import { RunningMoments } from '../estimation/incremental.ts';
import { isCalendarDate } from '../values/clock.ts';
import { Fault, under } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { idProblem } from '../values/resource-name.ts';
import { Findings } from './admission-findings.ts';
import { readNumber, readVector } from './admission-numbers.ts';
import type { VectorDraft } from './draft.ts';
import { stateFrom, stateTo } from './row-stream-state.ts';
import type { RowSettings } from './row-stream-state.ts';

const streamAssetsMax = 500;
const answerEveryMax = 1_000_000;
const halfLifeMax = 1_000_000;

export interface RowStreamDraft {
  readonly assetIds: readonly string[];
  readonly kind?: 'returns' | 'prices';
  readonly estimator?:
    | { readonly kind: 'sample' }
    | { readonly kind: 'exponential'; readonly halfLife: number; readonly centre?: 'mean' | 'zero' };
  readonly periodsPerYear: number;
  /** 0 for every row. */
  readonly answerEvery: number;
  readonly omitCovariance: boolean;
  readonly includeState: boolean;
  /** Empty for the beginning. */
  readonly state: Uint8Array;
}

export interface RowDraft {
  /** Empty for none. */
  readonly date: string;
  readonly values?: VectorDraft;
}

/** Annual. */
export interface RowUpdate {
  readonly observations: number;
  readonly weight: number;
  /** Empty for none. */
  readonly asOf: string;
  readonly expectedReturns?: Float64Array;
  readonly volatilities?: Float64Array;
  readonly covariance?: Float64Array;
  readonly state?: Uint8Array;
}

export type RowNews =
  | { readonly kind: 'update'; readonly row: number; readonly update: RowUpdate }
  | { readonly kind: 'rejection'; readonly row: number; readonly violations: readonly Violation[] };

export class RowStream {
  readonly #settings: RowSettings;
  readonly #draft: RowStreamDraft;
  #moments: RunningMoments;
  /** (n) of the last row taken; absent before, and for returns. */
  #prices: Float64Array | undefined;
  #date = '';
  #rows = 0;
  #untold = 0;

  /** @throws Fault with every problem of the configuration below `configuration`. */
  constructor(draft: RowStreamDraft) {
    const findings = new Findings();
    const settings = settingsFrom(draft, findings);
    const restored =
      settings === undefined || draft.state.byteLength === 0
        ? undefined
        : findings.collect(() => stateFrom(draft.state, settings));
    findings.refuse();
    if (settings === undefined) throw new TypeError('what is admitted must be whole');
    const { assetIds, decay, centre } = settings;
    this.#draft = draft;
    this.#settings = settings;
    this.#moments = restored?.moments ?? new RunningMoments({ size: assetIds.length, decay, centre });
    this.#prices = restored?.prices;
    this.#date = restored?.date ?? '';
  }

  /** Rows seen so far, refused ones included. */
  get rows(): number {
    return this.#rows;
  }

  /** What is told of the row; undefined when it was taken and is not to be answered. A refused row changes nothing. */
  take(draft: RowDraft): RowNews | undefined {
    this.#rows += 1;
    const findings = new Findings();
    this.#readDate(draft.date, findings);
    const { kind, assetIds } = this.#settings;
    const values = readVector(draft.values, assetIds.length, 'values', rules[kind], findings);
    if (findings.none && values !== undefined) {
      const observation = kind === 'returns' ? values : this.#returnsOf(values);
      try {
        if (observation !== undefined) this.#moments.add(observation);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        findings.addAll(under('values', error.violations));
      }
    }
    if (!findings.none) return { kind: 'rejection', row: this.#rows, violations: findings.violations };
    // A copy: what a client packs may lie in a buffer that is used again.
    if (kind === 'prices' && values !== undefined) this.#prices = Float64Array.from(values);
    if (draft.date !== '') this.#date = draft.date;
    this.#untold += 1;
    return this.#untold >= Math.max(1, this.#draft.answerEvery) ? this.#told() : undefined;
  }

  /** The estimate with the last row, unless it was told already. */
  end(): RowNews | undefined {
    return this.#untold > 0 || this.#rows === 0 ? this.#told() : undefined;
  }

  #told(): RowNews {
    this.#untold = 0;
    return { kind: 'update', row: this.#rows, update: this.#update() };
  }

  #readDate(date: string, findings: Findings): void {
    if (date === '') return;
    if (!isCalendarDate(date))
      findings.add('date', `must be a date YYYY-MM-DD; got ${JSON.stringify(date.slice(0, 30))}`);
    else if (date <= this.#date)
      findings.add('date', `must be after that of the row before, ${this.#date}; got ${date}`);
  }

  #returnsOf(prices: Float64Array): Float64Array | undefined {
    const before = this.#prices;
    return before === undefined ? undefined : prices.map((price, i) => price / before[i]! - 1);
  }

  #update(): RowUpdate {
    const { periodsPerYear, assetIds } = this.#settings;
    const moments = this.#moments;
    const n = assetIds.length;
    const annual = moments.isReady ? moments.covariance(periodsPerYear) : undefined;
    const told = { settings: this.#settings, moments, prices: this.#prices, date: this.#date };
    return {
      observations: moments.count,
      weight: moments.weight,
      asOf: this.#date,
      ...(moments.count === 0 ? {} : { expectedReturns: moments.means().map((each) => each * periodsPerYear) }),
      ...(annual === undefined
        ? {}
        : { volatilities: Float64Array.from({ length: n }, (_, i) => Math.sqrt(annual[i * n + i]!)) }),
      ...(annual === undefined || this.#draft.omitCovariance ? {} : { covariance: annual }),
      ...(this.#draft.includeState ? { state: stateTo(told) } : {}),
    };
  }
}

const rules = {
  returns: { min: -1, max: 1e6, hint: 'a simple return as a fraction, 0.01 for 1 %' },
  prices: { positive: true, max: 1e15 },
} as const;

function settingsFrom(draft: RowStreamDraft, findings: Findings): RowSettings | undefined {
  const { assetIds, kind, estimator, periodsPerYear, answerEvery } = draft;
  const at = (name: string): string => `configuration.${name}`;
  readIds(assetIds, at('asset_ids'), findings);
  if (kind === undefined) findings.add(at('kind'), 'is required: returns or prices', 'UNIT_REQUIRED');
  if (periodsPerYear === 0)
    findings.add(at('periods_per_year'), 'is required: 252 for trading days, 12 for months', 'UNIT_REQUIRED');
  else readNumber(periodsPerYear, at('periods_per_year'), { positive: true, max: 366 }, findings);
  if (!(Number.isInteger(answerEvery) && answerEvery >= 0 && answerEvery <= answerEveryMax))
    findings.add(at('answer_every'), `must be 0 to ${String(answerEveryMax)}; got ${String(answerEvery)}`);
  if (estimator === undefined) findings.add(at('estimator'), 'is required: sample or exponential', 'UNIT_REQUIRED');
  if (estimator?.kind === 'exponential') {
    const rule = { positive: true, max: halfLifeMax };
    readNumber(estimator.halfLife, at('exponential.half_life'), rule, findings);
    if (estimator.centre === undefined)
      findings.add(at('exponential.centre'), 'is required: mean or zero', 'UNIT_REQUIRED');
  }
  if (!findings.none || kind === undefined || estimator === undefined) return undefined;
  const decay = estimator.kind === 'sample' ? 1 : 2 ** (-1 / estimator.halfLife);
  if (!(decay > 0)) {
    findings.add(at('exponential.half_life'), 'is too short to remember anything');
    return undefined;
  }
  const centre = estimator.kind === 'sample' ? 'mean' : (estimator.centre ?? 'mean');
  return { assetIds, kind, decay, centre, periodsPerYear };
}

function readIds(ids: readonly string[], field: string, findings: Findings): void {
  if (ids.length < 1 || ids.length > streamAssetsMax) {
    findings.add(field, `must hold 1 to ${String(streamAssetsMax)} ids; got ${String(ids.length)}`);
    return;
  }
  const seen = new Set<string>();
  for (const [index, id] of ids.entries()) {
    const problem = idProblem(id);
    const at = `${field}[${String(index)}]`;
    if (problem !== undefined) findings.add(at, problem, 'ID_INVALID');
    else if (seen.has(id)) findings.add(at, `names ${JSON.stringify(id)} twice`, 'ID_INVALID');
    seen.add(id);
  }
}
