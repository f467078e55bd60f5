/** The strategy of a request, those that it runs in turn, and what each needs. */
import type { Situation } from '../problem/situation.ts';
import type { FrontierMeasure, Need, Strategy } from '../sdk/v1/index.ts';
import { under } from '../values/fault.ts';
import type { JsonObject } from '../values/json.ts';
import { readSelection } from './admission-constraints.ts';
import type { Findings } from './admission-findings.ts';
import type { Wanted } from './admission-needs.ts';
import type { Catalog } from './catalog.ts';
import type { SelectionDraft } from './draft.ts';
import type { Selection } from './job.ts';

/** A strategy of strategies of strategies, and no deeper. */
const depthMax = 4;
const delegatesMax = 200;

export interface ReadStrategy {
  /** Absent when refused. */
  readonly selection?: Selection;
  /** Itself and everything that it runs. */
  readonly wanted: readonly Wanted[];
}

/** Frontiers against each measure when the request names no strategy. The level of CVaR is that of the figure that every point tells. */
const frontierDefaults: Readonly<Record<FrontierMeasure, SelectionDraft>> = {
  volatility: { type: 'maximum-sharpe', parameters: {} },
  'tracking-error': { type: 'minimum-tracking-error', parameters: {} },
  turnover: { type: 'minimum-turnover', parameters: {} },
  cvar: { type: 'minimum-cvar', parameters: { level: 0.95 } },
};

export function frontierStrategy(
  draft: SelectionDraft | undefined,
  against: FrontierMeasure | undefined,
): SelectionDraft {
  return draft ?? frontierDefaults[against ?? 'volatility'];
}

/**
 * The strategy, if it exists, has a frontier where one is asked for, and accepts its parameters; the same of those that it will run.
 * Without a situation only what does not depend on it is looked at.
 */
export function readStrategy(
  draft: SelectionDraft | undefined,
  frontier: { readonly against?: FrontierMeasure } | undefined,
  situation: Situation | undefined,
  catalog: Catalog,
  field: string,
  findings: Findings,
): ReadStrategy {
  const wanted: Wanted[] = [];
  const read = (
    stated: SelectionDraft | undefined,
    at: string,
    depth: number,
    situation: Situation | undefined,
  ): Selection | undefined => {
    let found: Strategy | undefined;
    const schemaOf = (type: string, where: string) => {
      found = findings.find(catalog.strategies, type, where, 'strategy');
      return found?.parameters;
    };
    const selection = readSelection(stated, schemaOf, at, findings);
    if (found === undefined) return undefined;
    const parameters = selection?.parameters ?? {};
    if (depth === 0 && frontier !== undefined)
      checkFrontier(found, parameters, frontier.against, `${at}.type`, findings);
    const additional = selection === undefined ? [] : (found.needsWith?.(parameters) ?? []);
    const needs: readonly Need[] = [
      ...found.needs,
      ...(depth === 0 && frontier !== undefined ? (found.frontierNeeds ?? []) : []),
      ...additional,
    ];
    wanted.push({ name: `strategy ${found.id}`, needs });
    if (selection === undefined || situation === undefined) return selection;
    findings.addAll(under(`${at}.parameters`, found.admit?.(parameters, situation) ?? []));
    const delegates = Object.entries(found.delegates?.(parameters, situation) ?? {});
    if (delegates.length > 0 && depth + 1 >= depthMax) {
      findings.add(at, `runs strategies that run strategies; at most ${String(depthMax)} may stand in one another`);
      return selection;
    }
    if (wanted.length + delegates.length > delegatesMax) {
      findings.add(at, `runs too many strategies; at most ${String(delegatesMax)} are allowed in all`);
      return selection;
    }
    for (const [path, delegate] of delegates)
      read(delegate, `${at}.parameters.${path}`, depth + 1, delegate.situation ?? situation);
    return selection;
  };
  const selection = read(draft, field, 0, situation);
  return { wanted, ...(selection === undefined ? {} : { selection }) };
}

function checkFrontier(
  strategy: Strategy,
  parameters: JsonObject,
  against: FrontierMeasure | undefined,
  field: string,
  findings: Findings,
): void {
  if (strategy.frontier === undefined) {
    const { noFrontier } = strategy;
    findings.add(field, `${strategy.id} has no frontier${noFrontier === undefined ? '' : `: ${noFrontier}`}`);
    return;
  }
  const own = strategy.frontierAgainstWith?.(parameters) ?? strategy.frontierAgainst ?? 'volatility';
  if (against !== undefined && against !== own)
    findings.add(
      'against',
      `is ${against}, but the frontier of ${strategy.id} is against ${own}; leave one of them out`,
    );
}
