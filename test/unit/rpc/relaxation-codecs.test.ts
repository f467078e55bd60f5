import { expect } from 'chai';
import {
  ComputeFrontierRequest,
  ConstraintBound,
  Optimization,
  OptimizationResult,
  OptimizeRequest,
} from '../../../src/gen/veritasvault/portfolio/v1/optimization_service.ts';
import { answerIn, answerTo } from '../../../src/rpc/codecs/optimization.ts';
import { frontierFrom, optimizationFrom, optimizeFrom } from '../../../src/rpc/codecs/problem.ts';
import type { JsonObject } from '../../../src/values/json.ts';

const line = { constraintId: 'tech', name: 'Tech cap', text: 'sector Technology at most 20 %', unit: 'fraction' };
/** As it was stored before there were prices, repairs and relaxations. */
const stored: JsonObject = {
  termination: 'infeasible',
  detail: '',
  weights: [],
  cashWeight: 0,
  objective: 0,
  turnoverHalfSum: 0,
  certificate: {
    passed: true,
    primal: 0,
    dual: 0,
    gap: 0,
    tolerance: 1e-8,
    constraints: [{ ...line, value: 0.2, upper: 0.2, slack: 0 }],
  },
  conflict: { members: [{ constraintId: 'tech', name: 'Tech cap', text: line.text }], proofVerified: true },
  repairs: [],
  iterations: 1,
  elapsedMs: 1,
  provenance: { solver: '', solverChoice: '', strategy: '', inputDigest: '', serverVersion: '', pricesAsOf: '' },
};
const overTheWire = (json: JsonObject): OptimizationResult =>
  OptimizationResult.decode(OptimizationResult.encode(answerTo(answerIn(json))).finish());

describe('codecs of repairs and relaxations', () => {
  it('read what was stored before there were any', () => {
    const result = overTheWire(stored);
    expect(result.relaxations).to.deep.equal([]);
    expect(result.conflict?.repairs).to.deep.equal([]);
    const [verdict] = result.certificate?.constraints ?? [];
    expect(verdict?.shadowPrice).to.equal(undefined);
    expect(verdict?.relaxedUpper).to.equal(undefined);
    expect(verdict?.bindingBound).to.equal(ConstraintBound.CONSTRAINT_BOUND_UNSPECIFIED);
  });

  it('tell bounds, figures and words', () => {
    const description = 'raise sector Technology at most 20 % to 23.4 %';
    const repair = { ...line, bound: 'max', current: 0.2, needed: 0.234, description };
    const relaxation = { ...line, bound: 'min', stated: 0.2, used: 0.1, priority: 4, description };
    const verdict = { ...line, value: 0.234, upper: 0.2, slack: -0.034, shadowPrice: 0.5, binding: 'max' };
    const result = overTheWire({
      ...stored,
      certificate: {
        passed: true,
        primal: 0,
        dual: 0,
        gap: 0,
        tolerance: 1e-8,
        constraints: [{ ...verdict, relaxedUpper: 0.234 }],
      },
      conflict: { members: [], proofVerified: true, repairs: [repair] },
      relaxations: [relaxation],
    });
    expect(result.conflict?.repairs[0]).to.deep.include({
      displayName: 'Tech cap',
      bound: ConstraintBound.CONSTRAINT_BOUND_MAX,
      current: 0.2,
      needed: 0.234,
      description,
    });
    expect(result.relaxations[0]).to.deep.include({
      bound: ConstraintBound.CONSTRAINT_BOUND_MIN,
      statedBound: 0.2,
      usedBound: 0.1,
      priority: 4,
    });
    expect(result.certificate?.constraints[0]).to.include({
      shadowPrice: 0.5,
      bindingBound: ConstraintBound.CONSTRAINT_BOUND_MAX,
      relaxedUpper: 0.234,
    });
  });

  it('ask for relaxation only where the request does', () => {
    expect(optimizeFrom(OptimizeRequest.fromPartial({ relaxByPriority: true }), [])).to.deep.equal({
      relaxByPriority: true,
    });
    expect(optimizeFrom(OptimizeRequest.create(), [])).to.deep.equal({});
    const request = ComputeFrontierRequest.fromPartial({ points: 3, relaxByPriority: true });
    expect(frontierFrom(request, [])).to.deep.equal({ points: 3, relaxByPriority: true });
    expect(optimizationFrom(undefined, [])).not.to.have.property('relaxByPriority');
  });

  it('ask for gains only where the request does, and tell them', () => {
    const asked = { explainConstraints: true };
    expect(optimizeFrom(OptimizeRequest.fromPartial(asked), [])).to.deep.equal(asked);
    expect(optimizationFrom(Optimization.fromPartial(asked), [])).to.include(asked);
    expect(optimizationFrom(undefined, [])).not.to.have.property('explainConstraints');
    const verdict = { ...line, value: 0.2, upper: 0.2, slack: 0 };
    const certificate = { passed: true, primal: 0, dual: 0, gap: 0, tolerance: 1e-8 };
    const constraints = [{ ...verdict, gain: 0.25 }, { ...verdict, gainUnbounded: true }, verdict];
    const result = overTheWire({ ...stored, certificate: { ...certificate, constraints }, unexplained: ['cash'] });
    const told = result.certificate?.constraints.map(({ gainWithout, gainUnbounded }) => [gainWithout, gainUnbounded]);
    expect(told).to.deep.equal([
      [0.25, false],
      [undefined, true],
      [undefined, false],
    ]);
    expect(result.unexplainedConstraints).to.deep.equal(['cash']);
    expect(overTheWire(stored).unexplainedConstraints).to.deep.equal([]);
  });
});
