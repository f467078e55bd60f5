import { defineStrategy, excessReturns, inSteps, scenariosOf, solving } from '@veritasvault/portfolio/sdk/v1';
import type { Need, Program, TailMeasure, Task, Violation } from '@veritasvault/portfolio/sdk/v1';

import { centreOf, groundOf } from './market.ts';
import { needsOf, relativeSchema, resultInWords } from './parameters.ts';
import type { Relative } from './parameters.ts';
import { figuresOf, reporting } from './reporting.ts';

const measures = [
  'cvar',
  'worst-loss',
  'conditional-drawdown',
  'average-drawdown',
  'maximum-drawdown',
  'mean-absolute-deviation',
] as const;

interface TailRiskUtility extends Relative {
  readonly measure: (typeof measures)[number];
  readonly level?: number;
  readonly riskAversion: number;
}

function needsLevel({ measure }: TailRiskUtility): boolean {
  return measure === 'cvar' || measure === 'conditional-drawdown';
}

function admitLevel(parameters: TailRiskUtility): readonly Violation[] {
  const { level, measure } = parameters;
  if (needsLevel(parameters) && level === undefined)
    return [{ field: 'level', description: `is required by measure "${measure}"` }];
  if (!needsLevel(parameters) && level !== undefined)
    return [{ field: 'level', description: `has no meaning for measure "${measure}"` }];
  return [];
}

function measureOf(task: Task<TailRiskUtility>): TailMeasure {
  const { measure, level = 0 } = task.parameters;
  const ground = groundOf(scenariosOf(task), centreOf(task));
  // Every date of a drawdown counts the same.
  const path = { scenarios: ground.scenarios, ...(ground.centre === undefined ? {} : { centre: ground.centre }) };
  switch (measure) {
    case 'cvar':
      return { kind: 'cvar', level, ...ground };
    case 'worst-loss':
      return { kind: 'cvar', level: 1, ...ground };
    case 'conditional-drawdown':
      return { kind: 'drawdown', level, ...path };
    case 'average-drawdown':
      return { kind: 'drawdown', level: 0, ...path };
    case 'maximum-drawdown':
      return { kind: 'drawdown', level: 1, ...path };
    case 'mean-absolute-deviation':
      return { kind: 'mean-absolute-deviation', level: 0, ...ground };
  }
}

function own(task: Task<TailRiskUtility>): Program {
  const { measure: name, riskAversion } = task.parameters;
  const measure = measureOf(task);
  const objective = {
    quadratics: [],
    linear: excessReturns(task),
    tailTerms: [{ ...measure, weight: riskAversion }],
  };
  return reporting(solving(objective, 'tail-risk utility'), figuresOf(task, measure, name));
}

export const tailRiskUtility = defineStrategy<TailRiskUtility>({
  id: 'tail-risk-utility',
  title: 'Tail-risk utility',
  description: `Maximizes the expected annual return less riskAversion times a measure of loss: riskFreeRate + (mu - riskFreeRate)'w - riskAversion * measure. The return is annual; the measure is that of one period of the scenarios (cvar, worst-loss, mean-absolute-deviation) or of their whole path (drawdowns), each as the strategy of its name defines it. ${resultInWords}`,
  references: [
    'Rockafellar, R. T., Uryasev, S. (2000). Optimization of Conditional Value-at-Risk. Journal of Risk 2(3), 21-41.',
    'Konno, H., Yamazaki, H. (1991). Mean-Absolute Deviation Portfolio Optimization Model and Its Applications to Tokyo Stock Market. Management Science 37(5), 519-531.',
  ],
  parameters: {
    type: 'object',
    required: ['measure', 'riskAversion'],
    additionalProperties: false,
    properties: {
      measure: { type: 'string', enum: measures, description: 'What is feared; there is no default.' },
      level: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        description: 'Confidence of "cvar" and "conditional-drawdown", and of no other: 0.95 speaks of the worst 5 %.',
      },
      riskAversion: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 1e6,
        description: 'Expected annual return given up per unit of the measure.',
      },
      relativeToBenchmark: relativeSchema,
    },
    examples: [
      { measure: 'cvar', level: 0.9, riskAversion: 0.5 },
      { measure: 'maximum-drawdown', riskAversion: 0.3 },
    ],
  },
  needs: ['scenarios', 'expected-returns'],
  noFrontier:
    'it fixes the price of its risk; ask for it once for each riskAversion, or for the frontier of minimum-cvar',
  needsWith: (parameters): readonly Need[] => [
    ...needsOf(parameters),
    ...(parameters.measure.endsWith('-drawdown') ? (['path-scenarios'] as const) : []),
  ],
  admit: admitLevel,
  optimize: (task) => inSteps(task, () => own(task)),
});
