import type { JsonObject, Situation, Violation } from '@veritasvault/portfolio/sdk/v1';

import { movesOf } from './band-moves.ts';
import type { Band, BandMove } from './band-moves.ts';
import { bySchema, heldIn, insideFaults, insideSchema, keysAt, lineFaults, linesOf, spread } from './lines.ts';
import type { Line, LineChoice } from './lines.ts';
import { defineRule, nearestInWords } from './nearest.ts';

interface Bands extends LineChoice {
  readonly bands: Readonly<Record<string, Band>>;
  readonly to?: 'target' | 'edge' | 'midpoint';
  readonly invested?: number;
}

const weight = { type: 'number', minimum: -10, maximum: 10 } as const;

export const bands = defineRule<Bands>({
  id: 'bands',
  title: 'Minimum, target and maximum bands',
  description: `Trades only what has left its band. A line (an asset or a class) whose current weight is below its minimum or above its maximum goes to its target, to the edge that it crossed, or half way between them, as "to" says. What these trades bring in or need, so that the lines together keep their current sum (or reach "invested"), is taken up by the lines inside their bands in proportion to the size of their current weights, none beyond its own edge; then by those that have traded, in proportion to the room they have left in their bands; the last remainder is cash. Lines that are not named have no band and take up all but never change sides. Inside a class that trades, "inside" says the proportions; nothing moves in one that does not. ${nearestInWords}`,
  references: [
    'Arnott, R. D., Lovell, R. M. (1993). Rebalancing: Why? When? How Often? Journal of Investing 2(1), 5-10.',
    'Leland, H. E. (1999). Optimal Portfolio Management with Transactions Costs and Capital Gains Taxes. Haas School of Business, RPF-290.',
    'Masters, S. J. (2003). Rebalancing. Journal of Portfolio Management 29(3), 52-57.',
  ],
  parameters: {
    type: 'object',
    required: ['bands'],
    additionalProperties: false,
    properties: {
      bands: {
        type: 'object',
        minProperties: 1,
        additionalProperties: {
          type: 'object',
          required: ['min', 'target', 'max'],
          additionalProperties: false,
          properties: { min: weight, target: weight, max: weight },
        },
        description: 'Band by name, as `by` reads it, in fractions of net asset value.',
      },
      by: bySchema,
      inside: insideSchema,
      to: {
        type: 'string',
        enum: ['target', 'edge', 'midpoint'],
        default: 'target',
        description:
          'Where a line outside its band goes; `midpoint` is half way between the edge that it crossed and the target.',
      },
      invested: {
        type: 'number',
        minimum: 0,
        maximum: 10,
        description: 'Fraction of net asset value held in assets together; what it is now when absent.',
      },
    },
    examples: [
      {
        bands: { Equity: { min: 0.55, target: 0.6, max: 0.65 }, Bond: { min: 0.3, target: 0.4, max: 0.45 } },
        by: 'asset-class',
        to: 'edge',
        invested: 1,
      },
      { bands: { AAPL: { min: 0.05, target: 0.1, max: 0.15 }, BOND: { min: 0.1, target: 0.2, max: 0.3 } } },
    ],
  },
  needs: [],
  faults: (parameters, situation) => {
    const named = [
      ...lineFaults(keysAt('bands', parameters.bands), parameters, situation.universe),
      ...crossed(parameters),
    ];
    if (named.length > 0) return named;
    const { traded, weightOf } = tradedIn(parameters, situation);
    return insideFaults(traded, weightOf, parameters, situation);
  },
  decide: ({ parameters, situation }) => {
    const { current } = situation;
    const { moves, traded, weightOf, cash } = tradedIn(parameters, situation);
    const target = spread(traded, weightOf, parameters, situation);
    for (const { line, move } of moves)
      if (move.to === move.from) for (const position of line.positions) target[position] = current[position]!;
    return { target, report: { lines: moves.flatMap(lineReport), cash } };
  },
});

function crossed({ bands: named }: Bands): readonly Violation[] {
  return Object.entries(named).flatMap(([name, { min, target, max }]) =>
    min <= target && target <= max
      ? []
      : [
          {
            field: `bands[${JSON.stringify(name)}]`,
            description: `must have min <= target <= max; got ${min}, ${target}, ${max}`,
          },
        ],
  );
}

interface LineMove {
  readonly line: Line;
  readonly band: Band | undefined;
  readonly move: BandMove;
}

function tradedIn(parameters: Bands, situation: Situation) {
  const lines = linesOf(situation.universe, parameters);
  const banded = lines.map((line) => ({
    line,
    band: Object.hasOwn(parameters.bands, line.name) ? parameters.bands[line.name] : undefined,
  }));
  const held = lines.map((line) => heldIn(line, situation.current));
  const invested = parameters.invested ?? held.reduce((sum, value) => sum + value, 0);
  const { to = 'target' } = parameters;
  const found = movesOf(
    banded.map(({ band }, k) => ({ from: held[k]!, band })),
    to,
    invested,
  );
  const moves = banded.map((one, k): LineMove => ({ ...one, move: found[k]! }));
  const traded = moves.filter(({ move }) => move.to !== move.from);
  const weightOf = (line: Line): number => moves.find((one) => one.line === line)!.move.to;
  const left = 1 - moves.reduce((sum, { move }) => sum + move.to, 0);
  const cash = Math.abs(left) < 1e-12 ? 0 : left;
  return { moves, traded: traded.map(({ line }) => line), weightOf, cash };
}

function lineReport({ line, band, move }: LineMove): readonly JsonObject[] {
  if (band === undefined && move.from === 0 && move.to === 0) return [];
  const { state, from, to } = move;
  return [{ name: line.name, current: from, ...(band === undefined ? {} : { ...band }), state, to }];
}
