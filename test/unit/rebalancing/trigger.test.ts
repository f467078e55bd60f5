import { expect } from 'chai';

import { driftLines } from '../../../src/portfolio/drift.ts';
import { nextDueDate } from '../../../src/rebalancing/calendar.ts';
import { evaluateTrigger } from '../../../src/rebalancing/trigger.ts';
import type { TriggerInput, TriggerVerdict } from '../../../src/rebalancing/trigger.ts';

describe('due dates', () => {
  it('keep the weekday of inception', () => {
    expect(nextDueDate('weekly', '2025-01-01', '2025-01-01')).to.equal('2025-01-08');
    expect(nextDueDate('weekly', '2025-01-01', '2025-01-14')).to.equal('2025-01-15');
    expect(nextDueDate('weekly', '2025-01-01', '2025-01-15')).to.equal('2025-01-22');
    expect(nextDueDate('daily', '2025-01-01', '2025-02-28')).to.equal('2025-03-01');
  });

  it('keep the day of the month, or the last day of a shorter month', () => {
    expect(nextDueDate('monthly', '2024-01-31', '2024-01-31')).to.equal('2024-02-29');
    expect(nextDueDate('monthly', '2024-01-31', '2024-02-29')).to.equal('2024-03-31');
    expect(nextDueDate('quarterly', '2024-11-30', '2024-12-01')).to.equal('2025-02-28');
    expect(nextDueDate('quarterly', '2024-11-30', '2025-02-28')).to.equal('2025-05-30');
    expect(nextDueDate('annual', '2024-02-29', '2025-01-01')).to.equal('2025-02-28');
    expect(nextDueDate('annual', '2024-02-29', '2028-02-28')).to.equal('2028-02-29');
  });

  it('never come before inception', () => {
    expect(nextDueDate('monthly', '2025-06-15', '2020-01-01')).to.equal('2025-07-15');
  });
});

describe('triggers', () => {
  const drift = driftLines(
    [
      { subject: 'A', weight: 0.5 },
      { subject: 'B', weight: 0.1 },
      { subject: 'cash', weight: 0.4 },
    ],
    new Map([
      ['A', 0.54],
      ['B', 0.13],
      ['cash', 0.33],
    ]),
  );
  const evaluate = (changes: Partial<TriggerInput>, policy: Partial<TriggerInput['policy']>): TriggerVerdict =>
    evaluateTrigger({
      policy: { triggerType: 'manual', frequency: null, parameters: {}, ...policy },
      drift,
      today: '2025-03-03',
      inceptionDate: '2024-01-31',
      ...changes,
    });

  it('fire when asked for by hand', () => {
    expect(evaluate({}, {}).fires).to.equal(true);
  });

  it('fire by absolute drift, cash included, beyond the band', () => {
    const at = (band: number): TriggerVerdict => evaluate({}, { triggerType: 'absolute-drift', parameters: { band } });
    expect(at(0.07).fires).to.equal(false);
    expect(at(0.07).explanation).to.equal('largest drift, 7.00 % of cash, is within the band of 7.00 %');
    expect(at(0.069).fires).to.equal(true);
  });

  it('fire by drift relative to the target', () => {
    const at = (band: number): TriggerVerdict => evaluate({}, { triggerType: 'relative-drift', parameters: { band } });
    expect(at(0.31).fires).to.equal(false);
    expect(at(0.29).explanation).to.equal('relative drift of B, 30.00 %, is beyond the band of 29.00 %');
    const alien = driftLines(
      [{ subject: 'A', weight: 1 }],
      new Map([
        ['A', 0.99],
        ['X', 0.01],
      ]),
    );
    const verdict = evaluate({ drift: alien }, { triggerType: 'relative-drift', parameters: { band: 5 } });
    expect(verdict).to.deep.equal({ fires: true, explanation: 'X is held without a target' });
    const idle = driftLines(
      [{ subject: 'A', weight: 1 }],
      new Map([
        ['A', 0.99],
        ['cash', 0.01],
      ]),
    );
    expect(evaluate({ drift: idle }, { triggerType: 'relative-drift', parameters: { band: 0.05 } }).fires).to.equal(
      false,
    );
  });

  it('fire by the calendar once a due date has come since the last rebalance', () => {
    const policy = { triggerType: 'calendar', frequency: 'quarterly' } as const;
    expect(evaluate({}, policy).dueDate).to.equal('2024-04-30');
    expect(evaluate({}, policy).fires).to.equal(true);
    const done = evaluate({ lastRebalance: '2025-02-01' }, policy);
    expect(done).to.deep.equal({
      fires: false,
      explanation: 'not due before 2025-04-30 (quarterly, after the rebalance of 2025-02-01)',
      dueDate: '2025-04-30',
    });
    expect(evaluate({ lastRebalance: '2025-01-30' }, policy).fires).to.equal(true);
  });
});
