import { expect } from 'chai';

import { builtInConstraints } from '../../../src/constraints/built-in.ts';
import { contradictions } from '../../../src/constraints/contradictions.ts';
import type { Contradiction, LoweredConstraint } from '../../../src/constraints/contradictions.ts';
import type { ConstraintHandler, Situation } from '../../../src/problem/situation.ts';
import type { JsonObject } from '../../../src/values/json.ts';
import { withDefaults } from '../../../src/values/schema.ts';
import { situation } from './fixture.ts';

type Stated = readonly [type: string, parameters: JsonObject, priority?: number];

/** Constraints c0, c1, ... as a request would state them, admitted and lowered. */
function lowered(stated: readonly Stated[], at: Situation): readonly LoweredConstraint[] {
  return stated.map(([type, given, priority = 0], index) => {
    const handler = builtInConstraints.find((each) => each.type === type) as unknown as ConstraintHandler;
    const parameters = withDefaults(handler.schema, given) as JsonObject;
    expect(handler.admit(parameters, at), type).to.deep.equal([]);
    const id = `c${String(index)}`;
    const origin = { constraint: id, name: type, priority };
    return {
      id,
      name: type,
      field: `constraints[${String(index)}]`,
      lowered: handler.lower(parameters, at, (text) => ({ ...origin, text })),
    };
  });
}

const found = (stated: readonly Stated[], at = situation): readonly Contradiction[] =>
  contradictions(lowered(stated, at), at.universe);

const setsOf = (stated: readonly Stated[], at = situation): readonly string[] =>
  found(stated, at).map(({ constraints }) => constraints.join(' '));

const longOnly: Stated = ['bounds', { all: { min: 0 } }];
const invested: Stated = ['budget', { min: 1, max: 1 }];

describe('contradictions that need no optimization', () => {
  it('are none among constraints that can hold together', () => {
    expect(
      found([
        longOnly,
        invested,
        ['sector', { Technology: { max: 0.3 }, Energy: { min: 0.1 } }],
        ['names', { min: 2, max: 4 }],
        ['turnover', { definition: 'half-sum', max: 0.2 }],
        ['holding-minimum', { min: 0.05 }],
        ['no-buy', { assets: ['GLD'] }],
      ]),
    ).to.deep.equal([]);
  });

  it('are told in the words of both, at the later one', () => {
    const [only, ...others] = found([
      ['bounds', { assets: { XOM: { min: 0.1 } } }],
      ['exclusion', { sectors: ['Energy'] }],
    ]);
    expect(others).to.deep.equal([]);
    expect(only).to.deep.equal({
      field: 'constraints[1]',
      description:
        'XOM excluded cannot hold together with weight of XOM at least 10 % (bounds): the weight would be at least 10 % and at most 0 %',
      reason: 'CONSTRAINT_INVALID',
      constraints: ['c0', 'c1'],
    });
  });

  const pairs: readonly (readonly [string, readonly Stated[]])[] = [
    [
      'a holding that is kept and a bound below it',
      [
        ['hold', { assets: ['AAPL'] }],
        ['bounds', { assets: { AAPL: { max: 0.2 } } }],
      ],
    ],
    [
      'a minimum above what is held and no purchases',
      [
        ['no-buy', { assets: ['SAP'] }],
        ['bounds', { assets: { SAP: { min: 0.2 } } }],
      ],
    ],
    [
      'a sector minimum above the bounds of its assets',
      [
        ['bounds', { all: { min: 0, max: 0.1 } }],
        ['sector', { Technology: { min: 0.3 } }],
      ],
    ],
    ['minimums of assets above the budget', [['bounds', { all: { min: 0.2 } }], invested]],
    ['bounds too low to be invested', [['bounds', { all: { max: 0.1 } }], invested]],
    ['cash and the budget', [['cash', { min: 0.1 }], invested]],
    [
      'two limits on the same sector',
      [
        ['sector', { Energy: { max: 0.1 } }],
        ['linear-text', { expression: 'sector:Energy >= 20 %' }],
      ],
    ],
    [
      'two rows that are multiples',
      [
        ['linear', { coefficients: { AAPL: 2, SAP: 4 }, max: 0.4 }],
        ['linear', { coefficients: { AAPL: -1, SAP: -2 }, max: -0.3 }],
      ],
    ],
    [
      'counts of names',
      [
        ['names', { min: 4 }],
        ['names', { max: 3 }],
      ],
    ],
    [
      'more names asked of a part than allowed of all',
      [
        ['names', { min: 3, of: { assetClasses: ['Equity'] } }],
        ['names', { max: 2 }],
      ],
    ],
    [
      'names by sector that are more than allowed',
      [
        ['names', { min: 1, by: 'sector' }],
        ['names', { max: 2 }],
      ],
    ],
    [
      'few names for many asked',
      [
        ['names', { max: 1, by: 'class' }],
        ['names', { min: 4 }],
      ],
    ],
    [
      'names asked for among the excluded',
      [
        ['exclusion', { assetClasses: ['Equity'] }],
        ['names', { min: 3 }],
      ],
    ],
    [
      'purchases forbidden and asked for',
      [
        ['no-buy', { everything: true }],
        ['trades', { min: 1, side: 'buys' }],
      ],
    ],
    [
      'more sales forced than allowed',
      [
        ['bounds', { all: { max: 0.15 } }],
        ['trades', { max: 1, side: 'sells' }],
      ],
    ],
    [
      'an exclusion and little turnover',
      [
        ['exclusion', { assets: ['AAPL'] }],
        ['turnover', { definition: 'gross', max: 0.2 }],
      ],
    ],
    ['cash to be invested and little turnover', [invested, ['turnover', { definition: 'one-way-buy', max: 0.05 }]]],
    [
      'trading that costs too much',
      [
        ['exclusion', { assets: ['AAPL'] }],
        ['trading-cost', { max: 0.001, all: { rate: 0.01 } }],
      ],
    ],
    [
      'a minimum holding above the only bound',
      [
        ['bounds', { assets: { GLD: { min: 0.01, max: 0.04 } } }],
        ['holding-minimum', { min: 0.05 }],
      ],
    ],
    [
      'all or none beside a bound',
      [
        ['bounds', { assets: { XOM: { min: 0.01 } } }],
        ['all-or-none', { assets: { XOM: 0.005 } }],
      ],
    ],
    [
      'no whole lot within the bounds',
      [
        ['bounds', { assets: { XOM: { min: 0.01, max: 0.04 } } }],
        ['round-lots', { lots: { XOM: 0.05 } }],
      ],
    ],
    [
      'lots of 3 and 6 % that sum to no 100 %',
      [
        ['budget', { min: 1, max: 1 }],
        ['round-lots', { lots: { AAPL: 0.03, XOM: 0.06, SAP: 0.03, PFE: 0.03, BUND: 0.03, GLD: 0.03 } }],
      ],
    ],
    [
      'least holdings in single assets beside a bound',
      [
        ['bounds', { assets: { XOM: { min: 0.01, max: 0.04 } } }],
        ['holding-minimum', { assets: { XOM: 0.05, SAP: 0.2 } }],
      ],
    ],
    [
      'a characteristic that the bounds do not allow',
      [
        ['bounds', { all: { min: 0, max: 0 } }],
        ['linear-text', { expression: 'AAPL + SAP >= 1 %' }],
      ],
    ],
  ];
  for (const [title, stated] of pairs) {
    it(`are seen in ${title}`, () => {
      expect(setsOf(stated)).to.deep.equal(['c0 c1']);
      expect(setsOf([stated[1]!, stated[0]!]), 'in the other order').to.deep.equal(['c0 c1']);
    });
  }

  const threes: readonly (readonly [string, readonly Stated[]])[] = [
    [
      'a sector above the class that holds it',
      [longOnly, ['linear-text', { expression: 'AAPL + XOM >= 50 %' }], ['asset-class', { Equity: { max: 0.4 } }]],
    ],
    [
      'sector minimums that sum to more than is invested',
      [longOnly, ['sector', { Technology: { min: 0.5 }, Energy: { min: 0.4 }, 'Health Care': { min: 0.2 } }], invested],
    ],
    ['few names with low bounds', [['bounds', { all: { min: 0, max: 0.2 } }], ['names', { max: 4 }], invested]],
    ['many names with high minimums', [longOnly, ['names', { min: 5 }], invested]],
  ];
  for (const [title, stated] of threes) {
    it(`are seen in ${title}`, () => {
      const all: readonly Stated[] = title.startsWith('many')
        ? [...stated, ['holding-minimum', { min: 0.25 }]]
        : stated;
      expect(setsOf(all)).to.deep.equal([all.map((_, index) => `c${String(index)}`).join(' ')]);
    });
  }

  it('are seen in maximums of all classes that sum to less than is invested, without any bounds', () => {
    const classes: Stated = ['asset-class', { Equity: { max: 0.5 }, Bonds: { max: 0.2 }, Commodities: { max: 0.1 } }];
    expect(setsOf([classes, invested])).to.deep.equal(['c0 c1']);
    expect(found([classes, invested])[0]?.description).to.contain('the sum can be at most 0.8, and 1 is needed');
  });

  it('tell a constraint that contradicts itself', () => {
    const [only] = found([
      ['all-or-none', { assets: { XOM: 0.1 } }],
      ['bounds', { assets: { XOM: { min: 0.05, max: 0.08 } } }],
    ]);
    expect(only?.constraints).to.deep.equal(['c0', 'c1']);
    const [alone] = found([['liquidity', { position: { participation: 0.1 }, trade: { participation: 0.001 } }]], {
      ...situation,
      universe: { assets: situation.universe.assets.map((asset) => ({ ...asset, averageDailyValue: 1 })) },
    });
    expect(alone?.constraints).to.deep.equal(['c0']);
    expect(alone?.description).to.contain('; so in');
  });

  it('concern hard constraints only', () => {
    const stated: readonly Stated[] = [
      ['bounds', { assets: { XOM: { min: 0.1 } } }],
      ['exclusion', { sectors: ['Energy'] }, 2],
    ];
    expect(found(stated)).to.deep.equal([]);
    const [row, soft] = lowered(
      [
        ['sector', { Energy: { max: 0.1 } }],
        ['sector', { Energy: { min: 0.2 } }],
      ],
      situation,
    );
    const rows = soft!.lowered.rows!.map((each) => ({ ...each, penalty: 1 }));
    expect(contradictions([row!, { ...soft!, lowered: { rows } }], situation.universe)).to.deep.equal([]);
  });

  it('are told once for each set of constraints, with how often it happens', () => {
    const [only, ...others] = found([
      ['bounds', { all: { min: 0.1 } }],
      ['exclusion', { assetClasses: ['Equity'] }],
    ]);
    expect(others).to.deep.equal([]);
    expect(only?.description).to.contain('so in 3 more places');
  });
});
