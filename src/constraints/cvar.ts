import { meanOfWorst } from '../math/losses.ts';
import type { ConstraintHandler } from '../problem/situation.ts';
import { awayFrom, centreSchema, centreWeights } from './centre.ts';
import { measured, percent } from './range.ts';
import { admitRelative, relativeText } from './relative.ts';
import type { RelativeTo } from './relative.ts';
import { admitLevel, admitLoss, levelSchema, resultsOf, scenariosOf } from './scenario-losses.ts';

export type CvarParameters = {
  readonly max: number;
  readonly level: number;
  readonly relativeTo?: RelativeTo;
};

const textOf = ({ max, level, relativeTo }: CvarParameters): string =>
  `CVaR at ${percent(level)}${relativeText(relativeTo)} at most ${percent(max)}`;

/**
 * Mean of the worst (1 - level) share of the losses -r_s'(w - c) over scenarios s, the scenario at the boundary counted in part; c is 0, the
 * benchmark or the current weights. Per period of the scenarios.
 */
export const cvar: ConstraintHandler<CvarParameters> = {
  type: 'cvar',
  title: 'Conditional value-at-risk limit',
  description:
    "Mean of the worst (1 - level) share of the losses -r'w over the scenarios, the scenario at the boundary counted in part by its probability (expected shortfall); relative to the benchmark or to the current holdings c, of -r'(w - c). " +
    'A fraction of net asset value over one period of the scenarios, never annualized. Cash neither gains nor loses. Needs scenarios.',
  version: '1.0.0',
  references: [
    'Rockafellar and Uryasev (2000), Optimization of Conditional Value-at-Risk, Journal of Risk 2',
    'Rockafellar and Uryasev (2002), Conditional value-at-risk for general loss distributions, Journal of Banking and Finance 26',
  ],
  schema: {
    type: 'object',
    title: 'Conditional value-at-risk limit',
    properties: {
      max: {
        type: 'number',
        title: 'Maximum',
        description:
          'Loss over one period of the scenarios as a fraction, 0.04 for 4 %; negative when even the tail is to gain.',
      },
      level: levelSchema,
      relativeTo: centreSchema(
        ['none', 'benchmark', 'current'],
        'none: loss of the portfolio. benchmark, current: loss against the benchmark or against what is held now.',
      ),
    },
    required: ['max', 'level'],
    additionalProperties: false,
    examples: [
      { max: 0.04, level: 0.95 },
      { max: 0.02, level: 0.9, relativeTo: 'benchmark' },
    ],
  },
  convexity: 'tail',
  priority: 0,
  needs: () => ['scenarios'],
  admitParameters: ({ max, level }) => [...admitLoss(max, true), ...admitLevel(level)],
  admit: ({ max, level, relativeTo }, situation) => [
    ...admitLoss(max, true),
    ...admitLevel(level),
    ...admitRelative(relativeTo, 'relativeTo', situation),
  ],
  lower(parameters, situation, origin) {
    const { returns, probabilities } = scenariosOf(situation, 'CVaR');
    const centre = centreWeights(parameters.relativeTo, situation);
    const { level, max: bound } = parameters;
    const measure = { kind: 'cvar', scenarios: returns, level, ...(probabilities && { probabilities }) } as const;
    return { tails: [{ ...measure, ...(centre && { centre }), bound, origin: origin(textOf(parameters)) }] };
  },
  check(parameters, { weights }, situation) {
    const scenarios = scenariosOf(situation, 'CVaR');
    const losses = resultsOf(scenarios, awayFrom(weights, parameters.relativeTo, situation)).map((result) => -result);
    const value = meanOfWorst(losses, scenarios.probabilities, parameters.level);
    return [
      measured(textOf(parameters), value, { max: parameters.max }, 'fraction of net asset value per scenario period'),
    ];
  },
};
