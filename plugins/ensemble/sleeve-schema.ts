import type { JsonSchema } from '@veritasvault/portfolio/sdk/v1';

import { delegateProperties, delegateSchema } from './delegates.ts';

export const sleeveProperties: Readonly<Record<string, JsonSchema>> = {
  by: {
    type: 'string',
    minLength: 1,
    maxLength: 255,
    description:
      '`sector`, `asset-class`, `country`, `currency`, `issuer`, or a key in the groups of the assets: each name is a sleeve, and every asset must have one. Either this or `sleeves`.',
  },
  sleeves: {
    type: 'object',
    minProperties: 1,
    maxProperties: 1000,
    additionalProperties: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } },
    description: 'Ids of assets by the name of their sleeve: every asset of the universe in exactly one.',
  },
  inside: delegateSchema('The strategy inside each sleeve.', [{ type: 'minimum-variance' }]),
  insideOf: {
    type: 'object',
    additionalProperties: {
      type: 'object',
      required: ['type'],
      additionalProperties: false,
      properties: delegateProperties,
    },
    description: 'Other strategies inside single sleeves, by the name of the sleeve.',
  },
  over: delegateSchema(
    'The strategy over the sleeves; their ids are their names. What all assets of a sleeve have in common (asset class, sector, country, currency, groups) is its own, and its capitalization is theirs together.',
    [{ type: 'risk-parity' }],
  ),
  assetMax: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 1,
    default: 1,
    description: 'Greatest weight of an asset as a fraction of its sleeve; a sleeve of one asset holds it whole.',
  },
  bands: {
    type: 'object',
    additionalProperties: {
      type: 'object',
      additionalProperties: false,
      properties: {
        min: { type: 'number', minimum: 0, maximum: 10 },
        max: { type: 'number', minimum: 0, maximum: 10 },
      },
    },
    description: 'Least and greatest weight of single sleeves, as fractions of net asset value, by name.',
  },
  invested: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 10,
    default: 1,
    description: 'Fraction of net asset value held in sleeves together; the rest is cash.',
  },
};
