/**
 * The one place where contributions with parameters of their own become contributions that take any JSON: the parameters are
 * completed with the schema's defaults and checked against it just before each call, so what the contribution receives is what
 * it declared, whoever calls.
 */
import type {
  ConstraintHandler,
  ConstraintNeed,
  Estimator,
  JsonObject,
  JsonSchema,
  Strategy,
  Task,
  Violation,
} from '../sdk/v1/index.ts';
import { refuse, under } from '../values/fault.ts';
import { conforms, schemaViolations, withDefaults } from '../values/schema.ts';

/** The parameters as declared, defaults filled in; throws INVALID_ARGUMENT with all violations below `parameters`. */
function parametersFrom<Parameters>(schema: JsonSchema<Parameters>, given: JsonObject): Parameters {
  const complete = withDefaults(schema, given);
  if (conforms(schema, complete)) return complete;
  refuse(schemaViolations(schema, complete, 'parameters'));
  throw new TypeError('a value that breaks its schema must break it somewhere');
}

/** Violations of the schema; only when there are none, those that the contribution itself finds. */
function admittedBy<Parameters>(
  schema: JsonSchema<Parameters>,
  given: JsonObject,
  own: (parameters: Parameters) => readonly Violation[],
): readonly Violation[] {
  const complete = withDefaults(schema, given);
  return conforms(schema, complete) ? own(complete) : schemaViolations(schema, complete, '');
}

/** What a contribution says of sound parameters; undefined for others, which are refused elsewhere. */
function whenSound<Parameters, Said>(
  schema: JsonSchema<Parameters>,
  given: JsonObject,
  say: (parameters: Parameters) => Said,
): Said | undefined {
  const complete = withDefaults(schema, given);
  return conforms(schema, complete) ? say(complete) : undefined;
}

export function checkedStrategy(strategy: Strategy<never>): Strategy {
  const schema = strategy.parameters;
  const taskFrom = (task: Task): Task<never> => ({
    parameters: parametersFrom(schema, task.parameters),
    situation: task.situation,
    estimates: task.estimates,
    restrictions: task.restrictions,
    signal: task.signal,
    solve: (objective, added, warm) => task.solve(objective, added, warm),
    ...(task.trace === undefined ? {} : { trace: task.trace.bind(task) }),
    ...(task.plan === undefined ? {} : { plan: task.plan.bind(task) }),
    ...(task.delegate === undefined ? {} : { delegate: task.delegate.bind(task) }),
    origin: (text) => task.origin(text),
  });
  const frontier = strategy.frontier?.bind(strategy);
  return {
    id: strategy.id,
    title: strategy.title,
    description: strategy.description,
    references: strategy.references,
    parameters: schema,
    needs: strategy.needs,
    ...(strategy.frontierNeeds === undefined ? {} : { frontierNeeds: strategy.frontierNeeds }),
    ...(strategy.frontierAgainst === undefined ? {} : { frontierAgainst: strategy.frontierAgainst }),
    ...(strategy.frontierAlong === undefined ? {} : { frontierAlong: strategy.frontierAlong }),
    ...(strategy.noFrontier === undefined ? {} : { noFrontier: strategy.noFrontier }),
    frontierAgainstWith: (given) =>
      whenSound(schema, given, (parameters) => strategy.frontierAgainstWith?.(parameters)) ??
      strategy.frontierAgainst ??
      'volatility',
    delegates: (given, situation) =>
      whenSound(schema, given, (parameters) => strategy.delegates?.(parameters, situation)) ?? {},
    needsWith: (given) => whenSound(schema, given, (parameters) => strategy.needsWith?.(parameters)) ?? [],
    admit: (given, situation) =>
      admittedBy(schema, given, (parameters) => strategy.admit?.(parameters, situation) ?? []),
    optimize: (task) => strategy.optimize(taskFrom(task)),
    ...(frontier === undefined
      ? {}
      : { frontier: (task: Task, points: number, first?: number) => frontier(taskFrom(task), points, first) }),
  };
}

function needsOf<Parameters>(
  handler: ConstraintHandler<Parameters>,
  parameters: Parameters,
): readonly ConstraintNeed[] {
  return handler.needs?.(parameters) ?? (handler.convexity === 'norm' ? ['covariance'] : []);
}

export function checkedConstraint(handler: ConstraintHandler<never>): ConstraintHandler {
  const { schema } = handler;
  return {
    type: handler.type,
    title: handler.title,
    description: handler.description,
    version: handler.version,
    references: handler.references,
    schema,
    convexity: handler.convexity,
    priority: handler.priority,
    needs: (given) => whenSound(schema, given, (parameters) => needsOf(handler, parameters)) ?? [],
    admitParameters: (given) => admittedBy(schema, given, (parameters) => handler.admitParameters?.(parameters) ?? []),
    admit: (given, situation) => admittedBy(schema, given, (parameters) => handler.admit(parameters, situation)),
    lower: (given, situation, origin) => handler.lower(parametersFrom(schema, given), situation, origin),
    check: (given, holdings, situation) => handler.check(parametersFrom(schema, given), holdings, situation),
  };
}

export function checkedEstimator(estimator: Estimator<never>): Estimator {
  const { type, title, description, references, parameters: schema, from } = estimator;
  const described = {
    type,
    title,
    description,
    references,
    parameters: schema,
    ...(from === undefined ? {} : { from }),
  };
  switch (estimator.estimates) {
    case 'covariance':
      return {
        ...described,
        estimates: 'covariance',
        factorNames: (given, sample) =>
          whenSound(schema, given, (parameters) => estimator.factorNames?.(parameters, sample)),
        estimate: (sample, given) => estimator.estimate(sample, parametersFrom(schema, given)),
      };
    case 'expected-returns':
      return {
        ...described,
        estimates: 'expected-returns',
        estimate: (sample, given) => estimator.estimate(sample, parametersFrom(schema, given)),
      };
    case 'scenarios':
      return {
        ...described,
        estimates: 'scenarios',
        isPath: (given) => whenSound(schema, given, (parameters) => estimator.isPath?.(parameters)) ?? false,
        estimate: (sample, given) => estimator.estimate(sample, parametersFrom(schema, given)),
      };
  }
}

/** Violations of `parameters` against the schema alone, for callers that hold no situation yet. */
export function parameterViolations(schema: JsonSchema, given: JsonObject, field: string): readonly Violation[] {
  return under(field, schemaViolations(schema, withDefaults(schema, given), ''));
}
