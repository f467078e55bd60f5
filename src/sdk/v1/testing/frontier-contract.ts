/** What a strategy's efficient frontier must keep. A strategy without one is legitimate, and shows as pending. */
import { EMPTY } from 'rxjs';

import { difference, dot } from '../../../math/vectors.ts';
import type { Quadratic } from '../../../problem/problem.ts';
import type { JsonObject } from '../../../values/json.ts';
import { quadraticForm } from '../operators.ts';
import type { Answer, Strategy } from '../strategy.ts';
import { distance, ensure } from './framework.ts';
import { referenceMarket } from './reference-market.ts';
import { eventsOf, referenceTask } from './reference-task.ts';
import type { Engine, Setting } from './reference-task.ts';
import { certified } from './run-contract.ts';
import type { RunContract } from './run-contract.ts';

const points = 7;

export function frontierContract({ framework, engine, strategy, parameters, strategies }: RunContract): void {
  const settings = parameters.map((set) => ({ parameters: set, ...(strategies === undefined ? {} : { strategies }) }));
  if (strategy.frontier === undefined) {
    framework.it('streams no frontier: the strategy does not offer one');
    return;
  }
  framework.it(`streams ${points} certified points from the least risk to the most return`, async () => {
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
}

async function checkFrontier(
  strategy: Strategy,
  set: Pick<Setting<JsonObject>, 'parameters' | 'strategies'>,
  engine: Engine,
): Promise<readonly Answer[]> {
  const market = referenceMarket();
  const { expectedReturns } = market.estimates;
  const events = await eventsOf(strategy.frontier?.(referenceTask(engine, { ...market, ...set }), points) ?? EMPTY);
  const answers = events.flatMap((event) => (event.kind === 'point' ? [event.answer] : []));
  ensure(answers.length === points, `gave ${answers.length} points`);
  ensure(events.at(-1)?.kind === 'solution', 'the solution was not the last event');
  ensure(events.filter((event) => event.kind === 'solution').length === 1, 'there was more than one solution');
  for (const answer of answers) certified(engine, market, answer);
  const quadratics = answers[0]?.objective.quadratics ?? [];
  if (quadratics.length === 0 || expectedReturns === undefined) return answers;
  const risks = answers.map(({ solution }) => riskOf(quadratics, solution.weights));
  const returns = answers.map(({ solution }) => dot(expectedReturns, solution.weights));
  for (let point = 1; point < points; point++) {
    ensure(risks[point]! >= risks[point - 1]! - 1e-7, `risk falls at point ${point + 1}`);
    ensure(returns[point]! >= returns[point - 1]! - 1e-7, `return falls at point ${point + 1}`);
  }
  return answers;
}

/** Volatility, tracking error or whatever else the first point minimizes. */
function riskOf(quadratics: readonly Quadratic[], weights: Float64Array): number {
  const risk = ({ scale, operator, centre }: Quadratic): number =>
    scale * quadraticForm(operator, difference(weights, centre));
  return Math.sqrt(quadratics.reduce((total, quadratic) => total + risk(quadratic), 0));
}
