/**
 * The greatest ratio of excess return to risk, both measured from a centre c, over any convex set, without scaling tricks that would bend
 * the restrictions: the Sharpe ratio from cash (c = 0), the information ratio from the benchmark.
 *
 * With a = w - c let w(lambda) maximize excess'a - lambda/2 a' C a over the set. At lambda* = excess'a / a' C a both problems have the
 * same optimality conditions, so w(lambda*) has the greatest ratio, and the certificate of that quadratic problem is the certificate of
 * the ratio. slope(lambda) = excess'a - lambda a' C a is positive below lambda* and negative above (the ratio is quasi-concave along the
 * efficient frontier): its zero is bracketed, then found by regula falsi with Anderson-Bjorck weights (superlinear), and in closed
 * form once both ends rest on the same active set.
 *
 * Over a set that is not convex the portfolio of the greatest ratio is still one of these, but others may meet the condition too: see
 * every-trial.ts.
 *
 * What soft restrictions cost, a convex function of w, is taken off excess'a wherever that stands, in the ratio too: it is a cost as any
 * other, and the numerator remains concave, which is all that the argument needs.
 */
import { areConvex, quadraticForm } from '@veritasvault/portfolio/sdk/v1';
import type { Answer, Program, Solution, Step } from '@veritasvault/portfolio/sdk/v1';

import { greatestOfAll, ratioTolerance, valueOf } from './every-trial.ts';
import { answerOf, answerWithout, isCurved, isTangent, sameActiveSet, ratioOf, tryLambda } from './trial.ts';
import type { Market, Trial } from './trial.ts';

const trialsMax = 80;
/** An excess return below this fraction of the largest one is no more than the tolerance of a solve. */
const negligible = 1e-7;
/** Where portfolios are tangent over so wide a range of lambda, nothing bounds their size. */
const plateau = 1e-6;

interface Bracket {
  /** Slope > 0. */
  readonly low: Trial;
  /** Slope <= 0. */
  readonly high: Trial;
}

/** What ends the search early: an answer to pass on. */
interface Ended {
  readonly answer: Answer;
}

type Stage<Result> = Generator<Step, Result | Ended, Solution>;

export function* tangency(market: Market): Program {
  const search = new Search(market);
  const bracket = yield* search.bracket();
  if ('answer' in bracket) return bracket.answer;
  if (!areConvex(market.restrictions)) return (yield* search.whole()).answer;
  const tangent = yield* search.narrow(bracket);
  if ('answer' in tangent) return tangent.answer;
  return answerOf(tangent);
}

class Search {
  readonly #market: Market;
  readonly #excessMax: number;
  readonly #optima: Trial[] = [];
  #best: Trial | undefined;

  constructor(market: Market) {
    this.#market = market;
    this.#excessMax = market.excess.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  }

  /** One solve; ends the search when it did not reach its optimum, with the best portfolio so far if the solve was cut short. */
  *#at(lambda: number): Stage<Trial> {
    const trial = yield* tryLambda(this.#market, lambda);
    const { termination } = trial.solution;
    if (termination.reason === 'optimal') {
      this.#optima.push(trial);
      if (this.#best === undefined || ratioOf(trial) > ratioOf(this.#best)) this.#best = trial;
      return trial;
    }
    const wasCut =
      termination.limit !== undefined &&
      (termination.reason === 'feasible' || termination.reason === 'no solution found');
    const best = this.#best !== undefined && ratioOf(this.#best) >= ratioOf(trial) ? this.#best : trial;
    if (!wasCut || best === trial) return { answer: answerOf(trial) };
    const detail = `stopped during the search for the greatest ${this.#market.words.ratio}, at the best portfolio so far; ${termination.detail}`;
    return { answer: answerOf(best, { reason: 'feasible', limit: termination.limit, detail }) };
  }

  /** Two trials on both sides of lambda*. */
  *bracket(): Stage<Bracket> {
    const n = this.#market.excess.length;
    const equal = quadraticForm(this.#market.covariance, new Float64Array(n).fill(1 / n));
    const first = yield* this.#at(equal > 0 && this.#excessMax > 0 ? this.#excessMax / equal : 1);
    if ('answer' in first) return first;
    let trial: Trial = first;
    if (trial.excess <= negligible * this.#excessMax) {
      const most = yield* this.#positive(trial);
      if (most !== undefined) return most;
    }
    const scale = Math.max(equal, trial.variance);
    let low: Trial | undefined;
    let high: Trial | undefined;
    let tangent: Trial | undefined;
    let stride = 2;
    for (let count = 0; count < trialsMax; count++) {
      if (trial.slope > 0 && !isTangent(trial)) low = trial;
      else high = trial;
      if (isTangent(trial)) {
        tangent ??= trial;
        if (trial.lambda <= plateau * tangent.lambda) return this.#endless(trial);
      }
      if (low !== undefined && high !== undefined) return { low, high };
      // lambda times its ratio to the fixed point lies on the same side as the fixed point itself, so go beyond it.
      const fixed = trial.excess > 0 && trial.variance > 0 ? trial.excess / trial.variance : trial.lambda;
      // The excess stays where the variance goes; on a plateau both go together.
      const stays = trial.slope > 0.5 * trial.excess && trial.excess > negligible * this.#excessMax;
      if (high === undefined && trial.variance <= 1e-13 * scale && stays) return this.#unbounded(trial);
      const next = high === undefined ? Math.max(fixed, trial.lambda) * stride : Math.min(fixed, trial.lambda) / stride;
      stride *= stride < 1e3 ? 2 : 1;
      if (!(next > 0 && next < Number.MAX_VALUE)) break;
      const following = yield* this.#at(next);
      if ('answer' in following) return following;
      trial = following;
    }
    const { ratio } = this.#market.words;
    const detail = `no risk aversion was found at which the ${ratio} stops rising; the magnitudes of returns and covariance are too far apart`;
    return { answer: answerWithout(trial, { reason: 'numerical error', detail }) };
  }

  #unbounded(trial: Trial): Ended {
    const { ratio, rival, riskless } = this.#market.words;
    const detail = `${riskless} is expected to earn more than ${rival}, so the ${ratio} has no bound`;
    return { answer: answerOf(trial, { reason: 'unbounded', detail }) };
  }

  #endless(trial: Trial): Ended {
    const { ratio } = this.#market.words;
    const detail = `portfolios of the greatest ${ratio} can be levered without end; bound the weights or the risk`;
    return { answer: answerOf(trial, { reason: 'unbounded', detail }) };
  }

  /** Nothing when some portfolio of the set is expected to beat the rival; otherwise the answer that says so. */
  *#positive(trial: Trial): Generator<Step, Ended | undefined, Solution> {
    const most = yield* this.#at(0);
    if ('answer' in most) return most.answer.solution.termination.reason === 'unbounded' ? undefined : most;
    if (most.excess > negligible * this.#excessMax) return undefined;
    const { ratio, rival, advice } = this.#market.words;
    const net = this.#market.softCost === undefined ? '' : ', net of what soft restrictions cost,';
    const detail = `no portfolio that satisfies the restrictions is expected to earn more than ${rival}${net === '' ? ',' : net} so the greatest ${ratio} is not defined; ${advice}`;
    return { answer: answerWithout(trial, { reason: 'no solution found', detail }) };
  }

  /** Where restrictions are not convex, the slope may be zero at several portfolios: the best of all. */
  *whole(): Generator<Step, Ended, Solution> {
    const most = yield* this.#at(0);
    const hasEnd = !('answer' in most);
    if (!hasEnd && most.answer.solution.termination.reason !== 'unbounded') return most;
    const last = (): Trial => this.#optima.reduce((a, b) => (b.lambda > a.lambda ? b : a));
    while (valueOf(last()) > 0) {
      const further = yield* this.#at(4 * last().lambda);
      if ('answer' in further) return further;
    }
    const known = this.#optima.toSorted((a, b) => a.lambda - b.lambda);
    const found = yield* greatestOfAll((lambda) => this.#at(lambda), known);
    if ('answer' in found) return found;
    let { best } = found;
    for (let count = 0; count < 8 && !isTangent(best); count++) {
      // Never worse: at lambda = excess / variance a portfolio of no greater ratio is not the optimum.
      const trial = yield* this.#at(best.excess / best.variance);
      if ('answer' in trial) return trial;
      if (ratioOf(trial) > ratioOf(best)) best = trial;
    }
    const { termination } = best.solution;
    const { ratio } = this.#market.words;
    const proven = `no ${ratio} is greater by more than ${ratioTolerance}, relative`;
    if (found.isProven && hasEnd)
      return { answer: answerOf(best, { ...termination, detail: `${termination.detail}; ${proven}` }) };
    const detail = `under restrictions that are not convex a greater ${ratio} is not ruled out`;
    return { answer: answerOf(best, { reason: 'feasible', limit: 'iterations', detail }) };
  }

  *narrow(bracket: Bracket): Stage<Trial> {
    let { low, high } = bracket;
    let [lowSlope, highSlope] = [low.slope, high.slope];
    let wasLow: boolean | undefined;
    for (let count = 0; count < trialsMax; count++) {
      const straight = sameActiveSet(low, high);
      const [a, b] = straight ? [low.slope, high.slope] : [lowSlope, highSlope];
      const secant = (low.lambda * b - high.lambda * a) / (b - a);
      const inside = secant > low.lambda && secant < high.lambda && (straight || count % 4 !== 3);
      const lambda = inside ? secant : Math.sqrt(low.lambda * high.lambda);
      const trial = yield* this.#at(lambda);
      if ('answer' in trial) return trial;
      if (straight && Math.abs(trial.slope) <= 1e-6 * trial.excess) return trial;
      if (isTangent(trial)) return yield* this.#fullest(low, trial);
      const width = trial.slope > 0 ? high.lambda - lambda : lambda - low.lambda;
      if (width <= 1e-10 * high.lambda) return trial;
      // Anderson-Bjorck: an end that stays put for a second time loses weight, so that both ends close in.
      const isLow = trial.slope > 0;
      if (isLow) {
        if (wasLow === true) highSlope *= weightOf(trial.slope, low.slope);
        [low, lowSlope] = [trial, trial.slope];
      } else {
        if (wasLow === false) lowSlope *= weightOf(trial.slope, high.slope);
        [high, highSlope] = [trial, trial.slope];
      }
      wasLow = isLow;
    }
    return high;
  }

  /**
   * Where the centre is allowed, every mix of the tangent portfolio with it has the same ratio: the slope is zero from lambda* on. Of
   * these the least lambda is taken, which is the mix with the greatest return.
   */
  *#fullest(below: Trial, tangent: Trial): Stage<Trial> {
    if (isCurved(tangent)) return tangent;
    let high = tangent;
    let lows: readonly Trial[] = [below];
    for (let count = 0; count < trialsMax; count++) {
      const [low, lower] = lows;
      if (low === undefined) return high;
      const line = lower !== undefined && sameActiveSet(low, lower) ? zeroOf(lower, low) : NaN;
      if (line >= high.lambda * (1 - 1e-7) || high.lambda - low.lambda <= 1e-9 * high.lambda) return high;
      const probe = count === 0 ? Math.max(low.lambda, 0.98 * high.lambda) : low.lambda;
      const trial = yield* this.#at(line > low.lambda ? line : Math.sqrt(probe * high.lambda));
      if ('answer' in trial) return trial;
      if (isTangent(trial) || trial.slope <= 0) high = trial;
      else lows = [trial, low];
    }
    return high;
  }
}

/** Where the line through the slopes of two trials is zero. */
function zeroOf(left: Trial, right: Trial): number {
  return (left.lambda * right.slope - right.lambda * left.slope) / (right.slope - left.slope);
}

function weightOf(now: number, before: number): number {
  const weight = 1 - now / before;
  return weight > 0 && Number.isFinite(weight) ? weight : 0.5;
}
