/** A question about an answer as a job: the same job again, with what is to be explained. */
import { admitStateless } from './admission.ts';
import { Findings } from './admission-findings.ts';
import { readNumber } from './admission-numbers.ts';
import type { Catalog } from './catalog.ts';
import type { StatelessDraft } from './draft.ts';
import type { SolveJob } from './job.ts';
import { located } from './located.ts';

const explainedAssetsMax = 50;
const increaseDefault = 0.01;

/** As the caller asks: about a stored run or about a problem given whole. */
export interface ExplainQuestion {
  readonly run?: { readonly portfolioId: string; readonly id: string };
  readonly request?: StatelessDraft;
  /** Assets to ask for more of. */
  readonly assetIds: readonly string[];
  /** Fraction of net asset value; 0 when not stated. */
  readonly increase: number;
}

/** Throws one Fault with everything wrong. `recorded` reads the job of a stored run. */
export async function explainedJob(
  question: ExplainQuestion,
  catalog: Catalog,
  recorded: (portfolioId: string, id: string) => Promise<SolveJob>,
): Promise<SolveJob> {
  const findings = new Findings();
  const { run, request, assetIds, increase } = question;
  if ((run === undefined) === (request === undefined))
    findings.add('name', 'or a request is required: exactly one of them');
  if (assetIds.length > explainedAssetsMax)
    findings.add(
      'asset_ids',
      `names ${String(assetIds.length)} assets; at most ${String(explainedAssetsMax)} are allowed`,
    );
  const hint = 'a fraction of net asset value, 0.01 for 1 %';
  const step = increase === 0 ? increaseDefault : increase;
  readNumber(step, 'increase', { positive: true, max: 1, hint }, findings);
  const given =
    request === undefined
      ? undefined
      : findings.collect(() => located('request', () => admitStateless(request, catalog)));
  // A run that is not there is told only when nothing else is wrong.
  if (run !== undefined) findings.refuse();
  const job = run === undefined ? given : await recorded(run.portfolioId, run.id);
  const known = new Set(job?.universe.assets.map(({ id }) => id));
  for (const [position, id] of assetIds.slice(0, explainedAssetsMax).entries()) {
    const field = `asset_ids[${String(position)}]`;
    if (job !== undefined && !known.has(id))
      findings.add(field, `${JSON.stringify(id.slice(0, 63))} is not in the universe`);
    if (assetIds.indexOf(id) < position) findings.add(field, 'is named twice', 'ID_INVALID');
  }
  findings.refuse();
  if (job === undefined) throw new TypeError('what is admitted must be whole');
  return { ...job, explainConstraints: true, explain: { assetIds, increase: step } };
}
