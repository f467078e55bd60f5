/** The paper: what was measured, against what it should be. */
import type { BenchCase } from './bench-case.ts';
import { rounded } from './figure.ts';
import type { Circumstances, Kept } from './results.ts';
import { bounds, certificateShareMost, sameAnswer, sameAnswerIn, targets } from './targets.ts';
import type { Target } from './targets.ts';

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const head = (titles: readonly string[]): string[] => [row(titles), row(titles.map(() => '---'))];

/** As a share or as a multiple, whichever is easier to read. */
function times(ratio: number): string {
  return ratio < 1 ? `1/${rounded(Number((1 / ratio).toPrecision(3)))}` : Number(ratio.toPrecision(3)).toString();
}

/** The fastest that answers the same question as exactly as it matters. */
export function bestPeer(figures: readonly Kept[]): Kept | undefined {
  return figures
    .filter(({ case: name, peerValue, gap, violation = 0 }) => {
      const most = sameAnswerIn[name] ?? sameAnswer;
      const isSame = typeof gap === 'number' && Math.abs(gap) <= most && violation <= most;
      return typeof peerValue === 'number' && isSame;
    })
    .sort((left, right) => (left.peerValue ?? 0) - (right.peerValue ?? 0))[0];
}

interface Reached {
  readonly target: string;
  readonly isMet: boolean | undefined;
}

function reached(target: Target, figures: readonly Kept[]): Reached {
  const measured = figures.filter(({ metric }) => metric === target.metric);
  if (target.ratio !== undefined) {
    const ratio = bestPeer(measured)?.ratio;
    const isMet = typeof ratio === 'number' ? ratio <= target.ratio : measured.length > 0 ? true : undefined;
    return { target: times(target.ratio), isMet };
  }
  const value = measured[0]?.value;
  const { most, least } = target;
  const text = most !== undefined ? `${target.metric} <= ${rounded(most)}` : `${target.metric} >= ${rounded(least)}`;
  if (typeof value !== 'number') return { target: text, isMet: undefined };
  return { target: text, isMet: most !== undefined ? value <= most : value >= (least ?? -Infinity) };
}

const verdict = (isMet: boolean | undefined): string => (isMet === undefined ? '-' : isMet ? 'met' : '**missed**');

function solveRow(name: string, problem: string, figures: readonly Kept[]): string {
  const solves = figures.filter(({ metric }) => metric === 'solveMs');
  const best = bestPeer(solves);
  const share = figures.find(({ metric }) => metric === 'certificateShare')?.value;
  const ours = solves[0]?.value;
  const states = (targets[name] ?? []).map((target) => reached(target, figures));
  return row([
    name,
    problem,
    rounded(ours),
    best === undefined ? 'none gives this answer' : (best.peer ?? ''),
    best === undefined ? '' : rounded(best.peerValue),
    typeof best?.ratio === 'number' ? times(best.ratio) : '',
    states.map(({ target }) => target).join('; '),
    states.map(({ isMet }) => verdict(isMet)).join('; '),
    typeof share === 'number' ? `${(100 * share).toFixed(1)} %${share > certificateShareMost ? ' (high)' : ''}` : '',
  ]);
}

function otherRow(figure: Kept): string {
  const target = (targets[figure.case] ?? []).find(({ metric }) => metric === figure.metric);
  const state = target === undefined ? undefined : reached(target, [figure]);
  const { case: name, metric, value, unit, note } = figure;
  return row([
    name,
    metric,
    `${rounded(value)} ${unit}`,
    state?.target ?? '',
    state === undefined ? '' : verdict(state.isMet),
    note ?? '',
  ]);
}

const exponent = (gap: number | null | undefined): string =>
  gap === null || gap === undefined ? '' : gap === 0 ? '0' : gap.toExponential(0);

/** One line for each peer, also for those that could not. */
function peerRow({ case: name, peer = '', peerValue, ratio, gap, note }: Kept): string {
  return row([
    name,
    peer,
    typeof peerValue === 'number' ? rounded(peerValue) : '-',
    typeof ratio === 'number' ? times(ratio) : '',
    exponent(gap),
    note ?? '',
  ]);
}

/** The whole paper. `figures` are in the order of the cases. */
export function drawn(cases: readonly BenchCase[], figures: readonly Kept[], about: Circumstances): string {
  const of = (name: string): readonly Kept[] => figures.filter((figure) => figure.case === name);
  const isSolve = ({ metric, peer }: Kept): boolean => metric === 'solveMs' && peer !== undefined;
  const solves = cases.filter(({ name }) => of(name).some(isSolve));
  const hidden = new Set(['certificateShare', 'certifiedGap']);
  const others = figures.filter((figure) => !isSolve(figure) && !hidden.has(figure.metric));
  const missed = cases.filter(({ name }) =>
    (targets[name] ?? []).some((target) => reached(target, of(name)).isMet === false),
  );
  const looser = Object.entries(sameAnswerIn)
    .map(([name, most]) => `${most.toExponential(0)} in ${name}`)
    .join(', ');
  const dates = [...new Set(figures.map(({ date }) => date))].sort();
  const from = dates[0] ?? about.date;
  const measured = from === about.date ? about.date : `${from} to ${about.date}`;
  return `${[
    '# What the bench measured',
    '',
    `Written by \`npm run bench\` (${measured}). ${about.machine}; ${about.runtime}; one thread. Median of at least five runs, ours and`,
    "theirs in turn; the peers' own set-up is not counted, ours is. The best peer is the fastest whose objective is within",
    `${sameAnswer.toExponential(0)} of ours and whose point keeps every restriction as closely (${looser}); the last table has them all.`,
    '',
    `Peers: ${about.peers.join(', ')}.`,
    '',
    '## Solving',
    '',
    ...head(['case', 'problem', 'ours, ms', 'best peer', 'its ms', 'ratio', 'target', '', 'check / solve']),
    ...solves.map(({ name, problem }) => solveRow(name, problem, of(name))),
    '',
    ...(missed.length === 0
      ? []
      : [
          '## What bounds a miss',
          '',
          ...missed.map(({ name }) => `- **${name}**: ${bounds[name] ?? 'not yet looked into'}`),
          '',
        ]),
    ...(others.length === 0
      ? []
      : [
          '## Everything else',
          '',
          ...head(['case', 'metric', 'value', 'target', '', 'note']),
          ...others.map(otherRow),
          '',
        ]),
    '## Every peer',
    '',
    'Ratio: ours divided by theirs. Gap: relative difference of their objective from ours, below 0 where theirs is lower.',
    '',
    ...head(['case', 'peer', 'ms', 'ratio', 'gap', 'note']),
    ...figures.filter((figure) => isSolve(figure) && figure.peer !== undefined).map(peerRow),
  ].join('\n')}\n`;
}
