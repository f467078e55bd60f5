/** What a strategy's efficient frontier must keep. A strategy without one is legitimate, and says what to ask for instead. */
import { EMPTY } from 'rxjs';

import { difference, dot } from '../../../math/vectors.ts';
import type { JsonObject } from '../../../values/json.ts';
import { quadraticForm } from '../operators.ts';
import type { Answer, FrontierMeasure, Strategy } from '../strategy.ts';
import { distance, ensure } from './framework.ts';
import { referenceMarket } from './reference-market.ts';
import type { ReferenceMarket } from './reference-market.ts';
import { eventsOf, referenceTask } from './reference-task.ts';
import type { Engine, Setting } from './reference-task.ts';
import { certified } from './run-contract.ts';
import type { RunContract } from './run-contract.ts';

const points = 7;

export function frontierContract({ framework, engine, strategy, parameters, strategies }: RunContract): void {
  const settings = parameters.map((set) => ({ parameters: set, ...(strategies === undefined ? {} : { strategies }) }));
  const { frontierAlong = 'return' } = strategy;
  if (strategy.frontier === undefined) {
    framework.it('streams no frontier, describes none, and says what to ask for instead', () => {
      const described = (['frontierNeeds', 'frontierAgainst', 'frontierAgainstWith', 'frontierAlong'] as const).filter(
        (name) => strategy[name] !== undefined,
      );
      ensure(described.length === 0, `has no frontier, but ${described.join(', ')}`);
      ensure(strategy.noFrontier?.trim() !== '', 'noFrontier is empty: say why, or leave it out');
    });
    return;
  }
  framework.it(`streams ${points} certified points from the least risk to the most ${frontierAlong}`, async () => {
    for (const set of settings) await checkFrontier(strategy, set, engine);
  });
  framework.it('streams the same points whether its host traces frontiers or solves point by point', async () => {
    const pointwise: Engine = {
      solve: (...given) => engine.solve(...given),
      faults: (...given) => engine.faults(...given),
    };
    for (const set of settings) {
      const traced = await checkFrontier(strategy, set, engine);
      const solved = await checkFrontier(strategy, set, pointwise);
      const apart = traced.map(({ solution }, k) => distance(solution.weights, solved[k]!.solution.weights));
      ensure(Math.max(...apart) <= 1e-6, `weights of a point differ by ${Math.max(...apart)}`);
    }
  });
  framework.it('goes on from a later point as if it had not been interrupted, bit for bit', async () => {
    for (const set of settings) {
      const [whole, rest] = [await pointsOf(strategy, set, engine), await pointsOf(strategy, set, engine, later)];
      ensure(rest.length === points - later, `gave ${rest.length} points from point ${later} of ${points} on`);
      for (const [k, { answer, index }] of rest.entries()) {
        ensure((index ?? later + k) === later + k, `point ${later + k} is told as point ${index}`);
        const apart = distance(answer.solution.weights, whole[later + k]!.answer.solution.weights);
        ensure(apart === 0, `weights of point ${later + k} differ by ${apart}`);
      }
    }
  });
}

/** Where the frontier goes on after an interruption. */
const later = 3;

type Tested = Pick<Setting<JsonObject>, 'parameters' | 'strategies'>;

async function pointsOf(strategy: Strategy, set: Tested, engine: Engine, first?: number) {
  const task = referenceTask(engine, { ...referenceMarket(), ...set });
  const events = await eventsOf(strategy.frontier?.(task, points, first) ?? EMPTY);
  return events.filter((event) => event.kind === 'point');
}

async function checkFrontier(strategy: Strategy, set: Tested, engine: Engine): Promise<readonly Answer[]> {
  const market = referenceMarket();
  const { expectedReturns } = market.estimates;
  const events = await eventsOf(strategy.frontier?.(referenceTask(engine, { ...market, ...set }), points) ?? EMPTY);
  const answers = events.flatMap((event) => (event.kind === 'point' ? [event.answer] : []));
  ensure(answers.length === points, `gave ${answers.length} points`);
  ensure(events.at(-1)?.kind === 'solution', 'the solution was not the last event');
  ensure(events.filter((event) => event.kind === 'solution').length === 1, 'there was more than one solution');
  for (const answer of answers) certified(engine, market, answer);
  if (expectedReturns === undefined) return answers;
  const returns = answers.map(({ solution }) => dot(expectedReturns, solution.weights));
  const against = strategy.frontierAgainstWith?.(set.parameters) ?? strategy.frontierAgainst ?? 'volatility';
  const risks = answers.map(({ solution }) => riskOf(against, market, solution.weights));
  const isAlongReturn = strategy.frontierAlong === undefined;
  for (let point = 1; point < points; point++) {
    const rises = returns[point]! >= returns[point - 1]! - 1e-7;
    ensure(rises || !isAlongReturn, `return falls at point ${point + 1}`);
    const [before, after] = [risks[point - 1], risks[point]];
    ensure(before === undefined || after! >= before - 1e-7, `risk falls at point ${point + 1}`);
  }
  return answers;
}

/** What the frontier is against, of one point; undefined where its definition is up to the parameters of the strategy. */
function riskOf(
  against: FrontierMeasure,
  { situation, estimates }: ReferenceMarket,
  weights: Float64Array,
): number | undefined {
  const { covariance } = estimates;
  const deviation = (centre?: Float64Array): number | undefined =>
    covariance === undefined ? undefined : Math.sqrt(quadraticForm(covariance, difference(weights, centre)));
  switch (against) {
    case 'volatility':
      return deviation();
    case 'tracking-error':
      return deviation(situation.benchmark);
    case 'turnover':
      return difference(weights, situation.current).reduce((sum, trade) => sum + Math.abs(trade), 0) / 2;
    case 'cvar':
      return undefined;
  }
}
