/** What each case is to reach, and what bounds a miss. */

export interface Target {
  readonly metric: string;
  /** Ours divided by the best peer's, at most. */
  readonly ratio?: number;
  /** The value itself, at most. */
  readonly most?: number;
  /** The value itself, at least. */
  readonly least?: number;
}

const ratio = (most: number): Target => ({ metric: 'solveMs', ratio: most });
const most = (metric: string, value: number): Target => ({ metric, most: value });

export const targets: Readonly<Record<string, readonly Target[]>> = {
  a50: [ratio(3)],
  a500: [ratio(1 / 20)],
  a2000: [ratio(1 / 100)],
  at500: [ratio(1 / 4)],
  at2000: [ratio(1 / 15)],
  b500x20: [ratio(1 / 7)],
  b500x70: [ratio(1 / 9)],
  b3000x20: [ratio(1 / 18)],
  b3000x70: [ratio(1 / 22)],
  b10000x20: [ratio(1 / 12)],
  b10000x70: [ratio(1 / 35)],
  bt500x20: [ratio(1 / 6)],
  bt3000x70: [ratio(1 / 22)],
  bt10000x70: [ratio(1 / 60)],
  'b500x20 warm': [ratio(1 / 3)],
  'b500x70 warm': [ratio(1 / 3)],
  'b3000x20 warm': [ratio(1 / 3)],
  'b3000x70 warm': [ratio(1 / 3)],
  'b10000x20 warm': [ratio(1 / 3)],
  'b10000x70 warm': [ratio(1 / 3)],
  c225: [ratio(1 / 10)],
  'c port5': [ratio(1 / 10)],
  d50: [ratio(3)],
  d500: [ratio(1.5)],
  d2000: [ratio(0.7)],
  e100: [ratio(1 / 8)],
  e500: [ratio(1 / 30)],
  f100: [most('incumbentMs', 50), most('gapAfter1s', 0.05)],
  'f port1': [most('gap', 1e-6)],
  'f port3': [most('gap', 0.01)],
  'f port5': [most('gap', 0.01)],
  g10x100: [ratio(1 / 2)],
  iis: [most('wholeMs', 300)],
  'iis hidden': [most('wholeMs', 300)],
  'campaign-fuzz': [{ metric: 'solvedShare', least: 1 }],
  'campaign-convex': [{ metric: 'solvedShare', least: 1 }],
  'campaign-adversarial': [{ metric: 'solvedShare', least: 1 }],
  'event-loop': [most('lagP99Ms', 20)],
};

/** A peer's answer is the same as ours when its objective differs, and its point violates restrictions, by at most this, relative. */
export const sameAnswer = 1e-8;
/** Where no peer comes so close, what its anchors reach. */
export const sameAnswerIn: Readonly<Record<string, number>> = { g10x100: 1e-6 };

/** Of the independent check beside a solve. */
export const certificateShareMost = 0.1;

/** Why a target is missed, by case; told only while it is. */
export const bounds: Readonly<Record<string, string>> = {};
