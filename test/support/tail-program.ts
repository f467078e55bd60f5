/** A problem with scenario tails written out as one linear or quadratic program in CPLEX LP format, every scenario with its own variables. */
import type { Problem, TailMeasure } from '../../src/problem/problem.ts';

class ProgramText {
  readonly objective: string[] = [];
  readonly rows: string[] = [];
  readonly free: string[] = [];
  readonly bounds: string[] = [];
  private count = 0;

  name(prefix: string): string {
    return `${prefix}${this.count++}`;
  }

  row(terms: readonly string[], relation: string, right: number): void {
    this.rows.push(`${this.name('c')}: ${terms.join(' ')} ${relation} ${right}`);
  }
}

function term(value: number, name: string): string {
  return `${value < 0 ? '-' : '+'} ${Math.abs(value)} ${name}`;
}

/** Terms of factor * sum_i coefficients_i w_i. */
function linear(coefficients: ArrayLike<number>, factor = 1): string[] {
  return Array.from(coefficients, (value, i) => (value === 0 ? '' : term(factor * value, `w${i}`))).filter(Boolean);
}

/** Terms worth the measure when minimized or bounded from above, and their constant. */
function measureTerms(text: ProgramText, measure: TailMeasure, n: number): string[] {
  const { scenarios, kind, level, centre } = measure;
  const count = scenarios.length / n;
  const probability = (s: number): number => measure.probabilities?.[s] ?? 1 / count;
  const row = (s: number): Float64Array => scenarios.subarray(s * n, (s + 1) * n);
  const at = (coefficients: Float64Array): number =>
    coefficients.reduce((total, value, i) => total + value * (centre?.[i] ?? 0), 0);
  if (kind === 'mean-absolute-deviation') {
    const mean = new Float64Array(n);
    for (let s = 0; s < count; s++) row(s).forEach((value, i) => (mean[i] = mean[i]! + probability(s) * value));
    return Array.from({ length: count }, (_, s) => {
      const apart = row(s).map((value, i) => value - mean[i]!);
      const size = text.name('a');
      for (const sign of [1, -1]) text.row([term(1, size), ...linear(apart, -sign)], '>=', -sign * at(apart));
      return term(probability(s), size);
    });
  }
  const losses: string[] = [];
  if (kind === 'cvar') {
    for (let s = 0; s < count; s++) {
      const loss = text.name('l');
      text.free.push(loss);
      text.row([term(1, loss), ...linear(row(s))], '=', at(row(s)));
      losses.push(loss);
    }
  } else {
    let before = '';
    const sums: string[] = [];
    for (let s = 0; s < count; s++) {
      const sum = text.name('s');
      text.free.push(sum);
      const last = sums.at(-1);
      text.row(
        [term(1, sum), ...(last === undefined ? [] : [term(-1, last)]), ...linear(row(s), -1)],
        '=',
        -at(row(s)),
      );
      sums.push(sum);
      const peak = text.name('p');
      text.row([term(1, peak), term(-1, sum)], '>=', 0);
      if (before !== '') text.row([term(1, peak), term(-1, before)], '>=', 0);
      before = peak;
      const loss = text.name('l');
      text.row([term(1, loss), term(-1, peak), term(1, sum)], '>=', 0);
      losses.push(loss);
    }
  }
  if (level === 0) return losses.map((loss, s) => term(probability(s), loss));
  const threshold = text.name('z');
  text.free.push(threshold);
  if (level === 1) {
    for (const loss of losses) text.row([term(1, threshold), term(-1, loss)], '>=', 0);
    return [term(1, threshold)];
  }
  const excesses = losses.map((loss, s) => {
    const excess = text.name('u');
    text.row([term(1, excess), term(-1, loss), term(1, threshold)], '>=', 0);
    return term(probability(s) / (1 - level), excess);
  });
  return [term(1, threshold), ...excesses];
}

/** sum buy (w - centre)+ + sell (centre - w)+. */
function tradedTerms(
  text: ProgramText,
  { centre, buyRate, sellRate }: { centre: Float64Array; buyRate: Float64Array; sellRate: Float64Array },
): string[] {
  return [...centre.keys()].flatMap((i) => {
    const cost = text.name('t');
    text.free.push(cost);
    text.row([term(1, cost), term(-buyRate[i]!, `w${i}`)], '>=', -buyRate[i]! * centre[i]!);
    text.row([term(1, cost), term(sellRate[i]!, `w${i}`)], '>=', sellRate[i]! * centre[i]!);
    return [term(1, cost)];
  });
}

/** Takes dense quadratic terms without centre; no norms, impact or pieces. */
export function tailProgramText(problem: Problem): string {
  const n = problem.lower.length;
  const text = new ProgramText();
  text.objective.push(...linear(problem.linear, -1));
  for (const { weight, ...measure } of problem.tailTerms ?? []) {
    const value = text.name('m');
    text.free.push(value);
    text.row([term(-1, value), ...measureTerms(text, measure, n)], '<=', 0);
    text.objective.push(term(weight, value));
  }
  for (const { bound, ...measure } of problem.tails) text.row(measureTerms(text, measure, n), '<=', bound);
  if (problem.trading !== undefined)
    text.objective.push(...tradedTerms(text, { ...problem.trading, centre: problem.trading.current }));
  for (const limit of problem.tradeLimits) text.row(tradedTerms(text, limit), '<=', limit.bound);
  for (const { positions, coefficients, lower, upper } of problem.rows) {
    const terms = Array.from(positions, (position, k) => term(coefficients[k]!, `w${position}`));
    if (lower === upper) text.row(terms, '=', lower);
    else {
      if (lower > -Infinity) text.row(terms, '>=', lower);
      if (upper < Infinity) text.row(terms, '<=', upper);
    }
  }
  const products: string[] = [];
  for (const { scale, operator } of problem.quadratics)
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        const entry = operator.kind === 'dense' ? operator.entries[i * n + j]! : NaN;
        if (entry !== 0)
          products.push(i === j ? term(scale * entry, `w${i} ^2`) : term(2 * scale * entry, `w${i} * w${j}`));
      }
  const quadratic = products.length > 0 ? ` + [ ${products.join(' ')} ] / 2` : '';
  const side = (value: number): string => (value === Infinity ? 'inf' : value === -Infinity ? '-inf' : String(value));
  const bounds = Array.from(problem.lower, (lower, i) => `${side(lower)} <= w${i} <= ${side(problem.upper[i]!)}`);
  bounds.push(...text.free.map((name) => `${name} free`));
  const objective = text.objective.length > 0 ? text.objective.join(' ') : '0 w0';
  return `Minimize\n obj: ${objective}${quadratic}\nSubject To\n ${text.rows.join('\n ')}\nBounds\n ${bounds.join('\n ')}\nEnd\n`;
}
