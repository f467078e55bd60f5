import { expect } from 'chai';

import { failureOf, refusal, struct } from '../support/e2e/client.ts';
import type { Duplex, Failure, Message } from '../support/e2e/client.ts';
import { openDesk } from '../support/e2e/desk.ts';
import { assetIds, priceTable } from '../support/e2e/market.ts';

const { dates, rows } = priceTable();
const n = assetIds.length;
const first = 120;

interface Numbers {
  readonly values: readonly number[];
}
interface Update {
  readonly observations: string;
  readonly asOf: string;
  readonly expectedReturns: Numbers | null;
  readonly volatilities: Numbers | null;
  readonly covariance: (Numbers & { readonly rows: number }) | null;
  readonly state: Buffer;
}
interface Answer {
  readonly row: string;
  readonly update?: Update;
  readonly rejection?: { readonly problems: readonly { field: string; description: string; reason: string }[] };
}

function problemOf(estimation: Message, changes: Message = {}): Message {
  const prices = rows.slice(0, first);
  return {
    universe: assetIds.map((assetId) => ({ assetId })),
    prices: { dates: dates.slice(0, first), prices: { rows: first, columns: n, values: prices.flat() } },
    estimation: { missingPrices: 'MISSING_PRICES_REFUSE', periodsPerYear: 252, ...estimation },
    ...changes,
  };
}

const selection = (type: string, parameters: Message = {}): Message => ({ type, parameters: struct(parameters) });

const configuration = (changes: Message = {}): Message => ({
  configuration: { assetIds, kind: 'OBSERVATION_KIND_PRICES', sample: {}, periodsPerYear: 252, ...changes },
});
const row = (day: number, values: readonly number[] = rows[day]!): Message => ({
  row: { date: dates[day], values: { values } },
});

/** Sends everything, then ends; what was answered, and the failure if the call failed. */
function conversed(call: Duplex, messages: readonly Message[]): Promise<{ answers: Answer[]; failure?: Failure }> {
  return new Promise((resolve) => {
    const answers: Answer[] = [];
    call.on('data', (message: Message) => answers.push(message as unknown as Answer));
    call.on('error', (error) => resolve({ answers, failure: failureOf(error) }));
    call.on('end', () => resolve({ answers }));
    for (const message of messages) call.write(message);
    call.end();
  });
}

function expectClose(
  actual: Numbers | null | undefined,
  expected: Numbers | null | undefined,
  tolerance: number,
): void {
  expect(actual?.values.length).to.equal(expected?.values.length).and.to.be.greaterThan(0);
  for (const [index, value] of (expected?.values ?? []).entries())
    expect(actual?.values[index]).to.be.closeTo(value, tolerance);
}

describe('estimates over the wire', function () {
  this.timeout(60_000);
  const desk = openDesk();
  const estimate = (problem: Message): Promise<Message> => desk.client.call('EstimationService/Estimate', { problem });
  const follow = (messages: readonly Message[]): ReturnType<typeof conversed> =>
    conversed(desk.client.duplex('EstimationService/StreamEstimates'), messages);
  const batch = (): Promise<Message> =>
    estimate(
      problemOf({
        expectedReturns: selection('historical-mean', { method: 'arithmetic' }),
        covariance: selection('sample'),
      }),
    );

  it('gives annual returns, volatilities and the covariance of a problem', async () => {
    const answer = await batch();
    expect(answer).to.deep.include({
      assetIds: [...assetIds],
      pricesAsOf: dates[first - 1],
      scenarios: null,
      repairs: [],
    });
    const { volatilities, covariance } = answer as unknown as Update;
    expect(covariance).to.include({ rows: n, columns: n });
    const deviations = assetIds.map((_, i) => Math.sqrt(covariance?.values[i * n + i] ?? NaN));
    expectClose(volatilities, { values: deviations }, 1e-15);
  });

  it('gives a factor model as such, with scenarios under views on them', async () => {
    const view = {
      legs: [{ assetId: 'ALFA', coefficient: 1 }],
      measure: 'SCENARIO_MEASURE_MEAN',
      relation: 'VIEW_RELATION_EQUAL',
      value: 0.1,
    };
    const answer = await estimate(
      problemOf({
        covariance: selection('statistical-factor-model', { count: 2 }),
        scenarios: selection('historical-scenarios'),
        expectedReturns: selection('scenario-mean'),
        scenarioViews: [view],
      }),
    );
    const model = answer['factorModel'] as Message;
    expect(model['factors']).to.deep.equal(['PC1', 'PC2']);
    expect(model['exposures']).to.include({ rows: n, columns: 2 });
    expect((answer as unknown as Update).expectedReturns?.values[0]).to.be.closeTo(0.1, 1e-9);
    const scenarios = answer['scenarios'] as Message;
    expect(scenarios).to.include({ count: first - 1, periodsPerYear: 252, path: false });
    expect(scenarios['viewsEntropy']).to.be.greaterThan(0);
    expect(scenarios['effectiveCount']).to.be.within(1, first - 1);
    const [outcome] = scenarios['views'] as Message[];
    expect(outcome).to.include({ stated: 0.1 });
    expect(outcome?.['posterior']).to.be.closeTo(0.1, 1e-9);
    expect(outcome?.['multiplier']).to.not.equal(0);
    expect((scenarios['returns'] as Numbers).values).to.have.length((first - 1) * n);
  });

  it('refuses a problem with nothing to estimate, and names what is wrong with another', async () => {
    const empty = await refusal(estimate(problemOf({})));
    expect(empty.violations.map(({ field }) => field)).to.deep.equal(['problem.estimation']);
    const wrong = await refusal(
      estimate(problemOf({ covariance: selection('statistical-factor-model', { count: 2, test: 'bai-ng' }) })),
    );
    expect(wrong.violations.map(({ field }) => field)).to.deep.equal([
      'problem.estimation.covariance.parameters.count',
    ]);
    const none = await refusal(desk.client.call('EstimationService/Estimate', { secondsMax: -1 }));
    expect(none.violations.map(({ field }) => field)).to.deep.equal(['seconds_max', 'problem']);
    const late = await refusal(estimate(problemOf({ covariance: selection('regression-factor-model') })));
    expect(late.violations.map(({ field }) => field)).to.deep.equal(['problem.factor_returns']);
  });

  it('follows prices to the estimate of all of them', async () => {
    const { answers, failure } = await follow([configuration(), ...rows.slice(0, first).map((_, day) => row(day))]);
    expect(failure).to.equal(undefined);
    expect(answers.map((answer) => Number(answer.row))).to.deep.equal(answers.map((_, index) => index + 1));
    expect(answers[0]?.update).to.include({ observations: '0', expectedReturns: null, covariance: null });
    expect(answers[1]?.update).to.include({ observations: '1', covariance: null });
    const whole = (await batch()) as unknown as Update;
    const last = answers.at(-1)?.update;
    expect(last).to.include({ observations: String(first - 1), asOf: dates[first - 1] });
    expectClose(last?.expectedReturns, whole.expectedReturns, 1e-13);
    expectClose(last?.volatilities, whole.volatilities, 1e-14);
    expectClose(last?.covariance, whole.covariance, 1e-14);
  });

  it('answers a bad row by its number, changes nothing, and goes on', async () => {
    const missing = [...rows[2]!.slice(0, 3), NaN, ...rows[2]!.slice(4)];
    const bad = [
      row(2, missing),
      row(2, rows[2]!.slice(1)),
      row(0),
      { row: { date: 'yesterday' } },
      row(
        2,
        rows[2]!.map((price) => -price),
      ),
    ];
    const { answers } = await follow([configuration(), row(0), row(1), ...bad, row(2), row(3)]);
    const rejected = answers.filter(({ rejection }) => rejection !== undefined);
    expect(rejected.map(({ row: number }) => Number(number))).to.deep.equal([3, 4, 5, 6, 7]);
    const fields = rejected.map(({ rejection }) => rejection?.problems.map(({ field }) => field).slice(0, 2));
    expect(fields).to.deep.equal([
      ['values.values[3]'],
      ['values.values'],
      ['date'],
      ['date', 'values'],
      ['values.values[0]', 'values.values[1]'],
    ]);
    expect(rejected[0]?.rejection?.problems[0]?.reason).to.equal('NUMBER_INVALID');
    const { answers: clean } = await follow([configuration(), row(0), row(1), row(2), row(3)]);
    expect(answers.at(-1)?.update).to.deep.equal(clean.at(-1)?.update);
  });

  it('answers every so many rows and the last, and goes on from a state', async () => {
    const exponential = { halfLife: 20, centre: 'MOMENT_CENTRE_ZERO' };
    const settings = { sample: undefined, exponential, answerEvery: 4, includeState: true, omitCovariance: true };
    const days = rows.slice(0, 10).map((_, day) => row(day));
    const { answers } = await follow([configuration(settings), ...days]);
    expect(answers.map(({ row: number }) => Number(number))).to.deep.equal([4, 8, 10]);
    expect(answers.every(({ update }) => update?.covariance === null)).to.equal(true);
    const state = answers[1]?.update?.state;
    const resumed = await follow([configuration({ ...settings, state }), ...days.slice(8)]);
    expect(resumed.answers.map(({ row: number }) => Number(number))).to.deep.equal([2]);
    expect(resumed.answers[0]?.update).to.deep.equal(answers.at(-1)?.update);
    const other = await follow([configuration({ ...settings, periodsPerYear: 12, state })]);
    expect(other.failure?.violations.map(({ field }) => field)).to.deep.equal(['configuration.state']);
    const cut = Buffer.from(state ?? []);
    cut.writeUInt8(cut.readUInt8(60) ^ 1, 60);
    const changed = await follow([configuration({ ...settings, state: cut })]);
    expect(changed.failure?.violations[0]?.description).to.match(/changed or cut off/);
  });

  it('refuses a wrong configuration whole, a stream without one, and a second one', async () => {
    const wrong = configuration({
      assetIds: ['A', 'A', 'b d'],
      kind: 0,
      sample: undefined,
      periodsPerYear: 0,
      answerEvery: 2e6,
    });
    const { failure } = await follow([wrong]);
    expect(failure?.violations.map(({ field }) => field)).to.deep.equal([
      'configuration.asset_ids[1]',
      'configuration.asset_ids[2]',
      'configuration.kind',
      'configuration.periods_per_year',
      'configuration.answer_every',
      'configuration.estimator',
    ]);
    const halfLife = await follow([configuration({ sample: undefined, exponential: { halfLife: -1 } })]);
    expect(halfLife.failure?.violations.map(({ field }) => field)).to.deep.equal([
      'configuration.exponential.half_life',
      'configuration.exponential.centre',
    ]);
    const headless = await follow([row(0)]);
    expect(headless.failure?.violations.map(({ field }) => field)).to.deep.equal(['configuration']);
    const twice = await follow([configuration(), row(0), configuration()]);
    expect(twice.answers).to.have.length(1);
    expect(twice.failure?.violations.map(({ field }) => field)).to.deep.equal(['messages[2]']);
    expect((await follow([])).answers).to.deep.equal([]);
  });

  it('lets go of a stream that its client leaves', async () => {
    const call = desk.client.duplex('EstimationService/StreamEstimates');
    const left = new Promise<Failure>((resolve) => call.on('error', (error) => resolve(failureOf(error))));
    call.write(configuration());
    call.write(row(0));
    await new Promise((resolve) => call.once('data', resolve));
    call.cancel();
    expect((await left).code).to.equal(1);
    expect((await batch())['assetIds']).to.have.length(n);
  });
});
