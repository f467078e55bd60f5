import {
  approach,
  ask,
  defineStrategy,
  groundOver,
  groundWithin,
  heldWithin,
  holdable,
  inTurns,
  isWhole,
  stoppedBy,
} from '@veritasvault/portfolio/sdk/v1';
import type {
  Answer,
  Delegate,
  JsonObject,
  NamedDelegate,
  Situation,
  SleevePortfolio,
  Task,
  TurnProgram,
  Violation,
} from '@veritasvault/portfolio/sdk/v1';

import { admitRuns, delegateOf } from './delegates.ts';
import type { StatedDelegate } from './delegates.ts';
import { partReport } from './runs.ts';
import type { Turns } from './runs.ts';
import { sleeveProperties } from './sleeve-schema.ts';
import { admitSplit, sleevesOf } from './sleeve-split.ts';
import type { Sleeve, Split } from './sleeve-split.ts';

interface Sleeves extends Split {
  readonly inside: StatedDelegate;
  readonly insideOf?: Readonly<Record<string, StatedDelegate>>;
  readonly over: StatedDelegate;
  readonly assetMax?: number;
  readonly bands?: Readonly<Record<string, { readonly min?: number; readonly max?: number }>>;
  readonly invested?: number;
}

export const sleeves = defineStrategy<Sleeves>({
  id: 'sleeves',
  title: 'Sleeves',
  description:
    'The universe is split into sleeves; a strategy runs inside each of them, long only and fully invested, on its own part of the estimates (covariance, scenarios, views of its assets; benchmark and current weights scaled to sum 1); another runs over the sleeves as if they were assets, whose returns, covariance and scenarios follow from what they hold, long only, `invested` in all, within their bands. The products of both weights are the target; the answer is the portfolio nearest to it (least sum of squared differences) that satisfies the restrictions. Assets that the restrictions keep at zero lie in no sleeve. Sleeves may be split again by a strategy of this kind inside of them.',
  references: [
    'Sharpe, W. F. (1981). Decentralized Investment Management. Journal of Finance 36(2), 217-234.',
    'van Binsbergen, J. H., Brandt, M. W., Koijen, R. S. J. (2008). Optimal Decentralized Investment Management. Journal of Finance 63(4), 1849-1895.',
  ],
  parameters: {
    type: 'object',
    required: ['inside', 'over'],
    additionalProperties: false,
    properties: sleeveProperties,
    examples: [
      { by: 'asset-class', inside: { type: 'minimum-variance' }, over: { type: 'equal-weights' } },
      {
        by: 'region',
        inside: { type: 'maximum-sharpe' },
        over: { type: 'minimum-variance' },
        assetMax: 0.5,
        bands: { Europe: { min: 0.1, max: 0.3 } },
      },
    ],
  },
  needs: [],
  noFrontier:
    "each sleeve is solved by itself, and nothing trades risk for return over all of them; ask for the frontier of a sleeve's strategy over its own universe, or of minimum-variance with constraints on the groups",
  delegates: (parameters, situation) => delegatesOf(parameters, situation),
  admit: (parameters, situation) => [
    ...admitSplit(parameters, situation),
    ...admitBands(parameters, situation),
    ...admitRuns('sleeves', parameters, 'inside'),
  ],
  optimize: (task) => inTurns(task, () => program(task)),
});

/** Each with where it will run: a sleeve, or the sleeves as assets. What these hold is not known yet. */
function delegatesOf(parameters: Sleeves, situation: Situation | undefined): Readonly<Record<string, NamedDelegate>> {
  const { inside, insideOf = {}, over } = parameters;
  const split = situation === undefined ? [] : sleevesOf(parameters, situation.universe);
  const land = situation && { situation, estimates: { riskFreeRate: 0 } };
  const named: [string, NamedDelegate][] = Object.entries(insideOf).map(([name, stated]) => {
    const sleeve = split.find((own) => own.name === name);
    const there = land && sleeve && groundWithin(land, sleeve.positions, []).situation;
    return [
      `insideOf[${JSON.stringify(name)}]`,
      { ...delegateOf(stated), ...(there === undefined ? {} : { situation: there }) },
    ];
  });
  const portfolios = split.map(({ name, positions }) => {
    const weights = new Float64Array(situation?.universe.assets.length ?? 0);
    for (const position of positions) weights[position] = 1 / positions.length;
    return { id: name, positions, weights };
  });
  const above = land && groundOver(land, portfolios, []).situation;
  return {
    inside: delegateOf(inside),
    ...Object.fromEntries(named),
    over: { ...delegateOf(over), ...(above === undefined ? {} : { situation: above }) },
  };
}

function admitBands(parameters: Sleeves, { universe }: Situation): readonly Violation[] {
  const { bands = {}, assetMax = 1 } = parameters;
  const crossed = Object.entries(bands).flatMap(([name, { min = 0, max = Infinity }]) =>
    min <= max
      ? []
      : [{ field: `bands[${JSON.stringify(name)}].min`, description: `is ${min}, above its max of ${max}` }],
  );
  const narrow = sleevesOf(parameters, universe).filter(
    ({ positions }) => positions.length > 1 && positions.length * assetMax < 1,
  );
  if (narrow.length === 0) return crossed;
  const names = narrow.map(({ name, positions }) => `${name} (${positions.length})`).join(', ');
  return [
    ...crossed,
    { field: 'assetMax', description: `is ${assetMax}, too little to fill sleeves of few assets: ${names}` },
  ];
}

function* program(task: Task<Sleeves>): TurnProgram {
  const { universe } = task.situation;
  const { assets } = universe;
  const { over, bands = {}, invested = 1 } = task.parameters;
  const open = holdable(task.restrictions, assets.length);
  const portfolios: SleevePortfolio[] = [];
  const parts: JsonObject[] = [];
  const split = sleevesOf(task.parameters, universe).map(({ name, positions }) => ({
    name,
    positions: positions.filter((position) => open[position]),
  }));
  for (const sleeve of split.filter(({ positions }) => positions.length > 0)) {
    const found = yield* inside(task, sleeve);
    if ('solution' in found) return found;
    portfolios.push(found.portfolio);
    parts.push(found.part);
  }
  const shares = new Float64Array(portfolios.length).fill(invested);
  let overall: JsonObject = {};
  if (portfolios.length > 1) {
    const within = heldWithin(
      portfolios.length,
      {
        invested,
        lower: (j) => bands[portfolios[j]!.id]?.min ?? 0,
        upper: (j) => Math.min(invested, bands[portfolios[j]!.id]?.max ?? invested),
      },
      (text) => task.origin(text),
    );
    const ground = groundOver(task, portfolios, [within]);
    const delegate = delegateOf(over);
    const answer = yield* ask({ phase: 'over the sleeves', delegate, ground });
    if (!isWhole(answer)) return stoppedBy(answer, `${delegate.type} over the sleeves`, assets.length);
    shares.set(answer.solution.weights);
    overall = { over: partReport(delegate, answer, ground.situation.universe.assets) };
  }
  const target = new Float64Array(assets.length);
  portfolios.forEach(({ positions, weights }, j) => {
    for (const position of positions) target[position] = shares[j]! * weights[position]!;
  });
  const told = parts.map((part, j) => ({ sleeve: portfolios[j]!.id, weight: shares[j]!, ...part }));
  return yield* approach(target, universe, { sleeves: told, ...overall });
}

interface Found {
  readonly portfolio: SleevePortfolio;
  readonly part: JsonObject;
}

/** The portfolio of one sleeve, or the answer of a run that found none. */
function* inside(task: Task<Sleeves>, { name, positions }: Sleeve): Turns<Found | Answer> {
  const { assets } = task.situation.universe;
  const { insideOf = {}, assetMax = 1 } = task.parameters;
  const delegate: Delegate = delegateOf(Object.hasOwn(insideOf, name) ? insideOf[name]! : task.parameters.inside);
  const weights = new Float64Array(assets.length);
  const [only, ...others] = positions;
  if (only !== undefined && others.length === 0) {
    weights[only] = 1;
    return { portfolio: { id: name, positions, weights }, part: { weights: { [assets[only]!.id]: 1 } } };
  }
  const within = heldWithin(positions.length, { upper: () => assetMax }, (text) => task.origin(text));
  const ground = groundWithin(task, positions, [within]);
  const answer = yield* ask({ phase: `sleeve ${name}`, delegate, ground });
  if (!isWhole(answer)) return stoppedBy(answer, `${delegate.type} inside sleeve ${name}`, assets.length);
  positions.forEach((position, i) => (weights[position] = answer.solution.weights[i]!));
  return {
    portfolio: { id: name, positions, weights },
    part: partReport(delegate, answer, ground.situation.universe.assets),
  };
}
