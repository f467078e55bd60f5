/**
 * What every constraint handler must keep, above all that what it lowers to and what it checks are the same constraint: on many
 * holdings, a part holds in the one exactly when it holds in the other.
 */
import type { ConstraintHandler, Holdings, Situation } from '../../../problem/situation.ts';
import type { JsonObject } from '../../../values/json.ts';
import { withDefaults } from '../../../values/schema.ts';
import { parameterExamples, schemaFaults } from './examples.ts';
import { ensure, ensureNone } from './framework.ts';
import type { Framework } from './framework.ts';
import { slackByText } from './lowered.ts';
import { referenceMarket, referenceOrigin } from './reference-market.ts';

export interface ConstraintContractOptions {
  readonly framework: Framework;
  /** Parameters to test with, all valid on the reference market; otherwise the examples of the schema. */
  readonly parameters?: readonly JsonObject[];
}

/** Slacks closer to zero than this may fall on either side. */
const rounding = 1e-9;

export function constraintContract(handler: ConstraintHandler<never>, options: ConstraintContractOptions): void {
  const { describe, it } = options.framework;
  const erased = handler as ConstraintHandler;
  const { situation } = referenceMarket();
  const sets = (options.parameters ?? parameterExamples(erased.schema)).map(
    (set) => withDefaults(erased.schema, set) as JsonObject,
  );
  const each = (check: (set: JsonObject) => void): void => {
    ensure(sets.length > 0, 'no parameters to test with: give examples in the schema');
    sets.forEach(check);
  };

  describe(`constraint ${erased.type} keeps the constraint contract`, () => {
    it('describes itself: title, definition, version, priority, sound parameter schema', () => {
      ensure(erased.title !== '' && erased.description.length >= 20, 'needs a title and a definition in words');
      ensure(/^\d+\.\d+\.\d+/.test(erased.version), 'needs a semantic version');
      ensure([0, 1, 2, 3, 4, 5].includes(erased.priority), 'priority is 0 (hard) to 5');
      ensureNone('schema', schemaFaults(erased.schema));
    });

    it('admits the examples of its schema', () =>
      each((set) => {
        const violations = erased.admit(set, situation);
        ensureNone(
          JSON.stringify(set),
          violations.map(({ field, description }) => `${field} ${description}`),
        );
      }));

    it('lowers and measures with what it says that it needs, and nothing more', () =>
      each((set) => {
        const bare = withOnly(needsOf(erased, set), situation);
        const holdings = { weights: bare.current, cash: bare.cashCurrent };
        erased.lower(set, bare, referenceOrigin);
        ensure(erased.check(set, holdings, bare).length > 0, `${JSON.stringify(set)} measures nothing`);
      }));

    it('measures with consistent figures: slack is the smaller distance to a bound', () =>
      each((set) => {
        for (const holdings of manyHoldings()) {
          for (const { text, value, lower, upper, slack, unit } of erased.check(set, holdings, situation)) {
            ensure(text !== '' && unit !== '', 'a measure needs a text and a unit');
            const expected = Math.min(value - lower, upper - value);
            ensure(
              Math.abs(slack - expected) <= rounding * Math.max(1, Math.abs(expected)),
              `${text}: slack ${slack}, not ${expected}`,
            );
          }
        }
      }));

    it('checks what it lowers to: a part holds in both or in neither', () =>
      each((set) => {
        const lowered = erased.lower(set, situation, referenceOrigin);
        for (const holdings of manyHoldings()) {
          const slacks = slackByText(lowered, holdings.weights);
          for (const { text, slack } of erased.check(set, holdings, situation)) {
            const other = slacks.get(text);
            ensure(other !== undefined, `"${text}" is checked, but nothing lowered has this text`);
            const near = Math.abs(slack) <= rounding || Math.abs(other) <= rounding;
            ensure(near || slack > 0 === other > 0, `"${text}": slack ${slack} when checked, ${other} as lowered`);
          }
        }
      }));
  });
}

/** The situation without covariance and scenarios, but for those that are needed. */
function withOnly(needs: readonly string[], { covariance, scenarios, ...rest }: Situation): Situation {
  ensureNone(
    'needs of other names',
    needs.filter((need) => !['covariance', 'scenarios', 'path-scenarios'].includes(need)),
  );
  return {
    ...rest,
    ...(needs.includes('covariance') && covariance !== undefined ? { covariance } : {}),
    ...(needs.some((need) => need.endsWith('scenarios')) && scenarios !== undefined ? { scenarios } : {}),
  };
}

/** As the host takes them: a covariance for a limit on risk that does not say. */
function needsOf(handler: ConstraintHandler, set: JsonObject): readonly string[] {
  return handler.needs?.(set) ?? (handler.convexity === 'norm' ? ['covariance'] : []);
}

/** Holdings inside and outside of most limits, the same each time: current, benchmark, equal, single names, mixtures, long-short. */
function manyHoldings(): readonly Holdings[] {
  const { situation } = referenceMarket();
  const n = situation.universe.assets.length;
  const equal = new Float64Array(n).fill(1 / n);
  const singles = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (__, j) => (i === j ? 1 : 0)));
  const ends = [situation.current, situation.benchmark ?? equal, equal, new Float64Array(n), ...singles];
  const mixtures = ends.flatMap((from) => ends.map((to) => from.map((weight, i) => 0.7 * weight + 0.3 * to[i]!)));
  const shorts = ends.map((from) => from.map((weight, i) => 1.5 * weight - 0.5 * equal[i]!));
  return [...ends, ...mixtures, ...shorts].map((weights) => ({
    weights,
    cash: 1 - weights.reduce((sum, weight) => sum + weight, 0),
  }));
}
