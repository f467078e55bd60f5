/** Explanations of an optimal answer: why each weight, why not more of an asset, what each constraint costs. */
import { objectiveAt } from '../problem/certificate-figures.ts';
import { compose } from '../problem/problem.ts';
import type { Lowered, Problem } from '../problem/problem.ts';
import type { Solution } from '../problem/solution.ts';
import type { Answer } from '../sdk/v1/index.ts';
import type { ConflictLine, Verdict } from './answer.ts';
import { balances } from './answering-forces.ts';
import type { Balance, ForceLine } from './answering-forces.ts';
import type { GainTools } from './answering-gains.ts';
import { finite } from './restrictions.ts';
import type { AppliedConstraint } from './restrictions.ts';

export interface ExplainWish {
  /** Assets to ask for more of. */
  readonly assetIds: readonly string[];
  /** By how much, fraction of net asset value. */
  readonly increase: number;
}

export interface Explanation {
  readonly weights: readonly (Balance & {
    readonly assetId: string;
    readonly weight: number;
    readonly summary: string;
  })[];
  readonly increases: readonly IncreaseLine[];
  readonly costs: readonly CostLine[];
  /** Why something is not explained; empty when everything is. */
  readonly detail: string;
}

export interface IncreaseLine {
  readonly assetId: string;
  /** The weight asked for. */
  readonly weight: number;
  /** Rise of the objective, >= 0; absent when there is no such portfolio or none is known. */
  readonly cost?: number;
  readonly conflict: readonly ConflictLine[];
  readonly summary: string;
}

export interface CostLine {
  readonly constraintId: string;
  readonly name: string;
  readonly gain?: number;
  readonly gainUnbounded?: true;
  readonly summary: string;
}

export interface Questioned {
  readonly wish: ExplainWish;
  readonly problem: Problem;
  readonly solution: Solution;
  readonly answer: Answer;
  readonly constraints: readonly AppliedConstraint[];
  readonly tools: GainTools;
  readonly conflictOf: (restrictions: readonly Lowered[]) => readonly ConflictLine[];
}

/** What more of each asset asked for would cost; nothing for an answer that is not optimal. */
export function increasesOf(questioned: Questioned): readonly IncreaseLine[] {
  const { solution, wish } = questioned;
  return solution.termination.reason === 'optimal' ? wish.assetIds.map((id) => increaseOf(id, questioned)) : [];
}

/**
 * Only an optimal answer has a reason for each weight.
 *
 * @param verdicts with gains where they are known
 */
export function explanationOf(
  { solution, problem }: Pick<Questioned, 'solution' | 'problem'>,
  verdicts: readonly Verdict[],
  increases: readonly IncreaseLine[],
): Explanation {
  const none = { weights: [], increases: [], costs: [] };
  if (solution.termination.reason !== 'optimal')
    return {
      ...none,
      detail: `the answer is ${solution.termination.reason}, not optimal: its weights have no reason but that`,
    };
  return {
    weights: weightLines(problem, solution),
    increases,
    costs: costLines(verdicts, objectiveAt(problem, solution.weights)),
    detail:
      problem.integrality === undefined
        ? ''
        : 'forces and prices hold among portfolios that make the same choices (which assets are held, traded, or in which lots)',
  };
}

function weightLines(problem: Problem, { weights, multipliers }: Solution): Explanation['weights'] {
  return balances(problem, weights, multipliers).map((balance, position) => {
    const assetId = problem.universe.assets[position]!.id;
    return {
      assetId,
      weight: weights[position]!,
      ...balance,
      summary: summaryOf(assetId, weights[position]!, balance),
    };
  });
}

function summaryOf(assetId: string, weight: number, { forces }: Balance): string {
  const up = forces.find(({ pull }) => pull > 0);
  const down = forces.find(({ pull }) => pull < 0);
  const held = `${assetId} has ${percentage(weight)}`;
  if (up === undefined || down === undefined) return `${held}: nothing pulls at it`;
  return `${held}: ${named(up)} pulls it up by ${shortly(up.pull)} per unit of weight, ${named(down)} holds it down by ${shortly(-down.pull)}`;
}

const named = ({ kind, text }: ForceLine): string => (kind === 'constraint' ? text : kind);

/** Solves again with at least so much more of the asset. */
function increaseOf(assetId: string, questioned: Questioned): IncreaseLine {
  const { wish, problem, solution, answer, constraints, tools, conflictOf } = questioned;
  const position = problem.universe.assets.findIndex(({ id }) => id === assetId);
  const weight = solution.weights[position]! + wish.increase;
  const text = `${assetId} at least ${percentage(weight)}`;
  const origin = { constraint: 'question', name: 'the increase asked for', text, priority: 0 };
  const more: Lowered = { bounds: [{ position, lower: weight, upper: Infinity, origin }] };
  const restrictions = [...constraints.map(({ lowered }) => lowered), ...answer.added, more];
  const asked = { assetId, weight: finite(weight), conflict: [] };
  if (tools.interrupted()) return { ...asked, summary: `${text}: not looked into, the limits of the run were reached` };
  const again = compose(problem.universe, answer.objective, restrictions);
  const { termination, weights } = tools.solve(again, solution);
  if (termination.reason === 'infeasible') {
    const conflict = conflictOf(restrictions);
    const others = conflict
      .filter(({ constraintId }) => constraintId !== origin.constraint)
      .map((member) => member.text);
    return { ...asked, conflict, summary: `${text} is not possible together with ${others.join('; ')}` };
  }
  if (termination.limit !== undefined) return { ...asked, summary: `${text}: the limits of the run ended the search` };
  if (termination.reason !== 'optimal')
    return { ...asked, summary: `${text}: no portfolio was found (${termination.reason})` };
  const cost = finite(Math.max(0, objectiveAt(again, weights) - objectiveAt(problem, solution.weights)));
  return { ...asked, cost, summary: `${text} would raise the objective by ${shortly(cost)}` };
}

/** Gains below this share of the objective are what a solve leaves undone. */
const negligibleGain = 1e-8;

function costLines(verdicts: readonly Verdict[], objective: number): readonly CostLine[] {
  const lines = new Map<string, CostLine>();
  for (const { constraintId, name, gain, gainUnbounded } of verdicts) {
    if ((gain === undefined && gainUnbounded === undefined) || lines.has(constraintId)) continue;
    const summary = `without ${name} the objective would ${fallOf(gain, objective)}`;
    lines.set(constraintId, {
      constraintId,
      name,
      ...(gain === undefined ? {} : { gain }),
      ...(gainUnbounded === undefined ? {} : { gainUnbounded }),
      summary,
    });
  }
  return [...lines.values()].sort((one, other) => (other.gain ?? Infinity) - (one.gain ?? Infinity));
}

function fallOf(gain: number | undefined, objective: number): string {
  if (gain === undefined) return 'fall without end';
  return gain <= negligibleGain * Math.abs(objective) ? 'be the same' : `be lower by at least ${shortly(gain)}`;
}

const percentage = (weight: number): string => `${(100 * weight).toFixed(2)} %`;
const shortly = (value: number): string => value.toPrecision(4);
