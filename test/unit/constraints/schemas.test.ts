import { expect } from 'chai';

import { canonicalConstraint } from '../../../src/constraints/alias.ts';
import { builtInConstraints } from '../../../src/constraints/built-in.ts';
import { schemaProblem, schemaViolations } from '../../../src/values/schema.ts';

describe('the schemas of built-in constraints', () => {
  for (const { type, schema } of builtInConstraints) {
    it(`of ${type} are sound and take their own examples`, () => {
      expect(schemaProblem(schema)).to.equal(undefined);
      for (const example of schema.examples ?? []) expect(schemaViolations(schema, example, '')).to.deep.equal([]);
      expect(schemaViolations(schema, {}, '')).to.not.deep.equal([]);
      expect(schemaViolations(schema, 'everything', '')).to.not.deep.equal([]);
    });
  }

  const schemaOf = (type: string): (typeof builtInConstraints)[number]['schema'] =>
    builtInConstraints.find((handler) => handler.type === type)!.schema;

  it('take the short names of the interface, with their definitions', () => {
    for (const [type, parameters] of [
      ['AssetClass', { Equities: { min: 0.4, max: 0.7 } }],
      ['Country', { US: { max: 0.6 } }],
      ['TurnoverConstraint', { maxTurnover: 0.1 }],
      ['RiskConstraint', { maxVolatility: 0.15 }],
    ] as const) {
      const canonical = canonicalConstraint(type, parameters);
      expect(schemaViolations(schemaOf(canonical.type), canonical.parameters, ''), type).to.deep.equal([]);
    }
  });

  it('leave no ambiguous definition to a default', () => {
    const fields = (type: string): string[] =>
      schemaViolations(schemaOf(type), { max: 0.1 }, '').map(({ field }) => field);
    expect(fields('turnover')).to.deep.equal(['definition']);
    expect(fields('volatility')).to.deep.equal(['period']);
    expect(fields('tracking-error').sort()).to.deep.equal(['definition', 'period']);
    expect(fields('value-at-risk').sort()).to.deep.equal(['definition', 'level', 'period']);
    expect(fields('cvar')).to.deep.equal(['level']);
    expect(fields('drawdown')).to.deep.equal(['measure']);
    expect(fields('beta')).to.deep.equal(['from']);
  });
});
