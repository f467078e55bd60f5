import type { ConstraintHandler } from '../problem/situation.ts';
import { awayFrom, centreSchema, centreWeights } from './centre.ts';
import { measured, percent } from './range.ts';
import { admitRelative, relativeText } from './relative.ts';
import type { RelativeTo } from './relative.ts';
import { admitLoss, resultsOf, scenariosOf } from './scenario-losses.ts';

export type MeanAbsoluteDeviationParameters = {
  readonly max: number;
  readonly relativeTo?: RelativeTo;
};

const textOf = ({ max, relativeTo }: MeanAbsoluteDeviationParameters): string =>
  `mean absolute deviation${relativeText(relativeTo)} at most ${percent(max)}`;

/** sum_s p_s |(r_s - mean r)'(w - c)| <= max over scenarios s; c is 0, the benchmark or the current weights. Per period of the scenarios. */
export const meanAbsoluteDeviation: ConstraintHandler<MeanAbsoluteDeviationParameters> = {
  type: 'mean-absolute-deviation',
  title: 'Mean absolute deviation limit',
  description:
    "Mean over the scenarios, by their probabilities, of the distance between the result r'w and its mean; relative to the benchmark or to the current holdings, of the result of the difference of weights. " +
    'A fraction of net asset value over one period of the scenarios, never annualized. Cash has no deviation. Needs scenarios.',
  version: '1.0.0',
  references: [
    'Konno and Yamazaki (1991), Mean-Absolute Deviation Portfolio Optimization Model, Management Science 37',
  ],
  schema: {
    type: 'object',
    title: 'Mean absolute deviation limit',
    properties: {
      max: {
        type: 'number',
        title: 'Maximum',
        description: 'Fraction of net asset value over one period of the scenarios, >= 0: 0.02 for 2 %.',
      },
      relativeTo: centreSchema(
        ['none', 'benchmark', 'current'],
        'none: deviation of the portfolio. benchmark, current: deviation of the weights minus those of the benchmark or those held now.',
      ),
    },
    required: ['max'],
    additionalProperties: false,
    examples: [{ max: 0.02 }, { max: 0.01, relativeTo: 'benchmark' }],
  },
  convexity: 'tail',
  priority: 0,
  needs: () => ['scenarios'],
  admitParameters: ({ max }) => admitLoss(max),
  admit: ({ max, relativeTo }, situation) => [...admitLoss(max), ...admitRelative(relativeTo, 'relativeTo', situation)],
  lower(parameters, situation, origin) {
    const { returns: scenarios, probabilities } = scenariosOf(situation, 'mean absolute deviation');
    const centre = centreWeights(parameters.relativeTo, situation);
    const measure = {
      kind: 'mean-absolute-deviation',
      scenarios,
      level: 0,
      ...(probabilities && { probabilities }),
      ...(centre && { centre }),
    } as const;
    return { tails: [{ ...measure, bound: parameters.max, origin: origin(textOf(parameters)) }] };
  },
  check(parameters, { weights }, situation) {
    const scenarios = scenariosOf(situation, 'mean absolute deviation');
    const results = resultsOf(scenarios, awayFrom(weights, parameters.relativeTo, situation));
    const likely = (scenario: number): number => scenarios.probabilities?.[scenario] ?? 1 / scenarios.count;
    const mean = results.reduce((total, result, scenario) => total + likely(scenario) * result, 0);
    const value = results.reduce((total, result, s) => total + likely(s) * Math.abs(result - mean), 0);
    return [
      measured(textOf(parameters), value, { max: parameters.max }, 'fraction of net asset value per scenario period'),
    ];
  },
};
