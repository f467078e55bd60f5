/** Explanations as people read them. */
import type {
  ExplainOptimizationResponse,
  WeightExplanation,
  WeightForce,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { figure, percent } from './figures.ts';
import { headline, terminationText } from './result.ts';
import { table, wrapped } from './table.ts';
import type { Paint } from './terminal.ts';

const weightTolerance = 5e-7;
const forcesMax = 3;

/** Held weights and those that something holds down, with what pulls at them. */
export function explanationLines(response: ExplainOptimizationResponse, width: number, paint: Paint): string[] {
  const { result, weights, increases, costs, detail } = response;
  const lines = result === undefined ? [] : [`${terminationText(result)}: ${headline(result)}`];
  if (detail !== '') lines.push(...wrapped(detail, width));
  const held = weights
    .filter(({ weight }) => Math.abs(weight) > weightTolerance)
    .toSorted((a, b) => b.weight - a.weight);
  if (held.length > 0) {
    lines.push('', paint.bold('Why these weights (pull: fall of the objective per unit of weight)'));
    lines.push(
      ...table(
        [{ title: 'asset' }, { title: 'weight', align: 'right' }, { title: 'up' }, { title: 'down' }],
        held.map(row),
        width,
        paint.bold,
      ),
    );
    const zero = weights.length - held.length;
    if (zero > 0) lines.push(`${String(zero)} more ${zero === 1 ? 'asset is' : 'assets are'} at 0`);
  }
  if (increases.length > 0) {
    lines.push('', paint.bold('Why not more'));
    for (const { summary } of increases) lines.push(...wrapped(summary, width));
  }
  if (costs.length > 0) {
    lines.push('', paint.bold('What constraints cost'));
    for (const { summary } of costs) lines.push(...wrapped(summary, width));
  }
  return lines;
}

function row({ assetId, weight, forces }: WeightExplanation): string[] {
  const side = (pulls: (pull: number) => boolean): string =>
    forces
      .filter(({ pull }) => pulls(pull))
      .slice(0, forcesMax)
      .map(shown)
      .join(', ');
  return [assetId, percent(weight), side((pull) => pull > 0), side((pull) => pull < 0)];
}

function shown({ kind, text, pull }: WeightForce): string {
  return `${kind === 'constraint' ? text : kind} ${figure(Math.abs(pull), 3)}`;
}
