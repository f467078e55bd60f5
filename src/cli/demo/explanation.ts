import { OptimizationServiceService as optimizations } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { ReplayOutcome } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { explanationLines } from '../display/explanation.ts';
import type { Connection } from '../wire/connection.ts';
import type { Solved } from './optimization.ts';
import type { Stage } from './stage.ts';

const weightsShown = 6;
const residualMax = 1e-6;

/** Asks why the weights are what they are, and whether the run gives the same bytes when it is solved anew. */
export async function explainWeights(stage: Stage, connection: Connection, { name, result }: Solved): Promise<void> {
  stage.section('The answer explains itself, and is solved again');
  const held = result.weights.toSorted((a, b) => b.weight - a.weight);
  const assetIds = held.slice(0, 1).map(({ assetId }) => assetId);
  const response = await connection.reply(optimizations.explainOptimization, {
    name,
    request: undefined,
    assetIds,
    increase: 0,
  });
  const largest = new Set(held.slice(0, weightsShown).map(({ assetId }) => assetId));
  const shown = response.weights.filter(({ assetId }) => largest.has(assetId));
  stage.say(...explanationLines({ ...response, weights: shown }, stage.width, stage.terminal.paint), '...');
  const worst = Math.max(...response.weights.map(({ residual }) => Math.abs(residual)));
  stage.check('what pulls at each weight is in balance', response.weights.length > 0 && worst <= residualMax);
  let outcome: ReplayOutcome | undefined;
  for await (const { event } of connection.stream(optimizations.replayOptimization, { name }))
    if (event?.$case === 'outcome') outcome = event.value;
  stage.check('solved again from its recorded prices, it gives the same bytes', outcome?.identical === true);
}
