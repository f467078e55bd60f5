import { expect } from 'chai';

import { Refusal } from '../../../src/gateway/http-fault.ts';
import { loadSchema } from '../../../src/gateway/schema.ts';
import { createOptimizationFrom, createPortfolioFrom } from '../../../src/gateway/short-form.ts';
import { encodeRequest } from '../../../src/gateway/transcode.ts';

const schema = loadSchema();

describe('the short form', () => {
  it('reads a portfolio with percentages and aliases', () => {
    const request = createPortfolioFrom({
      name: 'Global Balanced Portfolio',
      type: 'Multi-Asset',
      baseCurrency: 'USD',
      benchmarkId: 'BENCHMARK123',
      objectives: [
        { type: 'Return', target: '8%', priority: 1 },
        { type: 'Risk', target: '12%', priority: 2 },
      ],
      constraints: [
        { type: 'AssetClass', parameters: { Equities: { min: 0.4, max: 0.7 } } },
        { type: 'Country', parameters: { US: { max: 0.6 } } },
      ],
    });
    expect(request).to.deep.equal({
      portfolio: {
        displayName: 'Global Balanced Portfolio',
        type: 'Multi-Asset',
        baseCurrency: 'USD',
        benchmark: 'benchmarks/BENCHMARK123',
        objectives: [
          { type: 'return', target: 0.08, priority: 1 },
          { type: 'risk', target: 0.12, priority: 2 },
        ],
        constraints: [
          { type: 'AssetClass', displayName: 'AssetClass', parameters: { Equities: { min: 0.4, max: 0.7 } } },
          { type: 'Country', displayName: 'Country', parameters: { US: { max: 0.6 } } },
        ],
      },
    });
    expect(
      encodeRequest(schema.message('veritasvault.portfolio.v1.CreatePortfolioRequest'), request, schema).length,
    ).to.be.greaterThan(100);
  });

  it('makes an optimization with views long-only, market-implied and Idzorek', () => {
    const request = createOptimizationFrom('PORTFOLIO123', {
      objective: 'MaximizeSharpeRatio',
      constraints: [
        { type: 'TurnoverConstraint', parameters: { maxTurnover: 0.1 } },
        { type: 'RiskConstraint', parameters: { maxVolatility: 0.15 } },
      ],
      marketViews: [{ assetId: 'ASSET123', expectedReturn: 0.08, confidence: 0.6 }],
    });
    expect(request['parent']).to.equal('portfolios/PORTFOLIO123');
    const optimization = request['optimization'];
    expect(optimization).to.have.nested.property('strategy.type', 'maximum-sharpe');
    expect(optimization).to.have.nested.property('constraints[2].type', 'bounds');
    expect(optimization).to.have.nested.property('views[0].legs[0].assetId', 'ASSET123');
    expect(optimization).to.have.nested.property('estimation.expectedReturns.type', 'market-implied');
    expect(
      encodeRequest(schema.message('veritasvault.portfolio.v1.CreateOptimizationRequest'), request, schema).length,
    ).to.be.greaterThan(100);
  });

  it('refuses what it does not know, all of it', () => {
    let refusal: unknown;
    try {
      createOptimizationFrom('P', {
        objective: 'MaximizeFun',
        colour: 1,
        marketViews: [{ assetId: '', expectedReturn: 'high' }],
      });
    } catch (error) {
      refusal = error;
    }
    const fields = refusal instanceof Refusal ? refusal.violations.map((violation) => violation.field).sort() : [];
    expect(fields).to.deep.equal([
      'colour',
      'marketViews[0].assetId',
      'marketViews[0].confidence',
      'marketViews[0].expectedReturn',
      'marketViews[0].expectedReturn',
      'objective',
    ]);
  });
});
