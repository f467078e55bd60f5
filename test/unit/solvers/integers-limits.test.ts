import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import { verifySearch } from '../../../src/problem/certificate-search.ts';
import { checked } from '../../../src/problem/checked-solution.ts';
import type { Lowered, Problem, Row } from '../../../src/problem/problem.ts';
import type { SearchBranch, SearchLeaf, SearchProof, Solution } from '../../../src/problem/solution.ts';
import { findConflict } from '../../../src/solvers/conflict.ts';
import { branchAndBound } from '../../../src/solvers/integers/branch-and-bound.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../../src/solvers/registry.ts';
import { countedProblem } from '../../support/integer-cases.ts';
import { countOf } from '../../support/integer-problems.ts';
import { budgetRow, denseOperator, originOf, rowOver, universeOf } from '../../support/problems.ts';

const registry = new SolverRegistry([interiorPoint, branchAndBound]);
const solved = (problem: Problem): Solution => runToEnd(registry.solve(problem));

const operator = denseOperator([
  [0.04, 0, 0],
  [0, 0.01, 0],
  [0, 0, 0.09],
]);
const volatility = (bound: number) => ({ operator, bound, origin: originOf('volatility') });
const third = (upper: number, penalty: number): Row => ({ ...rowOver([0, 0, 1], -Infinity, upper, 'third'), penalty });

/** The greatest return of 5 %, 3 % and 10 % of at most two names of at least 20 %, at most 15 % volatile. */
function small(rows: readonly Row[] = []): Problem {
  const held = { minimum: 0, maximum: 2, least: 0.2, most: 1 };
  const problem = countedProblem(3, { linear: Float64Array.of(0.05, 0.03, 0.1) }, held);
  return { ...problem, norms: [volatility(0.15)], rows: [...problem.rows, ...rows] };
}
/** 0.01 (1 - x)^2 + 0.09 x^2 = 0.15^2 */
const share = (0.02 + Math.sqrt(0.0054)) / 0.2;

function leavesOf(branch: SearchBranch): SearchLeaf[] {
  return 'position' in branch ? [...leavesOf(branch.below), ...leavesOf(branch.above)] : [branch];
}

describe('few names under a limit on volatility', () => {
  it('are the pair that the limit leaves the greatest return', () => {
    const problem = small();
    const solution = solved(problem);
    expect(solution.solver).to.equal('branch-and-bound');
    expect(checked(problem, solution)).to.equal(solution);
    expect(solution.termination.reason).to.equal('optimal');
    [0, 1 - share, share].forEach((weight, i) => expect(solution.weights[i]).to.be.closeTo(weight, 1e-9));
    const norm = certify(problem, solution).restrictions.find(({ kind }) => kind === 'norm')!;
    expect(norm.value).to.be.closeTo(0.15, 1e-9);
    // d return / d volatility at the limit: 0.07 dx, with (0.18 x - 0.02 (1 - x)) dx = 2 * 0.15 dt.
    expect(norm.multiplier).to.be.closeTo((0.07 * 0.3) / (0.18 * share - 0.02 * (1 - share)), 1e-6);
  });

  it('pay a penalty where that costs less than keeping what is soft, and keep it where it costs more', () => {
    const cheap = small([third(0.3, 0.05)]);
    const paid = solved(cheap);
    expect(checked(cheap, paid).termination.reason).to.equal('optimal');
    expect(paid.weights[2]).to.be.closeTo(share, 1e-9);
    expect(paid.objective).to.be.closeTo(-(0.03 + 0.07 * share) + 0.05 * (share - 0.3), 1e-9);
    const dear = small([third(0.3, 0.1)]);
    const kept = solved(dear);
    expect(checked(dear, kept).termination.reason).to.equal('optimal');
    expect(kept.weights[2]).to.be.closeTo(0.3, 1e-9);
    const figure = certify(dear, kept).restrictions.find(({ origin }) => origin.constraint === 'third')!;
    expect(figure).to.include({ penalty: 0.1 });
    expect(figure.multiplier).to.be.closeTo(0.07, 1e-6);
  });

  it('may be told that there is none, with a proof; the conflict names the limit and the count', () => {
    const { norms: _, ...problem } = small();
    const calm = { ...problem, norms: [volatility(0.0875)] };
    const solution = solved(calm);
    expect(solution.termination.reason).to.equal('infeasible');
    expect(checked(calm, solution).termination.reason).to.equal('infeasible');
    const longOnly = [0, 1, 2].map((position) => ({ position, lower: 0, upper: 1, origin: originOf('long only') }));
    const restrictions: Lowered[] = [
      { bounds: longOnly },
      { rows: [budgetRow(3)] },
      { norms: [volatility(0.09)] },
      { counts: [{ ...countOf(3, new Float64Array(3), 'either', 0, 1), origin: originOf('one name') }] },
      { rows: [rowOver([1, 1, 0], -Infinity, 2, 'nothing')] },
    ];
    const named = findConflict({ universe: universeOf(3), restrictions, solve: solved }).map(({ text }) => text);
    expect(named).to.deep.equal(['budget', 'volatility', 'one name']);
  });

  it('are refused where a length is held at 0', () => {
    const { why } = branchAndBound.supports({ ...small(), norms: [volatility(0)] }) as { readonly why: string };
    expect(why).to.equal('a norm is held at 0, which equations say better');
  });
});

describe('the check of a search under limits on lengths', () => {
  const problem = small([third(0.3, 0.05)]);
  const proof = solved(problem).proof!;
  const least = verifySearch(problem, proof).bound;
  const changed = (change: (leaf: SearchLeaf) => SearchLeaf): SearchProof => {
    const of = (branch: SearchBranch): SearchBranch =>
      'position' in branch ? { ...branch, below: of(branch.below), above: of(branch.above) } : change(branch);
    return { ...proof, root: of(proof.root) };
  };

  it('replays bounds at prices of squares', () => {
    expect(leavesOf(proof.root).some(({ squares }) => squares?.prices.some((price) => price > 0))).to.equal(true);
    expect(least).to.be.above(-0.0546);
  });

  it('believes no price of a square that is negative, and none of a length that may be broken', () => {
    const negative = changed((leaf) => ({
      ...leaf,
      squares: { prices: Float64Array.of(-1), at: [new Float64Array(3)] },
    }));
    expect(verifySearch(problem, negative).bound).to.equal(-Infinity);
    const soft = { ...problem, norms: problem.norms.map((norm) => ({ ...norm, penalty: 1 })) };
    expect(verifySearch(soft, proof).bound).to.equal(-Infinity);
  });

  it('believes no price beyond a penalty', () => {
    const dear = changed((leaf) => {
      const { multipliers } = leaf;
      return {
        ...leaf,
        multipliers: { ...multipliers, rows: multipliers.rows.map((price, r) => (r === 1 ? 0.2 : price)) },
      };
    });
    expect(verifySearch(problem, dear).bound).to.equal(-Infinity);
  });

  it('takes no more diagonal out of a square than leaves it convex', () => {
    const more = { ...proof, normDiagonals: [Float64Array.of(0.05, 0.01, 0.09)] };
    expect(verifySearch(problem, more).detail).to.contain('norms are not convex');
    expect(verifySearch(problem, { ...proof, normDiagonals: [Float64Array.of(1)] }).bound).to.equal(-Infinity);
  });

  it('holds every end against its definition wherever it is made linear', () => {
    const elsewhere = changed((leaf) =>
      leaf.squares === undefined ? leaf : { ...leaf, squares: { ...leaf.squares, at: [Float64Array.of(1, 1, 1)] } },
    );
    expect(verifySearch(problem, elsewhere).bound).to.be.at.most(least + 1e-12);
  });
});
