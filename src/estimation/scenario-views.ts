/** Views on the joint distribution of returns, as an investor states them, and their admission. */
import type { Universe } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import { admitEach, admitLegs } from './views.ts';
import type { ViewLeg } from './views.ts';

/**
 * What a view speaks of, X = sum_i coefficient_i r_i being the return of its legs in one scenario and P the periods per year:
 * - `mean`: P E[X], annual arithmetic.
 * - `volatility`: sqrt(P Var[X]), annual.
 * - `correlation`: of the returns of its two legs.
 * - `quantile`: the loss -X over one period that is exceeded with probability 1 - `level` at most, the value at risk.
 * - `cvar`: the mean loss -X over one period in the worst (1 - `level`) share of probability, the scenario at the boundary counted in part.
 */
export type ScenarioMeasure = 'mean' | 'volatility' | 'correlation' | 'quantile' | 'cvar';

export const scenarioMeasures: readonly ScenarioMeasure[] = ['mean', 'volatility', 'correlation', 'quantile', 'cvar'];

/** How the measure stands to the value. */
export type ScenarioRelation = 'equal' | 'at-least' | 'at-most';

export const scenarioRelations: readonly ScenarioRelation[] = ['equal', 'at-least', 'at-most'];

export interface ScenarioView {
  /** One asset with coefficient 1 for an absolute view; several for a difference or a portfolio. Of a correlation two, both with coefficient 1. */
  readonly legs: readonly ViewLeg[];
  readonly measure: ScenarioMeasure;
  readonly relation: ScenarioRelation;
  /** In the unit of the measure. */
  readonly value: number;
  /** Of `quantile` and `cvar`, and of nothing else: above 0 and below 1, 0.95 for the worst twentieth. */
  readonly level?: number;
  /** 0 (none) to 1 (certain). */
  readonly confidence: number;
}

/** Every problem of the views, by field path below the list: `[0].legs[1].assetId`. */
export function admitScenarioViews(views: readonly ScenarioView[], universe: Universe): Violation[] {
  return admitEach(views, universe, admitView);
}

function admitView(view: ScenarioView, field: string, positions: ReadonlyMap<string, number>): Violation[] {
  const { measure, relation, value, level, confidence } = view;
  const violations = admitLegs(view.legs, `${field}.legs`, positions);
  const add = (path: string, description: string): void =>
    void violations.push({ field: `${field}.${path}`, description });
  if (!scenarioMeasures.includes(measure)) add('measure', `must be one of ${scenarioMeasures.join(', ')}`);
  if (!scenarioRelations.includes(relation)) add('relation', `must be one of ${scenarioRelations.join(', ')}`);
  const takesLevel = measure === 'quantile' || measure === 'cvar';
  if (takesLevel && !(level !== undefined && level > 0 && level < 1)) {
    const found = level === undefined ? 'none' : String(level);
    add('level', `must be above 0 and below 1, 0.95 for the worst twentieth; got ${found}`);
  }
  if (!takesLevel && level !== undefined) add('level', `belongs to a quantile or cvar; a ${measure} has none`);
  if (measure === 'correlation' && (view.legs.length !== 2 || view.legs.some(({ coefficient }) => coefficient !== 1)))
    add('legs', 'must be two assets with coefficient 1 for a correlation');
  const rule = valueRules[measure] as ValueRule | undefined;
  if (rule?.holds(value) === false) add('value', `${rule.text}; got ${String(value)}`);
  if (!(confidence >= 0 && confidence <= 1))
    add('confidence', `must be from 0 (none) to 1 (certain); got ${String(confidence)}`);
  return violations;
}

interface ValueRule {
  readonly holds: (value: number) => boolean;
  readonly text: string;
}

const valueRules: Readonly<Record<ScenarioMeasure, ValueRule>> = {
  mean: {
    holds: (value) => value >= -10 && value <= 10,
    text: 'must be an annual return as a fraction from -10 to 10, 0.08 for 8 %',
  },
  volatility: {
    holds: (value) => value > 0 && value <= 10,
    text: 'must be an annual volatility as a fraction above 0 and at most 10, 0.2 for 20 %',
  },
  correlation: { holds: (value) => value >= -1 && value <= 1, text: 'must be a correlation from -1 to 1' },
  quantile: {
    holds: (value) => value >= -10 && value <= 10,
    text: 'must be a loss over one period as a fraction from -10 to 10, 0.02 for a loss of 2 %',
  },
  cvar: {
    holds: (value) => value >= -10 && value <= 10,
    text: 'must be a loss over one period as a fraction from -10 to 10, 0.02 for a loss of 2 %',
  },
};
