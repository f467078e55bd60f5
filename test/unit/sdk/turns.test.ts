import { expect } from 'chai';
import { of } from 'rxjs';

import { ask, defineStrategy, inTurns, isWhole, nearestTo, stoppedBy, unanswered } from '../../../src/sdk/v1/index.ts';
import type { Answer, Strategy, TurnProgram } from '../../../src/sdk/v1/index.ts';
import { answerOf, eventsOf, referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const target = new Float64Array(8).fill(0.125);
const nearest = defineStrategy({
  id: 'nearest',
  title: 'Nearest',
  description: 'The portfolio nearest to equal weights.',
  references: [],
  parameters: { type: 'object', additionalProperties: false },
  needs: [],
  optimize: (task) => inTurns(task, () => ask({ phase: 'inside', objective: nearestTo(target) })),
});

function run(program: () => TurnProgram, strategies: readonly Strategy<never>[] = [nearest]) {
  const strategy = { ...nearest, optimize: () => inTurns(task, program) };
  const task = referenceTask(referenceEngine, { ...referenceMarket(), parameters: {}, strategies });
  return strategy.optimize();
}

describe('a strategy in turns', () => {
  it('takes solves, other strategies and pauses one after the other, and tells the progress of all', async () => {
    const events = await eventsOf(
      run(function* () {
        const one = yield* ask({ phase: 'solve', objective: nearestTo(target) });
        const again = yield { pause: true };
        expect(again).to.equal(one);
        const two = yield* ask({ phase: 'delegate', delegate: { type: 'nearest', parameters: {} } });
        expect([...two.solution.weights]).to.deep.equal([...one.solution.weights]);
        return two;
      }),
    );
    const phases = new Set(events.flatMap((event) => (event.kind === 'progress' ? [event.phase] : [])));
    expect([...phases]).to.deep.equal(['solve', 'delegate: inside']);
    expect(events.at(-1)?.kind).to.equal('solution');
  });

  it('begins anew for everyone who listens: a first pause has nothing to give back', async () => {
    const given: unknown[] = [];
    const events = run(function* () {
      given.push(yield { pause: true });
      return yield* ask({ phase: 'solve', objective: nearestTo(target) });
    });
    for (let listener = 0; listener < 2; listener++) await answerOf(events);
    expect(given).to.deep.equal([undefined, undefined]);
  });

  it('gives the event loop its turn at a pause', async () => {
    let seen = false;
    setTimeout(() => (seen = true), 0);
    await answerOf(
      run(function* () {
        for (let count = 0; count < 3; count++) yield { pause: true };
        expect(seen).to.equal(true);
        return yield* ask({ phase: 'solve', objective: nearestTo(target) });
      }),
    );
  });

  it('ends at a pause when the run is to end, with the answer that the pause has for that', async () => {
    const controller = new AbortController();
    const market = { ...referenceMarket(), parameters: {}, signal: controller.signal };
    const stopped = unanswered(8, { reason: 'no solution found', detail: 'half way' });
    const ended = (own?: Answer) =>
      answerOf(
        inTurns(referenceTask(referenceEngine, market), function* () {
          controller.abort();
          yield { pause: true, ...(own === undefined ? {} : { stopped: own }) };
          throw new Error('resumed');
        }),
      );
    expect(await ended(stopped)).to.equal(stopped);
    expect((await ended()).solution.termination).to.include({ reason: 'no solution found', limit: 'interrupted' });
  });

  it('takes constant stack through thousands of turns', async () => {
    const quick = { ...nearest, id: 'quick', optimize: () => of({ kind: 'solution' as const, answer: none }) };
    const none: Answer = unanswered(8, { reason: 'no solution found', detail: 'quick' });
    let count = 0;
    await answerOf(
      run(
        function* () {
          let last: Answer = none;
          for (; count < 20000; count++) last = yield* ask({ phase: 'q', delegate: { type: 'quick', parameters: {} } });
          return last;
        },
        [quick],
      ),
    );
    expect(count).to.equal(20000);
  });

  it('fails with what its program throws, and without a host that delegates', async () => {
    const failed = await answerOf(
      run(function* () {
        throw new Error('a bug');
      }),
    ).catch((error: unknown) => String(error));
    expect(failed).to.contain('a bug');
    const task = referenceTask(referenceEngine, { ...referenceMarket(), parameters: {} });
    const alone = await answerOf(
      inTurns(task, () => ask({ phase: 'x', delegate: { type: 'nearest', parameters: {} } })),
    ).catch((error: unknown) => String(error));
    expect(alone).to.contain('the host must run other strategies');
  });

  it('passes on what another ground could not be given, without the proof that holds only there', () => {
    const infeasible = unanswered(2, { reason: 'infeasible', detail: 'nothing fits' });
    expect(isWhole(infeasible)).to.equal(false);
    expect(stoppedBy(infeasible, 'sleeve A', 8).solution.termination).to.deep.equal({
      reason: 'no solution found',
      detail: 'sleeve A ended with "infeasible": nothing fits',
    });
    const stopped = unanswered(2, { reason: 'no solution found', limit: 'interrupted', detail: 'early' });
    expect(stoppedBy(stopped, 'sleeve A', 8).solution.termination.limit).to.equal('interrupted');
  });
});
