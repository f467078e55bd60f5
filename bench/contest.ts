/** Ours against peers on one problem: a round is one run of each, so that a noisy machine is noisy for all of them alike. */
import { median, report } from './figure.ts';

export type Results = Readonly<Record<string, readonly number[] | string>>;

export type PeerRun = {
  readonly milliseconds?: number;
  readonly results?: Results;
  readonly error?: string;
};

export interface Peer {
  readonly name: string;
  run(): PeerRun | Promise<PeerRun>;
}

export interface Judgement {
  /** Relative difference of the peer's objective from ours; below 0 where it is better. */
  readonly gap: number;
  /** Largest relative violation of a restriction. */
  readonly violation?: number;
  readonly note?: string;
}

export interface Contest {
  readonly case: string;
  readonly metric?: string;
  /** One run; nothing else is timed. */
  readonly ours: () => void;
  readonly peers: readonly Peer[];
  readonly judge: (results: Results) => Judgement;
}

const rounds = { least: 5, most: 15, ms: 3000 } as const;
const warmUpMs = 500;
const shortMs = 50;
/** A peer that takes so long and so many times ours runs once: its place is known. */
const slow = { ms: 3000, times: 10 } as const;

interface Standing {
  readonly peer: Peer;
  readonly times: number[];
  results: Results;
  error: string | undefined;
  isOut: boolean;
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Reports a line for each peer, and returns our median in milliseconds. */
export async function contest({ case: name, metric = 'solveMs', ours, peers, judge }: Contest): Promise<number> {
  // A service has long been compiled when a problem comes.
  for (const began = performance.now(); performance.now() - began < warmUpMs;) ours();
  const own: number[] = [];
  const standings = peers.map((peer): Standing => ({ peer, times: [], results: {}, error: undefined, isOut: false }));
  const began = performance.now();
  for (let round = 0; round < rounds.most; round += 1) {
    if (round >= rounds.least && performance.now() - began > rounds.ms) break;
    // As the peers do: short runs come after one that fills the caches, and are the median of three.
    const first = timed(ours);
    own.push(first < shortMs ? median([timed(ours), timed(ours), timed(ours)]) : first);
    for (const standing of standings) if (!standing.isOut) await step(standing, median(own));
  }
  const value = median(own);
  for (const { peer, times, results, error } of standings) {
    const peerValue = times.length === 0 ? null : median(times);
    const judged = times.length === 0 ? undefined : judge(results);
    const notes = [
      error,
      times.length === 1 ? 'one run' : undefined,
      judged?.violation !== undefined && judged.violation > 1e-8
        ? `violates a restriction by ${judged.violation.toExponential(0)}`
        : undefined,
      judged?.note,
    ].filter((note) => note !== undefined);
    report({
      case: name,
      metric,
      value,
      unit: 'ms',
      peer: peer.name,
      peerValue,
      ratio: peerValue === null ? null : value / peerValue,
      gap: judged === undefined ? null : judged.gap,
      ...(judged?.violation === undefined ? {} : { violation: judged.violation }),
      ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
    });
  }
  if (peers.length === 0) report({ case: name, metric, value, unit: 'ms', note: 'without peers' });
  return value;
}

async function step(standing: Standing, ours: number): Promise<void> {
  const { milliseconds, results, error } = await standing.peer.run();
  if (milliseconds === undefined || results === undefined) {
    standing.error = error ?? 'no answer';
    standing.isOut = true;
    return;
  }
  standing.times.push(milliseconds);
  standing.results = results;
  if (milliseconds > slow.ms && milliseconds > slow.times * ours) standing.isOut = true;
}
