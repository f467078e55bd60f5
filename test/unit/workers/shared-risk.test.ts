import { expect } from 'chai';
import type { GivenRisk, SolveJob } from '../../../src/optimization/job.ts';
import { KnownRisks, RiskSharing } from '../../../src/workers/shared-risk.ts';

const covariance = (n: number, from = 0, repair = false): Extract<GivenRisk, { kind: 'covariance' }> => ({
  kind: 'covariance',
  matrix: Float64Array.from({ length: n * n }, (_, p) => from + p),
  periodsPerYear: 1,
  repair,
});

const factorRisk = (names: readonly string[], specific = 1): Extract<GivenRisk, { kind: 'factor' }> => ({
  kind: 'factor',
  factors: names,
  exposures: new Float64Array(3000 * names.length).fill(0.5),
  factorCovariance: new Float64Array(names.length ** 2).fill(0.1),
  specificVariance: new Float64Array(3000).fill(specific),
  periodsPerYear: 12,
});

const orderOf = (risk: GivenRisk, riskNumber?: number) => ({
  id: 1,
  job: { risk } as unknown as SolveJob,
  control: new SharedArrayBuffer(4),
  ...(riskNumber === undefined ? {} : { riskNumber }),
});

describe('risk models on their way to the threads', () => {
  it('are copied once into shared memory, and are the same model whenever their contents are', () => {
    const sharing = new RiskSharing();
    const given = covariance(70);
    const first = sharing.share(given)!;
    const { matrix } = first.risk as typeof given;
    expect(matrix.buffer).to.be.instanceOf(SharedArrayBuffer);
    expect(matrix.every((value, p) => value === p)).to.equal(true);
    given.matrix[7] = -1;
    expect(matrix[7]).to.equal(7);
    const again = sharing.share(covariance(70))!;
    expect(again.number).to.equal(first.number);
    expect(again.risk).to.equal(first.risk);
  });

  it('are different models when a number, a name or a word differs', () => {
    const sharing = new RiskSharing();
    const models: GivenRisk[] = [
      covariance(70),
      covariance(70, 1),
      covariance(70, 0, true),
      covariance(71),
      { ...covariance(70), periodsPerYear: 12 },
      factorRisk(['value', 'size']),
      factorRisk(['size', 'value']),
      factorRisk(['size', 'value'], 2),
      factorRisk(['size', 'value', 'growth']),
    ];
    const numbers = models.map((model) => sharing.share(model)!.number);
    expect(new Set(numbers).size).to.equal(models.length);
    expect(models.map((model) => sharing.share(model)!.number)).to.deep.equal(numbers);
    const { risk } = sharing.share(factorRisk(['value', 'size']))!;
    if (risk.kind !== 'factor') throw new Error('another kind');
    for (const part of [risk.exposures, risk.factorCovariance, risk.specificVariance])
      expect(part.buffer).to.be.instanceOf(SharedArrayBuffer);
    expect([risk.exposures.length, risk.factors]).to.deep.equal([6000, ['value', 'size']]);
  });

  it('travel with their job when they are small', () => {
    expect(new RiskSharing().share(covariance(20))).to.equal(undefined);
  });

  it('are forgotten, oldest first, beyond their share of memory, and then are new', () => {
    const sharing = new RiskSharing();
    // 72 MB each; three fit.
    const numberOf = (from: number): number => sharing.share(covariance(3000, from))!.number;
    const numbers = [0, 1, 2].map(numberOf);
    expect(numberOf(0)).to.equal(numbers[0]);
    numberOf(3);
    expect(numberOf(0)).to.equal(numbers[0]);
    expect(numberOf(1)).to.be.above(numbers[2]!);
  });

  it('are one object in a thread, whichever job brings them', () => {
    const risks = new KnownRisks();
    const shared = new RiskSharing().share(covariance(70))!;
    const first = risks.recognized(orderOf(structuredClone(shared.risk), shared.number));
    const second = risks.recognized(orderOf(structuredClone(shared.risk), shared.number));
    expect(second.job.risk).to.equal(first.job.risk);
    expect(risks.recognized(orderOf(shared.risk, shared.number + 1)).job.risk).to.equal(shared.risk);
    const plain = orderOf(covariance(5));
    expect(risks.recognized(plain)).to.equal(plain);
  });
});
