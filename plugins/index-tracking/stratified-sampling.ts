import {
  benchmarkOf,
  covarianceOf,
  defineStrategy,
  hasWeights,
  holdable,
  inSteps,
  quadraticForm,
  solving,
} from '@veritasvault/portfolio/sdk/v1';
import type { Lowered, Need, Program, Situation, Task, Violation } from '@veritasvault/portfolio/sdk/v1';

import { cellsOf, closestOf, largestOf, seatsOf, unnamed } from './cells.ts';
import type { Cell, Cells } from './cells.ts';
import { activeShare, namesHeld } from './market.ts';

interface StratifiedSampling extends Cells {
  readonly namesPerCell?: number;
  readonly maximumNames?: number;
  readonly select: 'largest' | 'least-tracking-error';
}

/** A cell with the positions that stand for it. */
interface Sample extends Cell {
  readonly chosen: readonly number[];
}

function samplesOf(task: Task<StratifiedSampling>): readonly Sample[] {
  const { namesPerCell, maximumNames = 0, select } = task.parameters;
  const cells = cellsOf(task.situation, task.parameters);
  const open = holdable(task.restrictions, task.situation.current.length);
  const candidates = cells.map(({ members }) => members.filter((i) => open[i]));
  const available = candidates.map(({ length }) => length);
  const seats =
    namesPerCell === undefined
      ? seatsOf(cells, available, maximumNames)
      : available.map((count) => Math.min(count, namesPerCell));
  const benchmark = benchmarkOf(task);
  const covariance = covarianceOf(task);
  return cells.map((cell, k) => ({
    ...cell,
    chosen:
      select === 'largest'
        ? largestOf(candidates[k]!, seats[k]!)
        : closestOf(cell, candidates[k]!, seats[k]!, benchmark, covariance),
  }));
}

/** The weight of every cell that of the index, and nothing held but what was chosen. */
function matching(task: Task<StratifiedSampling>, samples: readonly Sample[]): Lowered {
  const chosen = new Set(samples.flatMap((sample) => sample.chosen));
  const outside = task.origin('assets outside the sample are not held');
  return {
    bounds: task.situation.universe.assets.flatMap((_, position) =>
      chosen.has(position) ? [] : [{ position, lower: 0, upper: 0, origin: outside }],
    ),
    rows: samples.map(({ name, weight, members }) => ({
      positions: Int32Array.from(members).sort(),
      coefficients: new Float64Array(members.length).fill(1),
      lower: weight,
      upper: weight,
      origin: task.origin(`cell ${name} exactly ${(100 * weight).toFixed(4)} %, as in the benchmark`),
    })),
  };
}

function* own(task: Task<StratifiedSampling>): Program {
  const benchmark = benchmarkOf(task);
  const operator = covarianceOf(task);
  const samples = samplesOf(task);
  const objective = {
    quadratics: [{ scale: 1, operator, centre: benchmark }],
    linear: new Float64Array(operator.size),
  };
  const answer = yield* solving(objective, 'least tracking error of the sample', [matching(task, samples)]);
  if (!hasWeights(answer.solution)) return answer;
  const { weights } = answer.solution;
  const { assets } = task.situation.universe;
  const report = {
    trackingErrorAnnual: Math.sqrt(
      Math.max(
        0,
        quadraticForm(
          operator,
          weights.map((weight, i) => weight - benchmark[i]!),
        ),
      ),
    ),
    names: namesHeld(weights),
    activeShare: activeShare(weights, benchmark),
    cells: samples.map(({ name, weight, chosen }) => ({ name, weight, sample: chosen.map((i) => assets[i]!.id) })),
  };
  return { ...answer, report };
}

function admit(parameters: StratifiedSampling, situation: Situation): readonly Violation[] {
  const { taxonomies, namesPerCell, maximumNames } = parameters;
  const violations: Violation[] = [];
  if ((namesPerCell === undefined) === (maximumNames === undefined))
    violations.push({ field: 'maximumNames', description: 'either this or namesPerCell must be given, not both' });
  if (situation.benchmark === undefined) return violations;
  for (const [k, taxonomy] of taxonomies.entries()) {
    const without = unnamed(situation, taxonomy);
    if (without.length === 0) continue;
    const rest = without.length > 10 ? ` and ${without.length - 10} more` : '';
    const description = `${JSON.stringify(taxonomy)} is not known of these members of the benchmark: ${without.slice(0, 10).join(', ')}${rest}`;
    violations.push({ field: `taxonomies[${k}]`, description });
  }
  const cells = cellsOf(situation, parameters).length;
  if (maximumNames !== undefined && violations.length === 0 && maximumNames < cells)
    violations.push({
      field: 'maximumNames',
      description: `is ${maximumNames}, but there are ${cells} cells, each of which needs a name`,
    });
  return violations;
}

export const stratifiedSampling = defineStrategy<StratifiedSampling>({
  id: 'stratified-sampling',
  title: 'Stratified sampling',
  description:
    "Divides the members of the benchmark into cells, by one or more taxonomies and by size, lets a sample of names stand for each, and holds every cell with its weight in the benchmark; within that the weights of the sample have the least expected tracking error sqrt((w - b)' C (w - b)). Size bands hold equally many members each, by market capitalization, band 1 the largest. `largest` takes the greatest benchmark weights of a cell; `least-tracking-error` adds one by one the name that leaves the least tracking variance within the cell, its weight shared in proportion to benchmark weights. maximumNames are shared by the cells by the divisor method of Webster, at least one each. Assets that the restrictions do not let be held are passed over. Nothing is random: equal claims are settled by name and id.",
  references: [
    'Grinold, R. C., Kahn, R. N. (2000). Active Portfolio Management, 2nd edition. McGraw-Hill, chapter 14.',
    'Roll, R. (1992). A Mean/Variance Analysis of Tracking Error. Journal of Portfolio Management 18(4), 13-22.',
  ],
  parameters: {
    type: 'object',
    required: ['taxonomies', 'select'],
    additionalProperties: false,
    properties: {
      taxonomies: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        minItems: 1,
        maxItems: 4,
        description:
          'A cell is a combination of their names: "sector", "asset-class", "country", "currency", "issuer", or a key in the groups of the assets.',
      },
      sizeBands: {
        type: 'integer',
        minimum: 1,
        maximum: 20,
        default: 1,
        description: 'Bands of market capitalization that divide each combination further; 1 for none.',
      },
      namesPerCell: {
        type: 'integer',
        minimum: 1,
        description: 'Names that stand for each cell, as far as it has them.',
      },
      maximumNames: { type: 'integer', minimum: 1, description: 'Names in all, shared by the cells; or namesPerCell.' },
      select: {
        type: 'string',
        enum: ['largest', 'least-tracking-error'],
        description: 'Which members of a cell stand for it; there is no default.',
      },
    },
    examples: [
      { taxonomies: ['asset-class'], maximumNames: 5, select: 'largest' },
      { taxonomies: ['asset-class'], sizeBands: 2, namesPerCell: 2, select: 'least-tracking-error' },
    ],
  },
  needs: ['benchmark', 'covariance'],
  noFrontier:
    'its names are chosen by rank and not by an objective; ask for the frontier of minimum-tracking-error for tracking error by return',
  needsWith: ({ sizeBands = 1 }): readonly Need[] => (sizeBands > 1 ? ['market-capitalizations'] : []),
  admit,
  optimize: (task) => inSteps(task, () => own(task)),
});
