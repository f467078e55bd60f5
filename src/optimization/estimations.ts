/** Use cases on estimates by themselves: one problem given whole, and a stream of observations. */
import type { CallContext } from '../values/call.ts';
import { Fault } from '../values/fault.ts';
import { admitEstimate } from './admission.ts';
import type { Catalog } from './catalog.ts';
import type { EstimateDraft } from './draft.ts';
import type { EstimationAnswer, EstimationEngine } from './estimation-job.ts';
import { RowStream } from './row-stream.ts';
import type { RowDraft, RowNews, RowStreamDraft } from './row-stream.ts';

/** Each holds some megabytes. */
const streamsMax = 100;

export type RowRequest =
  | { readonly kind: 'configuration'; readonly configuration: RowStreamDraft }
  | { readonly kind: 'row'; readonly row: RowDraft }
  /** A message with nothing in it. */
  | { readonly kind: 'empty' };

export class Estimations {
  readonly #engine: EstimationEngine;
  readonly #catalog: Catalog;
  #streams = 0;

  constructor(engine: EstimationEngine, catalog: Catalog) {
    this.#engine = engine;
    this.#catalog = catalog;
  }

  /** Rejects with one Fault with every problem of the request. */
  async estimate(draft: EstimateDraft, context: CallContext): Promise<EstimationAnswer> {
    return this.#engine.estimate(admitEstimate(draft, this.#catalog), context.signal);
  }

  /**
   * What becomes of rows, each answered before the next is looked at. Throws one Fault with every problem of the configuration, QUOTA_EXCEEDED
   * when too many streams are open; a bad row is told and not thrown. One row takes n^2 / 2 operations, at most 125,000, so that
   * this runs where it is called.
   */
  async *follow(requests: AsyncIterable<RowRequest>): AsyncGenerator<RowNews, void> {
    if (this.#streams >= streamsMax) {
      const text = `${String(streamsMax)} streams of estimates are open already; try again later`;
      throw new Fault('QUOTA_EXCEEDED', text, { streamsMax: String(streamsMax) });
    }
    this.#streams += 1;
    try {
      let stream: RowStream | undefined;
      for await (const request of requests) {
        if (stream === undefined) {
          if (request.kind !== 'configuration') throw misplaced('configuration', 'must be the first message');
          stream = new RowStream(request.configuration);
          continue;
        }
        if (request.kind !== 'row')
          throw misplaced(`messages[${String(stream.rows + 1)}]`, 'must be a row: only the first is a configuration');
        const news = stream.take(request.row);
        if (news !== undefined) yield news;
      }
      const last = stream?.end();
      if (last !== undefined) yield last;
    } finally {
      this.#streams -= 1;
    }
  }
}

function misplaced(field: string, description: string): Fault {
  return new Fault('INVALID_ARGUMENT', `${field} ${description}`, {}, [{ field, description }]);
}
