/** Numbers that came with the request of a run: kept beside the prices that it is solved with, not in its record, which lists read. */
import { createHash } from 'node:crypto';
import { gunzip, gzip } from 'node:zlib';
import { promisify } from 'node:util';

import type { Scenarios } from '../problem/scenarios.ts';
import type { JsonObject } from '../values/json.ts';
import { besidePrices } from './admission-named.ts';
import type { FactorHistory } from './admission-named.ts';
import type { AdmittedRun } from './admission.ts';
import type { MatrixDraft, OptimizationDraft } from './draft.ts';
import type { SolveJob } from './job.ts';
import { revived, textOf } from './job-record.ts';
import type { RecordedInput } from './job-record.ts';
import type { RunStore } from './run.ts';

const compress = promisify(gzip);
const expand = promisify(gunzip);

interface GivenNumbers {
  readonly scenarios?: Scenarios;
  readonly factorHistory?: FactorHistory;
}

/** The input of a run as it is recorded; its numbers, if there are any, are kept in `runs`. */
export async function recordedInput(
  request: OptimizationDraft,
  { job, window, factorHistory }: AdmittedRun,
  runs: RunStore,
): Promise<RecordedInput> {
  const { scenarios, ...rest } = job;
  const ends = window === undefined ? {} : { window };
  if (scenarios === undefined && factorHistory === undefined) return { request, job, ...ends };
  const numbers: GivenNumbers = {
    ...(scenarios === undefined ? {} : { scenarios }),
    ...(factorHistory === undefined ? {} : { factorHistory }),
  };
  const text = textOf(numbers);
  const digest = createHash('sha256').update(text).digest('hex');
  await runs.keepPrices(digest, await compress(text, { level: 1 }));
  return { request: shapesOf(request, scenarios), job: rest, ...ends, numbers: digest };
}

/** The job of a run with the numbers of its request; returns of factors wait for the prices that they stand beside. */
export async function givenJob(
  { job, numbers }: RecordedInput,
  runs: RunStore,
): Promise<{ readonly job: SolveJob; readonly factorHistory?: FactorHistory }> {
  if (numbers === undefined) return { job };
  const content = await runs.keptPrices(numbers);
  if (content === undefined) throw new TypeError('the numbers of a run are kept together with it');
  const text = (await expand(content)).toString('utf8');
  const { scenarios, factorHistory } = revived(JSON.parse(text) as JsonObject) as GivenNumbers;
  return {
    job: scenarios === undefined ? job : { ...job, scenarios },
    ...(factorHistory === undefined ? {} : { factorHistory }),
  };
}

/** A job with prices, and with the returns of factors on their dates. */
export function beside(job: SolveJob, history: FactorHistory | undefined): SolveJob {
  if (history === undefined || job.prices === undefined) return job;
  return { ...job, factorReturns: besidePrices(history, job.prices.days, 'optimization.factor_returns') };
}

/** The request without its numbers, but for probabilities and shapes. */
function shapesOf(request: OptimizationDraft, read: Scenarios | undefined): OptimizationDraft {
  const { scenarios, factorReturns } = request;
  const probabilities =
    read?.probabilities === undefined ? {} : { probabilities: { values: [...read.probabilities], packed: none } };
  return {
    ...request,
    ...(scenarios === undefined ? {} : { scenarios: { ...scenarios, ...shapeIn(scenarios), ...probabilities } }),
    ...(factorReturns === undefined ? {} : { factorReturns: { ...factorReturns, ...shapeIn(factorReturns) } }),
  };
}

const none = new Uint8Array(0);

function shapeIn({ returns }: { readonly returns?: MatrixDraft }): { readonly returns?: MatrixDraft } {
  return returns === undefined
    ? {}
    : { returns: { rows: returns.rows, columns: returns.columns, values: [], packed: none } };
}
