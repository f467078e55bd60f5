import { drawdownsOf, meanOfWorst } from '../math/losses.ts';
import type { ConstraintHandler } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { awayFrom, centreSchema, centreWeights } from './centre.ts';
import { fractionOfValue, invalid, measured, percent } from './range.ts';
import { admitRelative, relativeText } from './relative.ts';
import type { RelativeTo } from './relative.ts';
import { admitLevel, admitLoss, levelSchema, pathOf, resultsOf } from './scenario-losses.ts';

const measures = ['maximum', 'average', 'cdar'] as const;

export type DrawdownParameters = {
  readonly measure: (typeof measures)[number];
  readonly max: number;
  readonly level?: number;
  readonly relativeTo?: RelativeTo;
};

const labels = { maximum: 'maximum drawdown', average: 'average drawdown', cdar: 'conditional drawdown' } as const;

function textOf({ measure, max, level, relativeTo }: DrawdownParameters): string {
  const at = measure === 'cdar' && level !== undefined ? ` at ${percent(level)}` : '';
  return `${labels[measure]}${at}${relativeText(relativeTo)} at most ${percent(max)}`;
}

/** Share of the drawdowns that is left out, of a mean of all and of the largest alone. */
const levelOf = ({ measure, level }: DrawdownParameters): number =>
  measure === 'maximum' ? 1 : measure === 'average' ? 0 : (level ?? Number.NaN);

function admitParameters({ measure, max, level }: DrawdownParameters): Violation[] {
  const violations = admitLoss(max);
  if (measure !== 'cdar' && level !== undefined)
    violations.push(invalid('level', `is for the measure cdar; ${labels[measure]} has none`));
  if (measure === 'cdar' && level === undefined)
    violations.push(invalid('level', 'is required by the measure cdar: 0.95 speaks of the worst 5 % of the drawdowns'));
  if (measure === 'cdar' && level !== undefined) violations.push(...admitLevel(level));
  return violations;
}

/**
 * Drawdowns d_s = max_{t <= s} C_t - C_s of the uncompounded running sum C_s = sum_{t <= s} r_t'(w - c), C_0 = 0, over scenarios in the order
 * of time: the largest, their mean, or the mean of the worst (1 - level) share of them (CDaR).
 */
export const drawdown: ConstraintHandler<DrawdownParameters> = {
  type: 'drawdown',
  title: 'Drawdown limit',
  description:
    'Drawdown at each scenario: by how much the running sum of the results so far lies below its highest value, 0 at the start included. ' +
    'Results are added, not compounded, with the weights kept constant, which keeps the limit convex. maximum: the largest drawdown. average: their mean. cdar: the mean of the worst (1 - level) share of them. ' +
    'Relative to the benchmark or to the current holdings, of the results of the difference of weights. Needs scenarios that follow each other in time and are equally likely. Cash neither gains nor loses.',
  version: '1.0.0',
  references: [
    'Chekhlov, Uryasev and Zabarankin (2005), Drawdown Measure in Portfolio Optimization, International Journal of Theoretical and Applied Finance 8',
  ],
  schema: {
    type: 'object',
    title: 'Drawdown limit',
    properties: {
      measure: {
        type: 'string',
        title: 'Measure',
        description: 'Which drawdown is limited; there is no default.',
        enum: measures,
      },
      max: { type: 'number', title: 'Maximum', description: 'Fraction of net asset value, >= 0: 0.1 for 10 %.' },
      level: levelSchema,
      relativeTo: centreSchema(
        ['none', 'benchmark', 'current'],
        'none: results of the portfolio. benchmark, current: results against the benchmark or against what is held now.',
      ),
    },
    required: ['measure', 'max'],
    additionalProperties: false,
    examples: [
      { measure: 'maximum', max: 0.12 },
      { measure: 'average', max: 0.04 },
      { measure: 'cdar', level: 0.9, max: 0.1 },
    ],
  },
  convexity: 'tail',
  priority: 0,
  needs: () => ['path-scenarios'],
  admitParameters,
  admit: (parameters, situation) => [
    ...admitParameters(parameters),
    ...admitRelative(parameters.relativeTo, 'relativeTo', situation),
  ],
  lower(parameters, situation, origin) {
    const { returns: scenarios } = pathOf(situation, 'drawdown');
    const centre = centreWeights(parameters.relativeTo, situation);
    const measure = { kind: 'drawdown', scenarios, level: levelOf(parameters), ...(centre && { centre }) } as const;
    return { tails: [{ ...measure, bound: parameters.max, origin: origin(textOf(parameters)) }] };
  },
  check(parameters, { weights }, situation) {
    const path = pathOf(situation, 'drawdown');
    const drawdowns = drawdownsOf(resultsOf(path, awayFrom(weights, parameters.relativeTo, situation)));
    const value = meanOfWorst(drawdowns, undefined, levelOf(parameters));
    return [measured(textOf(parameters), value, { max: parameters.max }, fractionOfValue)];
  },
};
