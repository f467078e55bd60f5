/** Rules give target weights; the answer is the feasible portfolio nearest to them. */
import { approach, defineStrategy, inTurns, unanswered } from '@veritasvault/portfolio/sdk/v1';
import type {
  JsonObject,
  Lowered,
  Situation,
  Strategy,
  StrategyEvent,
  Task,
  TurnProgram,
  Violation,
} from '@veritasvault/portfolio/sdk/v1';
import type { Observable } from 'rxjs';

/** For the descriptions in the catalogue. */
export const nearestInWords =
  'The answer is the portfolio nearest to the target weights (least sum of squared differences) that satisfies the restrictions: the target weights themselves when they do.';

/** What a rule has decided. */
export interface Decision {
  /** (n) fractions of net asset value; cash is the rest. */
  readonly target: Float64Array;
  /** What the rule has to tell besides its target weights. */
  readonly report?: JsonObject;
  /** What must hold besides the client's restrictions. */
  readonly added?: readonly Lowered[];
}

/** A strategy by rule: `faults` is asked before the request is taken, and again where it runs, as part of another strategy say. */
export function defineRule<Parameters>(
  rule: Omit<Strategy<Parameters>, 'admit' | 'optimize'> & {
    readonly faults: (parameters: Parameters, situation: Situation) => readonly Violation[];
    readonly decide: (task: Task<Parameters>) => Decision;
  },
): Strategy<Parameters> {
  const { faults, decide, ...described } = rule;
  return defineStrategy<Parameters>({
    ...described,
    admit: (parameters, situation) => faults(parameters, situation),
    noFrontier:
      'a rule has weights and no objective that would trade risk for return; ask for the frontier of minimum-tracking-error with its weights as the benchmark, or of minimum-turnover',
    optimize: (task) => nearest(task, (own) => faults(own.parameters, own.situation), decide),
  });
}

function nearest<Parameters>(
  task: Task<Parameters>,
  faults: (task: Task<Parameters>) => readonly Violation[],
  decide: (task: Task<Parameters>) => Decision,
): Observable<StrategyEvent> {
  return inTurns(task, function* (): TurnProgram {
    const { universe } = task.situation;
    const found = faults(task);
    if (found.length > 0) {
      const detail = found.map(({ field, description }) => `${field} ${description}`).join('; ');
      return unanswered(universe.assets.length, { reason: 'no solution found', detail });
    }
    const { target, report = {}, added } = decide(task);
    return yield* approach(target, universe, report, added);
  });
}
