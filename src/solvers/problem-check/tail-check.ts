/** Scenario tails, in limits and in the objective. */
import type { Problem, TailMeasure } from '../../problem/problem.ts';
import { finite, type Report } from './report.ts';

const kinds: readonly string[] = ['cvar', 'drawdown', 'mean-absolute-deviation'] satisfies TailMeasure['kind'][];
/** Probabilities add up to 1 but for rounding. */
const probabilityRounding = 1e-9;

/** Scenarios are shared by many problems, and never changed: what was found finite stays so. */
const sound = new WeakSet<Float64Array>();

export function checkTails({ tails, tailTerms }: Problem, n: number, report: Report): void {
  tails.forEach((tail, k) => {
    checkMeasure(tail, n, `tails[${k}]`, report);
    if (!(tail.bound > -Infinity)) report(`tails[${k}].bound`, `must be a number above -Infinity; got ${tail.bound}`);
  });
  tailTerms?.forEach((term, k) => {
    checkMeasure(term, n, `tailTerms[${k}]`, report);
    if (!(term.weight >= 0 && term.weight < Infinity))
      report(`tailTerms[${k}].weight`, `must be finite and not negative; got ${term.weight}`);
  });
}

function checkMeasure(measure: TailMeasure, n: number, field: string, report: Report): void {
  const { kind, scenarios, probabilities, level, centre } = measure;
  if (!kinds.includes(kind)) report(`${field}.kind`, `must be one of ${kinds.join(', ')}; got ${kind}`);
  if (scenarios.length === 0 || scenarios.length % n !== 0)
    report(`${field}.scenarios`, `must be whole scenarios of ${n} results; has ${scenarios.length} entries`);
  if (!sound.has(scenarios) && finite(scenarios, scenarios.length, `${field}.scenarios`, report)) sound.add(scenarios);
  if (probabilities !== undefined) {
    if (kind === 'drawdown')
      report(`${field}.probabilities`, 'must be absent: the scenarios of a drawdown follow each other');
    checkProbabilities(probabilities, Math.floor(scenarios.length / n), `${field}.probabilities`, report);
  }
  if (kind === 'mean-absolute-deviation') {
    if (level !== 0) report(`${field}.level`, `must be 0 for a mean absolute deviation; got ${level}`);
  } else if (!(level >= 0 && level <= 1)) report(`${field}.level`, `must lie between 0 and 1; got ${level}`);
  if (centre !== undefined) finite(centre, n, `${field}.centre`, report);
}

function checkProbabilities(probabilities: Float64Array, count: number, field: string, report: Report): void {
  if (!finite(probabilities, count, field, report)) return;
  const position = probabilities.findIndex((value) => !(value > 0));
  if (position >= 0) report(`${field}[${position}]`, `must be positive; got ${probabilities[position]!}`);
  const total = probabilities.reduce((sum, value) => sum + value, 0);
  if (!(Math.abs(total - 1) <= probabilityRounding)) report(field, `must add up to 1; they add up to ${total}`);
}
