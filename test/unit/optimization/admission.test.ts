import { expect } from 'chai';
import { admitStateless, admitStored } from '../../../src/optimization/admission.ts';
import { Fault } from '../../../src/values/fault.ts';
import { catalog, faultOf, fieldsOf } from '../../support/admission.ts';
import {
  assetOf,
  constraintOf,
  covariance3,
  matrixOf,
  problem3,
  requestOf,
  vectorOf,
} from '../../support/optimization.ts';

const inf = Number.POSITIVE_INFINITY;

describe('the admission of a stateless request', () => {
  it('turns a sound request into a job with defaults', () => {
    const job = admitStateless(requestOf(), catalog);
    expect(job.universe.assets.map((asset) => asset.id)).to.deep.equal(['BOND', 'EQUITY', 'GOLD']);
    expect([...job.current]).to.deep.equal([0, 0, 0]);
    expect(job.cashCurrent).to.equal(1);
    expect(job.limits).to.deep.equal({ iterationsMax: 200, secondsMax: 60 });
    expect(job.risk).to.include({ kind: 'covariance', periodsPerYear: 1, repair: false });
    expect(job.constraints).to.deep.equal([
      {
        id: 'bounds-1',
        name: 'bounds',
        type: 'bounds',
        parameters: { all: { min: 0 } },
        field: 'problem.constraints[0]',
      },
    ]);
    expect(job).to.not.have.property('frontierPoints');
  });

  it('tells every mistake at once, each by its field path', () => {
    const fault = faultOf(
      requestOf(
        {
          universe: [assetOf('A'), assetOf('__proto__'), assetOf('A'), assetOf('B\ud800')],
          currentWeights: vectorOf([0.5, Number.NaN, inf, 0]),
          risk: { kind: 'covariance', matrix: matrixOf(covariance3), period: 'annual', repair: false },
          constraints: [
            constraintOf('bounds', { all: { min: 0.5, max: 0.2 } }),
            constraintOf('turnover', { definition: 'half-sum', max: 'x' }),
          ],
          riskFreeRateAnnual: 5,
        },
        {
          strategy: { type: 'least-varance', parameters: {} },
          limits: { iterationsMax: 20_000, secondsMax: -1, solver: 'fast' },
        },
      ),
    );
    expect(fault.violations.map((violation) => [violation.field, violation.reason])).to.deep.equal([
      ['limits.iterations_max', 'INVALID_ARGUMENT'],
      ['limits.seconds_max', 'INVALID_ARGUMENT'],
      ['limits.solver', 'UNKNOWN_TYPE'],
      ['problem.universe[1].asset_id', 'ID_INVALID'],
      ['problem.universe[2].asset_id', 'ID_INVALID'],
      ['problem.universe[3].asset_id', 'ID_INVALID'],
      ['problem.current_weights.values[1]', 'NUMBER_INVALID'],
      ['problem.current_weights.values[2]', 'NUMBER_INVALID'],
      ['problem.covariance.matrix', 'RISK_MODEL_INVALID'],
      ['problem.risk_free_rate_annual', 'NUMBER_INVALID'],
      ['problem.constraints[0].parameters.all.min', 'CONSTRAINT_INVALID'],
      ['problem.constraints[1].parameters.max', 'CONSTRAINT_INVALID'],
      ['strategy.type', 'UNKNOWN_TYPE'],
    ]);
  });

  it('names the known types beside an unknown one', () => {
    const fault = faultOf(requestOf({}, { strategy: { type: 'max-sharp', parameters: {} } }));
    expect(fault.reason).to.equal('UNKNOWN_TYPE');
    expect(fault.metadata).to.include({ known: 'least-variance,most-active-return' });
    expect(fault.violations).to.have.length(1);
  });

  it('refuses a request without problem and strategy', () => {
    expect(fieldsOf({})).to.deep.equal(['problem', 'strategy']);
  });

  it('says what a strategy, a constraint or a view needs and is not given', () => {
    expect(fieldsOf(requestOf({}, { strategy: { type: 'most-active-return', parameters: {} } }))).to.deep.equal([
      'problem.expected_returns',
      'problem.benchmark_weights',
      'problem.universe',
    ]);
    const { risk: _risk, ...rest } = problem3;
    const volatility = constraintOf('RiskConstraint', { maxVolatility: 0.1 }, { constraintId: 'calm' });
    const fault = faultOf({
      problem: {
        ...rest,
        constraints: [volatility],
        views: [{ legs: [{ assetId: 'GOLD', coefficient: 1 }], expectedReturn: 0.1, confidence: 0.5 }],
      },
      strategy: { type: 'least-variance', parameters: {} },
    });
    expect(fault.violations.map((violation) => violation.field)).to.deep.equal(['problem.covariance', 'problem.views']);
    expect(fault.violations[0]?.description).to.include('least-variance').and.include('calm').and.include('views');
  });

  it('does not call an estimator missing that was chosen and refused', () => {
    const { risk: _risk, ...rest } = problem3;
    const estimation = {
      expectedReturns: { type: 'plain-mean', parameters: { windw: 3 } },
      covariance: { type: 'no-such-estimator', parameters: {} },
      periodsPerYear: 252,
      windowStart: '',
      windowEnd: '',
    };
    const strategy = { type: 'most-active-return', parameters: {} };
    const calm = constraintOf('RiskConstraint', { maxVolatility: 0.1 });
    const half = vectorOf([0.5, 0.5, 0]);
    const problem = { ...rest, estimation, constraints: [calm], benchmarkWeights: half };
    expect(fieldsOf({ problem, strategy })).to.deep.equal([
      'problem.estimation.expected_returns.parameters.windw',
      'problem.estimation.covariance.type',
      'problem.universe',
    ]);
  });

  it('checks views', () => {
    const view = { legs: [{ assetId: 'OIL', coefficient: 0 }], expectedReturn: 80, confidence: 0 };
    const fields = fieldsOf(
      requestOf({ benchmarkWeights: vectorOf([0.5, 0.3, 0.2]), views: [view, { ...view, legs: [] }] }),
    );
    expect(fields).to.deep.equal([
      'problem.views[0].legs[0].asset_id',
      'problem.views[0].legs[0].coefficient',
      'problem.views[0].expected_return',
      'problem.views[0].confidence',
      'problem.views[1].legs',
      'problem.views[1].expected_return',
      'problem.views[1].confidence',
    ]);
  });

  it('refuses a benchmark that does not sum to 1 and weights in percent', () => {
    expect(
      fieldsOf(requestOf({ benchmarkWeights: vectorOf([0.5, 0.3, 0.1]), currentWeights: vectorOf([50, 30, 20]) })),
    ).to.deep.equal([
      'problem.current_weights.values[0]',
      'problem.current_weights.values[1]',
      'problem.current_weights.values[2]',
      'problem.benchmark_weights',
    ]);
  });

  it("speaks of a short name in the caller's own words", () => {
    const fields = fieldsOf(requestOf({ constraints: [constraintOf('TurnoverConstraint', { maxTurnover: '10%' })] }));
    expect(fields).to.deep.equal(['problem.constraints[0].parameters.maxTurnover']);
  });

  it('keeps ids of constraints unique, makes those that are missing and leaves inactive ones out', () => {
    const twice = [
      constraintOf('budget', { min: 1, max: 1 }, { constraintId: 'x' }),
      constraintOf('cash', { max: 1 }, { constraintId: 'x' }),
    ];
    expect(fieldsOf(requestOf({ constraints: twice }))).to.deep.equal(['problem.constraints[1].constraint_id']);
    const job = admitStateless(
      requestOf({
        constraints: [
          constraintOf('budget', { min: 1, max: 1 }),
          constraintOf('budget', { min: 2, max: 1 }, { inactive: true }),
          constraintOf('cash', { max: 1 }, { constraintId: 'cash-4' }),
          constraintOf('cash', { max: 1 }),
          constraintOf('cash', { max: 1 }, { displayName: 'Ready money', priority: 3 }),
        ],
      }),
      catalog,
    );
    expect(job.constraints.map(({ id, name, priority }) => [id, name, priority])).to.deep.equal([
      ['budget-1', 'budget', undefined],
      ['cash-4', 'cash', undefined],
      ['cash-5', 'cash', undefined],
      ['cash-6', 'Ready money', 3],
    ]);
  });

  it('limits the size of a request', () => {
    const many = Array.from({ length: 5001 }, (_, position) => assetOf(`A${position}`));
    expect(fieldsOf(requestOf({ universe: many }))).to.deep.equal(['problem.universe']);
    const constraints = Array.from({ length: 1001 }, () => constraintOf('cash', { max: 1 }));
    expect(fieldsOf(requestOf({ constraints }))).to.deep.equal(['problem.constraints']);
    const views = Array.from({ length: 101 }, () => ({ legs: [], expectedReturn: 0, confidence: 1 }));
    expect(fieldsOf(requestOf({ views }))).to.deep.equal(['problem.views']);
    expect(fieldsOf(requestOf({ universe: [] }))).to.deep.equal(['problem.universe']);
  });

  it('asks a frontier for 2 to 1000 points of a strategy that has one', () => {
    expect(fieldsOf(requestOf({}, { points: 5000 }))).to.deep.equal(['points', 'strategy.type']);
    const { strategy: _strategy, ...rest } = requestOf({}, { points: 0 });
    expect(faultOf(rest).violations[0]).to.include({ field: 'strategy.type', reason: 'UNKNOWN_TYPE' });
  });
});

describe('the admission of a run over a portfolio', () => {
  const ground = {
    universe: {
      assets: [
        { id: 'A', groups: {} },
        { id: 'B', groups: {} },
      ],
    },
    current: Float64Array.of(0.5, 0.4),
    cashCurrent: 0.1,
    riskFreeRate: 0.02,
    constraints: [],
  };
  const draft = {
    strategy: { type: 'least-variance', parameters: {} },
    constraints: [constraintOf('sector', {})],
    ignorePortfolioConstraints: false,
    views: [],
    factorModel: '',
    universe: [],
  };

  it('speaks of fields of the optimization and asks for an estimator', () => {
    expect(() => admitStored(draft, ground, catalog))
      .to.throw(Fault)
      .that.satisfies(({ violations }: Fault) => {
        expect(violations.map((violation) => violation.field)).to.deep.equal([
          'optimization.constraints[0].parameters',
          'optimization.estimation.covariance',
        ]);
        return true;
      });
  });

  it('applies the constraints of the portfolio unless they are to be ignored', () => {
    const own = {
      tenant: 't',
      portfolioId: 'p',
      id: 'tech',
      ordinal: 0,
      displayName: '',
      type: 'AssetClass',
      parameters: { Equities: { max: 0.7 } },
      priority: null,
      penalty: null,
      inactive: false,
    };
    const risk = {
      kind: 'covariance',
      matrix: Float64Array.of(0.04, 0, 0, 0.04),
      periodsPerYear: 1,
      repair: false,
    } as const;
    const sound = { ...draft, constraints: [constraintOf('bounds', { all: { min: 0 } })] };
    const withClass = {
      ...ground,
      risk,
      universe: { assets: ground.universe.assets.map((asset) => ({ ...asset, assetClass: 'Equity' })) },
      constraints: [own],
    };
    const admitted = admitStored(sound, withClass, catalog);
    expect(
      admitted.job.constraints.map((constraint) => [constraint.id, constraint.type, constraint.field]),
    ).to.deep.equal([
      ['tech', 'asset-class', 'portfolio.constraints[0]'],
      ['bounds-1', 'bounds', 'optimization.constraints[0]'],
    ]);
    expect(admitted.job.riskFreeRate).to.equal(0.02);
    expect(admitted).to.not.have.property('window');
    const free = admitStored({ ...sound, ignorePortfolioConstraints: true, riskFreeRateAnnual: 0 }, withClass, catalog);
    expect(free.job.constraints.map((constraint) => constraint.id)).to.deep.equal(['bounds-1']);
    expect(free.job.riskFreeRate).to.equal(0);
  });
});
