/** Contradictions among the constraints of a job that nobody needs to solve anything to see. */
import { contradictions } from '../constraints/contradictions.ts';
import type { Contradiction } from '../constraints/contradictions.ts';
import type { Situation } from '../problem/situation.ts';
import type { Universe } from '../problem/universe.ts';
import { Fault } from '../values/fault.ts';
import type { Catalog } from './catalog.ts';
import type { SolveJob, StatedConstraint } from './job.ts';
import { applied } from './restrictions.ts';
import type { AppliedConstraint } from './restrictions.ts';

/** Among constraints as they were lowered. */
export function contradictionsAmong(
  constraints: readonly AppliedConstraint[],
  universe: Universe,
): readonly Contradiction[] {
  return contradictions(
    constraints.map(({ stated: { id, name, field }, lowered }) => ({ id, name, lowered, field })),
    universe,
  );
}

/** Before estimation: among the constraints of a job that need no estimates. */
export function contradictionsIn(job: SolveJob, catalog: Catalog): readonly Contradiction[] {
  const { universe, current, cashCurrent, netAssetValue, benchmark } = job;
  const situation: Situation = {
    universe,
    current,
    cashCurrent,
    ...(netAssetValue === undefined ? {} : { netAssetValue }),
    ...(benchmark === undefined ? {} : { benchmark }),
  };
  const isReady = ({ type, parameters }: StatedConstraint): boolean =>
    (catalog.constraints.get(type)?.needs?.(parameters) ?? []).length === 0;
  return contradictionsAmong(lowerable(job.constraints.filter(isReady), situation, catalog), universe);
}

/** Those that can be lowered by what is known: exposures to estimated factors, say, are not. */
function lowerable(
  stated: readonly StatedConstraint[],
  situation: Situation,
  catalog: Catalog,
): readonly AppliedConstraint[] {
  try {
    return applied(stated, situation, catalog);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const able = stated.filter((one) => {
      try {
        applied([one], situation, catalog);
        return true;
      } catch (cause) {
        if (cause instanceof Fault) return false;
        throw cause;
      }
    });
    return able.length < stated.length ? lowerable(able, situation, catalog) : [];
  }
}
