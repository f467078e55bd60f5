/** Slack of lowered restrictions at given weights, as the canonical problem defines them. */
import { dot } from '../../../math/vectors.ts';
import type { Lowered, RiskShare } from '../../../problem/problem.ts';
import { applyOperator, quadraticForm } from '../operators.ts';
import { tailValue } from './tail-value.ts';

/** A smaller distance from a centre is rounding, no position. */
const rounding = 1e-9;

/** The smallest slack of all restrictions that have this text, in their own units; Infinity when none has. */
export function slackByText(lowered: Lowered, weights: Float64Array): ReadonlyMap<string, number> {
  const slacks = new Map<string, number>();
  const note = (text: string, slack: number): void =>
    void slacks.set(text, Math.min(slack, slacks.get(text) ?? Infinity));
  for (const { position, lower, upper, origin } of lowered.bounds ?? []) {
    note(origin.text, Math.min(weights[position]! - lower, upper - weights[position]!));
  }
  for (const { positions, coefficients, lower, upper, origin } of lowered.rows ?? []) {
    const value = positions.reduce((sum, position, k) => sum + coefficients[k]! * weights[position]!, 0);
    note(origin.text, Math.min(value - lower, upper - value));
  }
  for (const { operator, centre, bound, origin } of lowered.norms ?? []) {
    const away = weights.map((weight, i) => weight - (centre?.[i] ?? 0));
    note(origin.text, bound - Math.sqrt(Math.max(0, quadraticForm(operator, away))));
  }
  for (const { centre, buyRate, sellRate, bound, origin } of lowered.tradeLimits ?? []) {
    const traded = weights.reduce((sum, weight, i) => {
      const trade = weight - centre[i]!;
      return sum + (trade > 0 ? buyRate[i]! * trade : -sellRate[i]! * trade);
    }, 0);
    note(origin.text, bound - traded);
  }
  for (const tail of lowered.tails ?? []) note(tail.origin.text, tail.bound - tailValue(tail, weights));
  for (const { position, intervals, origin } of lowered.domains ?? []) {
    const value = weights[position]!;
    note(origin.text, Math.max(...intervals.map(([lower, upper]) => Math.min(value - lower, upper - value))));
  }
  for (const { position, base, step, origin } of lowered.lots ?? []) {
    const steps = (weights[position]! - base) / step;
    note(origin.text, -Math.abs(steps - Math.round(steps)) * step);
  }
  for (const { positions, centre, side, minimum, maximum, origin } of lowered.counts ?? []) {
    const value = positions.filter((position) => {
      const away = weights[position]! - centre[position]!;
      return (side === 'either' ? Math.abs(away) : side === 'above' ? away : -away) > rounding;
    }).length;
    note(origin.text, Math.min(value - minimum, maximum - value));
  }
  for (const { groups, threshold, limit, origin } of lowered.concentrations ?? []) {
    const totals = groups.map((group) => group.reduce((sum, position) => sum + weights[position]!, 0));
    const counted = totals.filter((total) => total > threshold + rounding);
    note(origin.text, limit - counted.reduce((sum, total) => sum + total, 0));
  }
  for (const share of lowered.riskShares ?? []) note(share.origin.text, shareSlack(share, weights));
  return slacks;
}

/** Infinity where there is no risk to share. */
function shareSlack({ operator, centre, contribution, lower, upper }: RiskShare, weights: Float64Array): number {
  const away = weights.map((weight, i) => weight - (centre?.[i] ?? 0));
  const product = applyOperator(operator, away);
  const variance = dot(away, product);
  if (!(variance > 0)) return Infinity;
  const contributed =
    contribution.kind === 'assets'
      ? contribution.positions.reduce((sum, i) => sum + away[i]! * product[i]!, 0)
      : dot(contribution.exposures, away) * dot(contribution.pull, away);
  const value = contributed / variance;
  return Math.min(value - lower, upper - value);
}
