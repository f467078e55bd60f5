import { expect } from 'chai';

import type { JsonSchema } from '../../../src/values/json.ts';
import { conforms, schemaProblem, schemaViolations, withDefaults } from '../../../src/values/schema.ts';

interface Limits {
  readonly limits: readonly { readonly sector: string; readonly max: number }[];
  readonly mode?: string;
}

const schema: JsonSchema<Limits> = {
  type: 'object',
  required: ['limits'],
  additionalProperties: false,
  properties: {
    limits: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['sector', 'max'],
        properties: {
          sector: { type: 'string', minLength: 1 },
          max: { type: 'number', minimum: 0, maximum: 1, default: 1 },
        },
      },
    },
    mode: { type: 'string', enum: ['hard', 'soft'], default: 'hard' },
  },
};

describe('schema check', () => {
  it('accepts what the schema describes', () => {
    expect(schemaViolations(schema, { limits: [{ sector: 'Energy', max: 0.2 }] }, 'parameters')).to.deep.equal([]);
    expect(conforms(schema, { limits: [{ sector: 'Energy', max: 0.2 }] })).to.equal(true);
  });

  it('names every problem at once by field path, in plain words', () => {
    const violations = schemaViolations(
      schema,
      { limits: [{ sector: '', max: 1.5 }, { max: 'all' }], mode: 'gentle', colour: 1 },
      'constraints[1].parameters',
    );
    expect(violations.map((violation) => `${violation.field} ${violation.description}`)).to.have.members([
      'constraints[1].parameters.limits[0].sector must not be empty',
      'constraints[1].parameters.limits[0].max must be at most 1; got 1.5',
      'constraints[1].parameters.limits[1].sector is required',
      'constraints[1].parameters.limits[1].max must be a number; got "all"',
      'constraints[1].parameters.mode must be one of "hard", "soft"; got "gentle"',
      'constraints[1].parameters.colour is not known here; known are limits, mode',
    ]);
  });

  it('starts the path at the first name when there is nothing above it', () => {
    expect(schemaViolations(schema, {}, '')).to.deep.equal([{ field: 'limits', description: 'is required' }]);
  });

  it('puts names that are no identifiers in quotes and brackets', () => {
    const byName: JsonSchema = { type: 'object', additionalProperties: { type: 'number' } };
    expect(schemaViolations(byName, { 'Health Care': 'x' }, 'max')[0]?.field).to.equal('max["Health Care"]');
  });

  it('tells the allowed forms of an alternative instead of the failures of each branch', () => {
    const either: JsonSchema = {
      oneOf: [
        { title: 'a number', type: 'number' },
        { title: 'a list of numbers', type: 'array', items: { type: 'number' } },
      ],
    };
    expect(schemaViolations(either, 'x', 'value')).to.deep.equal([
      { field: 'value', description: 'must have one of these forms: a number; a list of numbers; got "x"' },
    ]);
  });

  it('names an alternative by its one value or its type, and what an object may hold where it holds too little', () => {
    const threshold: JsonSchema = {
      anyOf: [
        { type: 'number', minimum: -1 },
        { type: 'string', const: 'mean' },
      ],
    };
    const one: JsonSchema = { type: 'object', minProperties: 1, properties: { a: threshold, b: { type: 'number' } } };
    expect(schemaViolations(one, { a: 'x' }, '')[0]?.description).to.equal(
      'must have one of these forms: a number; "mean"; got "x"',
    );
    expect(schemaViolations(one, {}, 'parameters')[0]?.description).to.equal(
      'must have at least 1 entry; known are a, b',
    );
  });

  it('fills in the stated defaults in a copy', () => {
    const given = { limits: [{ sector: 'Energy' }] };
    expect(withDefaults(schema, given)).to.deep.equal({ limits: [{ sector: 'Energy', max: 1 }], mode: 'hard' });
    expect(given).to.deep.equal({ limits: [{ sector: 'Energy' }] });
  });

  it('tells an unsound schema from a sound one', () => {
    expect(schemaProblem(schema)).to.equal(undefined);
    expect(schemaProblem({ type: 'nonsense' })).to.be.a('string');
  });
});
