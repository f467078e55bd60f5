import { defineStrategy, inSteps, solving } from '@veritasvault/portfolio/sdk/v1';
import type { Program, Situation, Task, Violation } from '@veritasvault/portfolio/sdk/v1';

import {
  benchmarkOf,
  exposureRow,
  exposuresTo,
  factorsOf,
  leastRisk,
  unknownFactors,
  withoutFactor,
} from './market.ts';
import { reporting } from './report.ts';
import type { Aim } from './report.ts';
import { tiltFrontier } from './tilt.ts';
import type { Aims } from './tilt.ts';

interface Target {
  readonly target?: number;
  readonly min?: number;
  readonly max?: number;
  readonly weight?: number;
}

interface FactorTarget {
  readonly targets: Readonly<Record<string, Target>>;
  readonly relativeTo: 'none' | 'benchmark';
  readonly risk: 'total' | 'active';
  readonly approach: 'exact' | 'nearest';
}

/** Far above what risk is worth per unit of exposure: where a target can be reached it is. */
const weightDefault = 1;

function aimsOf({ targets }: FactorTarget): readonly Aim[] {
  return Object.entries(targets).map(([factor, { target, min = -Infinity, max = Infinity }]) => ({
    factor,
    lower: target ?? min,
    upper: target ?? max,
  }));
}

function inWords({ factor, lower, upper }: Aim, relativeTo: FactorTarget['relativeTo']): string {
  const kind = relativeTo === 'benchmark' ? 'active exposure' : 'exposure';
  if (lower === upper) return `${kind} to ${factor} exactly ${lower}`;
  if (lower === -Infinity) return `${kind} to ${factor} at most ${upper}`;
  if (upper === Infinity) return `${kind} to ${factor} at least ${lower}`;
  return `${kind} to ${factor} from ${lower} to ${upper}`;
}

function aimed(task: Task<FactorTarget>): Aims {
  const { parameters, situation } = task;
  const { relativeTo, risk, approach, targets } = parameters;
  const aims = aimsOf(parameters);
  const factors = factorsOf(situation);
  const centre = relativeTo === 'benchmark' ? benchmarkOf(situation) : undefined;
  const rows = aims.map((aim) => {
    const { factor, lower, upper } = aim;
    const row = exposureRow(
      exposuresTo(factors, factor),
      [lower, upper],
      centre,
      task.origin(inWords(aim, relativeTo)),
    );
    return approach === 'exact' ? row : { ...row, penalty: targets[factor]?.weight ?? weightDefault };
  });
  const phase = 'least risk at the target exposures';
  return { aims, relativeTo, centre, risk: leastRisk(task, risk), restrictions: [{ rows }], phase };
}

function* own(task: Task<FactorTarget>): Program {
  const absent = withoutFactor(task, Object.keys(task.parameters.targets));
  if (absent !== undefined) return absent;
  const { aims, relativeTo, risk, restrictions, phase } = aimed(task);
  return reporting(yield* solving(risk, phase, restrictions), task.situation, aims, relativeTo);
}

function admit({ targets, approach }: FactorTarget, situation: Situation): readonly Violation[] {
  const fieldOf = (name: string): string => `targets[${JSON.stringify(name)}]`;
  const violations = Object.entries(targets).flatMap(([name, { target, min, max, weight }]): Violation[] => {
    const field = fieldOf(name);
    const found: Violation[] = [];
    if (target !== undefined && (min !== undefined || max !== undefined))
      found.push({ field, description: 'has a target and a band; give one of them' });
    if (target === undefined && min === undefined && max === undefined)
      found.push({ field, description: 'needs a target, or min, max or both' });
    if (min !== undefined && max !== undefined && min > max)
      found.push({ field, description: `min ${min} is above max ${max}` });
    if (weight !== undefined && approach === 'exact')
      found.push({ field: `${field}.weight`, description: 'is only read where approach is nearest' });
    return found;
  });
  return [...violations, ...unknownFactors(Object.keys(targets), situation, fieldOf)];
}

const exposure = (description: string) => ({ type: 'number', minimum: -1e6, maximum: 1e6, description }) as const;

export const factorTarget = defineStrategy<FactorTarget>({
  id: 'factor-target',
  title: 'Factor targets',
  description:
    "Reaches target exposures sum_i B_if (w_i - c_i), B the exposures of the factor model, c = 0 (relativeTo: none) or the benchmark weights (benchmark), at least annual risk: variance w' C w (risk: total) or (w - b)' C (w - b) (active). approach exact: every target and band holds, or the problem is infeasible and says which exclude each other. approach nearest: minimizes half that variance plus the sum over factors of weight times the distance of the exposure from its target or band; a weight above what risk is worth per unit of exposure, as 1 is as a rule, reaches what can be reached. Cash has no exposure. The report holds the exposure and active exposure to every factor, and by how much each aim is missed. Its frontier is the least risk, total or active as risk says, by tilt t from 0 (least risk without aims) to 1 (its own portfolio): no exposure is farther from its target or band than (1 - t) times the distance at t = 0 plus t times that at t = 1; each point reports its tilt, exposures and distances. Risk against return at the targets is the frontier of minimum-variance or minimum-tracking-error with factor-exposure constraints.",
  references: ['Grinold, R. C., Kahn, R. N. (2000). Active Portfolio Management, 2nd edition, ch. 3. McGraw-Hill.'],
  parameters: {
    type: 'object',
    required: ['targets', 'risk', 'approach'],
    additionalProperties: false,
    properties: {
      targets: {
        type: 'object',
        minProperties: 1,
        description:
          'Factor name -> target, or band, in the units of the factor model (standard deviations for style factors).',
        additionalProperties: {
          type: 'object',
          additionalProperties: false,
          properties: {
            target: exposure('Exposure to reach exactly.'),
            min: exposure('Least exposure of a band.'),
            max: exposure('Greatest exposure of a band.'),
            weight: {
              type: 'number',
              exclusiveMinimum: 0,
              maximum: 1e6,
              description:
                'With nearest: half the annual variance given up per unit of exposure missed; 1 when absent.',
            },
          },
        },
      },
      relativeTo: {
        type: 'string',
        enum: ['none', 'benchmark'],
        default: 'none',
        description: 'none: exposure of the portfolio. benchmark: exposure of the active weights.',
      },
      risk: {
        type: 'string',
        enum: ['total', 'active'],
        description:
          'Which risk is least: of the portfolio, or of its difference from the benchmark. There is no default.',
      },
      approach: {
        type: 'string',
        enum: ['exact', 'nearest'],
        description: 'Whether targets must hold, or come as near as their weights make them. There is no default.',
      },
    },
    examples: [
      { targets: { Market: { target: 0.9 }, Value: { min: 0 } }, risk: 'total', approach: 'exact' },
      {
        targets: { Market: { min: -0.05, max: 0.05 }, Value: { target: 0.1 } },
        relativeTo: 'benchmark',
        risk: 'active',
        approach: 'exact',
      },
      {
        targets: { Market: { target: 0.9 }, Value: { target: 3, weight: 0.01 } },
        risk: 'active',
        approach: 'nearest',
      },
    ],
  },
  needs: ['covariance', 'factor-exposures'],
  needsWith: ({ relativeTo, risk }) => (relativeTo === 'benchmark' || risk === 'active' ? ['benchmark'] : []),
  admit,
  frontierAlong: 'tilt',
  frontierAgainstWith: ({ risk }) => (risk === 'active' ? 'tracking-error' : 'volatility'),
  optimize: (task) => inSteps(task, () => own(task)),
  frontier: (task, points, first) => tiltFrontier(task, points, aimed, Object.keys(task.parameters.targets), first),
});
