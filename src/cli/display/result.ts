/** An answer as people read it: figures, weights, the certificate constraint by constraint, or the conflict. */
import { TerminationLimit, TerminationReason } from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type {
  Certificate,
  Conflict,
  ConflictRepair,
  ConstraintVerdict,
  OptimizationResult,
  Relaxation,
} from '../../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { bar } from './bar.ts';
import { counted, elapsed, figure, percent, residual, signedPercent } from './figures.ts';
import { strategyReportLines } from './strategy-report.ts';
import { table, wrapped } from './table.ts';
import type { Paint } from './terminal.ts';

const verdictsMax = 24;
const slackWidthMin = 100;
const weightTolerance = 5e-7;

const spoken = (name: string, prefix: string): string => name.slice(prefix.length).toLowerCase().replaceAll('_', ' ');

const nameIn = (values: Readonly<Record<string, string | number>>, value: number): string =>
  Object.entries(values).find(([, number]) => number === value)?.[0] ?? '';

/** "optimal", "feasible (time limit)". */
export function terminationText({ termination, limit }: Pick<OptimizationResult, 'termination' | 'limit'>): string {
  const reason = spoken(nameIn(TerminationReason, termination), 'TERMINATION_REASON_');
  if (limit === TerminationLimit.TERMINATION_LIMIT_UNSPECIFIED) return reason;
  const stopped = spoken(nameIn(TerminationLimit, limit), 'TERMINATION_LIMIT_');
  return `${reason} (stopped: ${stopped === 'interrupted' ? stopped : `${stopped} limit`})`;
}

/** One line: return, volatility, Sharpe ratio, tracking error, CVaR of a scenario, turnover, cash. */
export function headline(result: OptimizationResult): string {
  const parts = [
    result.expectedReturnAnnual === undefined ? '' : `return ${percent(result.expectedReturnAnnual)} a year`,
    result.volatilityAnnual === undefined ? '' : `volatility ${percent(result.volatilityAnnual)} a year`,
    result.sharpeRatio === undefined ? '' : `Sharpe ratio ${figure(result.sharpeRatio, 4)}`,
    result.trackingErrorAnnual === undefined ? '' : `tracking error ${percent(result.trackingErrorAnnual)} a year`,
    result.cvar === undefined ? '' : `CVaR ${percent(result.cvar)} at 95 %`,
    `turnover ${percent(result.turnoverHalfSum)}`,
    `cash ${percent(result.cashWeight)}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** Weights that are or were held, largest first. */
export function weightLines(result: OptimizationResult, width: number, paint: Paint): string[] {
  const held = result.weights
    .filter(
      ({ weight, currentWeight }) => Math.abs(weight) > weightTolerance || Math.abs(currentWeight) > weightTolerance,
    )
    .toSorted((a, b) => b.weight - a.weight);
  if (held.length === 0) return [];
  const most = Math.max(...held.map(({ weight }) => Math.abs(weight)));
  const rows = held.map(({ assetId, weight, currentWeight }) => [
    assetId,
    percent(weight),
    percent(currentWeight),
    signedPercent(weight - currentWeight),
    bar(Math.abs(weight) / most, 20, ' ').trimEnd(),
  ]);
  const columns = [
    { title: 'asset' },
    { title: 'weight', align: 'right' },
    { title: 'before', align: 'right' },
    { title: 'change', align: 'right' },
    { title: '' },
  ] as const;
  return table(columns, rows, width, paint.bold);
}

/** Fractions and volatilities read as percent; anything else as a number with its unit. */
function inUnit(value: number, unit: string): string {
  return /fraction|volatility|return|tracking error/.test(unit) ? percent(value) : `${figure(value)} ${unit}`;
}

/** The bounds that were used: those of a constraint that was relaxed are its relaxed ones. */
function boundText({ relaxedLower, relaxedUpper, unit, ...stated }: ConstraintVerdict): string {
  const [lower, upper] = [relaxedLower ?? stated.lower, relaxedUpper ?? stated.upper];
  const low = lower === undefined ? '' : inUnit(lower, unit);
  const high = upper === undefined ? '' : inUnit(upper, unit);
  if (low !== '' && low === high) return `= ${low}`;
  if (low !== '' && high !== '') return `${low} .. ${high}`;
  return low === '' ? `<= ${high}` : `>= ${low}`;
}

/** "broken", "relaxed", "binding" or "holds", in its colour. */
function markOf(verdict: ConstraintVerdict, tolerance: number, paint: Paint): string {
  if (verdict.relaxedLower !== undefined || verdict.relaxedUpper !== undefined) return paint.yellow('relaxed');
  if (verdict.slack < -tolerance) return verdict.penalty === undefined ? paint.red('broken') : paint.yellow('paid for');
  return verdict.slack < 1e-6 ? paint.yellow('binding') : paint.green('holds');
}

/** Tight ones first, gains or prices instead of slacks where there are any, for want of room; of many equal kinds only the tightest are shown, and how many are not. */
export function verdictLines(certificate: Certificate, width: number, paint: Paint, most = verdictsMax): string[] {
  const verdicts = certificate.constraints.toSorted((a, b) => a.slack - b.slack);
  const shown = verdicts.slice(0, most);
  const hasPrices = shown.some(({ shadowPrice = 0 }) => shadowPrice > 0);
  const hasGains = shown.some(({ gainWithout, gainUnbounded }) => gainWithout !== undefined || gainUnbounded);
  // Prices need room too, and a slack is the difference of two figures that stand there.
  const hasSlacks = !hasGains && (!hasPrices || width >= slackWidthMin);
  const rows = shown.map((verdict) => {
    const slack = inUnit(verdict.slack, verdict.unit).replace(/^-(0\.00 %)$/, '$1');
    return [
      verdict.text,
      inUnit(verdict.value, verdict.unit),
      boundText(verdict),
      ...(hasSlacks ? [slack] : []),
      ...(hasPrices ? [priceText(verdict)] : []),
      ...(hasGains ? [gainText(verdict)] : []),
      markOf(verdict, certificate.tolerance, paint),
    ];
  });
  const columns = [
    { title: 'constraint' },
    { title: 'value', align: 'right' },
    { title: 'bound', align: 'right' },
    ...(hasSlacks ? ([{ title: 'slack', align: 'right' }] as const) : []),
    ...(hasPrices ? ([{ title: 'shadow price', align: 'right' }] as const) : []),
    ...(hasGains ? ([{ title: 'gain without', align: 'right' }] as const) : []),
    { title: '', flexible: false },
  ] as const;
  const hidden = verdicts.length - shown.length;
  const rest =
    hidden > 0
      ? [paint.dim(`and ${counted(hidden, 'part')} of constraints with more slack, all within their bounds`)]
      : [];
  return [...table(columns, rows, width, paint.bold), ...rest];
}

/** What the objective gains per unit of the bound; empty where it gains nothing. */
function priceText({ shadowPrice = 0 }: ConstraintVerdict): string {
  return shadowPrice > 0 ? figure(shadowPrice, 4) : '';
}

/** What the objective gains at least without the whole constraint; empty where nobody asked or nothing binds. */
function gainText({ gainWithout, gainUnbounded }: ConstraintVerdict): string {
  if (gainUnbounded) return 'unbounded';
  return gainWithout === undefined ? '' : figure(gainWithout, 4);
}

/** One line: passed or not, and the residuals against the tolerance. */
export function certificateLine(certificate: Certificate, paint: Paint): string {
  const verdict = certificate.passed ? paint.green('passed') : paint.red('FAILED');
  const { primalResidual, dualResidual, gap, tolerance } = certificate;
  return `certificate ${verdict}: primal ${residual(primalResidual)}, dual ${residual(dualResidual)}, gap ${residual(gap)} (tolerance ${residual(tolerance)}, relative)`;
}

/** A heading and each change in words; nothing when there is none. */
function changes(
  heading: string,
  lines: readonly (ConflictRepair | Relaxation)[],
  width: number,
  paint: Paint,
): readonly string[] {
  if (lines.length === 0) return [];
  const told = lines.map(
    ({ description, displayName, constraintId }) =>
      `  ${description}  ${paint.dim(`(${displayName || constraintId})`)}`,
  );
  return [...wrapped(heading, width).map(paint.bold), ...told];
}

/** The restrictions that cannot hold together. */
export function conflictLines(conflict: Conflict, width: number, paint: Paint): string[] {
  const proof = conflict.proofVerified ? 'the proof was verified independently' : 'the proof could not be verified';
  return [
    ...wrapped(`These cannot hold together; dropping any one of them resolves the conflict (${proof}):`, width).map(
      paint.bold,
    ),
    ...conflict.members.map(
      ({ displayName, constraintId, text }) => `  ${text}  ${paint.dim(`(${displayName || constraintId})`)}`,
    ),
    ...(conflict.contradictions.length > 1
      ? [
          paint.bold('Seen without solving, each by itself enough:'),
          ...conflict.contradictions.flatMap(({ text }) => wrapped(`  ${text}`, width)),
        ]
      : []),
    ...changes('The cheapest change with which a portfolio exists:', conflict.repairs, width, paint),
  ];
}

/** What gave way by priority, if anything did. */
export function relaxationLines({ relaxations }: OptimizationResult, width: number, paint: Paint): readonly string[] {
  return changes('No portfolio satisfies every constraint; relaxed by priority:', relaxations, width, paint);
}

/** The whole answer. */
export function resultLines(result: OptimizationResult, width: number, paint: Paint): string[] {
  const solved = result.termination === TerminationReason.TERMINATION_REASON_OPTIMAL;
  const shade = solved ? paint.green : paint.yellow;
  const head = `${shade(terminationText(result))} after ${counted(Number(result.iterations), 'iteration')} in ${elapsed(Number(result.elapsedMs))}`;
  const detail = solved || result.detail === '' ? [] : wrapped(result.detail, width);
  const certificate =
    result.certificate === undefined
      ? []
      : [
          '',
          ...verdictLines(result.certificate, width, paint),
          ...wrapped(certificateLine(result.certificate, paint), width),
        ];
  return [
    head,
    ...detail,
    ...(result.weights.length === 0
      ? []
      : [...wrapped(headline(result), width), '', ...weightLines(result, width, paint), ...certificate]),
    ...(result.strategyReport === undefined ? [] : ['', ...strategyReportLines(result.strategyReport, width, paint)]),
    ...(result.conflict === undefined ? [] : ['', ...conflictLines(result.conflict, width, paint)]),
    ...relaxationLines(result, width, paint),
    ...(result.unexplainedConstraints.length === 0
      ? []
      : wrapped(`gain not known without: ${result.unexplainedConstraints.join(', ')}`, width)),
    ...scenarioViewsLines(result, width),
    ...result.repairs.map(({ description, magnitude }) => `repaired: ${description} (${figure(magnitude)})`),
    ...(result.provenance === undefined ? [] : wrapped(provenanceLine(result.provenance), width).map(paint.dim)),
  ];
}

/** What views on scenarios did to their probabilities; nothing without such views. */
function scenarioViewsLines(result: OptimizationResult, width: number): string[] {
  const { effectiveScenarios: effective, scenarioViewsEntropy: entropy } = result;
  if (effective === undefined || entropy === undefined) return [];
  const text = `the scenario views leave ${figure(effective)} effective scenarios, relative entropy ${figure(entropy)}`;
  return wrapped(text, width);
}

function provenanceLine(provenance: NonNullable<OptimizationResult['provenance']>): string {
  const { strategy, solver, pricesAsOf, inputDigest } = provenance;
  const prices = pricesAsOf === '' ? '' : `, prices to ${pricesAsOf}`;
  return `${strategy}, solver ${solver}${prices}, input ${inputDigest.slice(0, 12)}`;
}
