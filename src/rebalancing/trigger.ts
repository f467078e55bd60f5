/**
 * Whether a policy calls for trades now.
 *
 *     manual           always: asking is the trigger
 *     calendar         when a due date has come since the last accepted rebalance, or since inception
 *     absolute-drift   when |actual - target| of a line, cash included, is beyond the band
 *     relative-drift   when |actual - target| / target of a line is beyond the band; a held asset without a target is beyond any,
 *                      cash without a target is not looked at
 */
import { cashSubject, weightTolerance } from '../portfolio/drift.ts';
import type { DriftLine } from '../portfolio/drift.ts';
import type { RebalancingPolicy } from '../portfolio/portfolio.ts';
import type { CalendarDate } from '../values/clock.ts';
import { nextDueDate } from './calendar.ts';
import { percent } from './wanted-trade.ts';

export interface TriggerInput {
  readonly policy: Pick<RebalancingPolicy, 'triggerType' | 'frequency' | 'parameters'>;
  readonly drift: readonly DriftLine[];
  readonly today: CalendarDate;
  readonly inceptionDate: CalendarDate;
  /** Date of the last accepted rebalance. */
  readonly lastRebalance?: CalendarDate;
}

export interface TriggerVerdict {
  readonly fires: boolean;
  /** Why, or why not, in words. */
  readonly explanation: string;
  /** Of a calendar trigger: the due date that has come, or the next one. */
  readonly dueDate?: CalendarDate;
}

export function evaluateTrigger(input: TriggerInput): TriggerVerdict {
  switch (input.policy.triggerType) {
    case 'manual':
      return { fires: true, explanation: 'asked for' };
    case 'calendar':
      return evaluateCalendar(input);
    case 'absolute-drift':
    case 'relative-drift':
      return evaluateDrift(input);
    default:
      throw new RangeError(`unknown trigger ${input.policy.triggerType}`);
  }
}

function evaluateCalendar({ policy, today, inceptionDate, lastRebalance }: TriggerInput): TriggerVerdict {
  const { frequency } = policy;
  if (frequency === null) throw new RangeError('a calendar trigger has a frequency');
  const dueDate = nextDueDate(frequency, inceptionDate, lastRebalance ?? inceptionDate);
  const since = lastRebalance === undefined ? `inception on ${inceptionDate}` : `the rebalance of ${lastRebalance}`;
  return dueDate <= today
    ? { fires: true, explanation: `due since ${dueDate} (${frequency}, after ${since})`, dueDate }
    : { fires: false, explanation: `not due before ${dueDate} (${frequency}, after ${since})`, dueDate };
}

function evaluateDrift({ policy, drift }: TriggerInput): TriggerVerdict {
  const relative = policy.triggerType === 'relative-drift';
  const band = Number(policy.parameters['band']);
  let largest: { readonly subject: string; readonly size: number } | undefined;
  for (const line of drift) {
    const size = relative ? relativeSize(line) : Math.abs(line.drift);
    if (largest === undefined || size > largest.size) largest = { subject: line.subject, size };
  }
  if (largest === undefined) return { fires: false, explanation: 'nothing is held or wanted' };
  const { subject, size } = largest;
  const kind = relative ? 'relative drift' : 'drift';
  if (size === Infinity) return { fires: true, explanation: `${subject} is held without a target` };
  return size > band + weightTolerance
    ? { fires: true, explanation: `${kind} of ${subject}, ${percent(size)}, is beyond the band of ${percent(band)}` }
    : {
        fires: false,
        explanation: `largest ${kind}, ${percent(size)} of ${subject}, is within the band of ${percent(band)}`,
      };
}

function relativeSize({ subject, drift, relativeDrift }: DriftLine): number {
  if (relativeDrift !== undefined) return Math.abs(relativeDrift);
  return drift === 0 || subject === cashSubject ? 0 : Infinity;
}
