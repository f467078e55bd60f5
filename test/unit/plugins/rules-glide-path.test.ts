import { expect } from 'chai';

import { dayOf } from '../../../plugins/rules/dates.ts';
import { glidePath } from '../../../plugins/rules/glide-path.ts';
import { refusals, ruled } from '../../support/rules.ts';

const held = { STOCK: { held: 0.5 }, BOND: { held: 0.5 } };
/** Shiller (2005): 85 % in stocks until the age of 29, then down in a straight line to 15 % at 60. */
const lifeCycle = [
  { yearsToTarget: 31, weights: { STOCK: 0.85, BOND: 0.15 } },
  { yearsToTarget: 0, weights: { STOCK: 0.15, BOND: 0.85 } },
];
const born = 1990;
const at = (age: number): string => `${born + age}-01-01`;
const lifeAt = (age: number) => ({ schedule: lifeCycle, targetDate: at(60), asOf: at(age) });

describe('the glide path', () => {
  it('holds 85 % of stocks to the age of 29 and falls to 15 % at 60 (Shiller 2005)', async () => {
    for (const [age, stocks] of [
      [20, 0.85],
      [29, 0.85],
      [60, 0.15],
      // Years are days / 365.25: some of them are a day short.
      [45, 0.85 - (0.7 * 16) / 31],
    ] as const) {
      const { byId } = await ruled(glidePath, held, lifeAt(age));
      expect(byId['STOCK'], `at ${age}`).to.be.closeTo(stocks, age === 45 ? 1e-4 : 1e-8);
      expect(byId['STOCK']! + byId['BOND']!).to.be.closeTo(1, 1e-8);
    }
  });

  it('tells where on the path it is', async () => {
    const { told } = await ruled(glidePath, held, lifeAt(45));
    expect(told['asOf']).to.equal('2035-01-01');
    expect(told['yearsToTarget']).to.be.closeTo(15, 2e-3);
    expect(told['between']).to.deep.equal([{ yearsToTarget: 31 }, { yearsToTarget: 0 }]);
    expect(told['lines']).to.have.length(2);
  });

  it('goes straight from date to date, points in any order', async () => {
    const schedule = [
      { date: '2030-01-11', weights: { BOND: 1 } },
      { date: '2030-01-01', weights: { STOCK: 1 } },
    ];
    const { byId } = await ruled(glidePath, held, { schedule, asOf: '2030-01-04' });
    expect(byId['STOCK']).to.be.closeTo(0.7, 1e-8);
    expect(byId['BOND']).to.be.closeTo(0.3, 1e-8);
  });

  it('refuses what lies past its end, or holds its last point when asked to', async () => {
    const late = { ...lifeAt(60), asOf: '2050-01-02' };
    expect(refusals(glidePath, held, late)).to.deep.equal([
      {
        field: 'asOf',
        description: '2050-01-02 is after the target date 2050-01-01: set afterTarget to "hold" to stay there',
      },
    ]);
    const { byId } = await ruled(glidePath, held, { ...late, afterTarget: 'hold' });
    expect(byId['STOCK']).to.be.closeTo(0.15, 1e-8);
    const through = [...lifeCycle, { yearsToTarget: -5, weights: { BOND: 1 } }];
    expect(refusals(glidePath, held, { ...late, schedule: through })).to.deep.equal([]);
    const dated = { schedule: [{ date: '2030-01-01', weights: { BOND: 1 } }], asOf: '2031-01-01' };
    expect(refusals(glidePath, held, dated)[0]?.description).to.contain('the last point, 2030-01-01');
  });

  it('refuses days that are none, points of two kinds, and points that meet', () => {
    const fields = (parameters: Parameters<typeof glidePath.admit & {}>[0]): readonly string[] =>
      refusals(glidePath, held, parameters).map(({ field }) => field);
    const point = { yearsToTarget: 1, weights: { STOCK: 1 } };
    expect(fields({ schedule: [point], asOf: '2030-02-30' })).to.deep.equal(['targetDate', 'asOf']);
    const dated = { date: '2030-01-01', weights: { STOCK: 1 } };
    const rest = { asOf: '2029-01-01', targetDate: '2031-01-01' };
    expect(fields({ schedule: [point, dated], ...rest })).to.deep.equal(['schedule[1]']);
    expect(fields({ schedule: [point, point], ...rest })).to.deep.equal(['schedule[1]']);
    expect(fields({ schedule: [{ weights: {} }], ...rest })).to.deep.equal(['schedule[0]']);
    expect(fields({ schedule: [{ ...dated, date: '2030-13-01' }], asOf: '2029-01-01' })).to.deep.equal([
      'schedule[0].date',
    ]);
    expect(fields({ schedule: [{ ...point, weights: { GOLD: 1 } }], ...rest })).to.deep.equal([
      'schedule[0].weights["GOLD"]',
    ]);
  });

  it('knows its calendar', () => {
    expect(dayOf('1970-01-02')).to.equal(1);
    expect(dayOf('2000-03-01')! - dayOf('2000-02-28')!).to.equal(2);
    expect(dayOf('1900-02-29')).to.equal(undefined);
    expect(dayOf('2024-02-29')).to.equal(19782);
    expect(dayOf('24-02-29')).to.equal(undefined);
  });
});
