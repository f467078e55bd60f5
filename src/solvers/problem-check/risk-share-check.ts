/** Limits on shares of risk. */
import type { RiskShare } from '../../problem/problem.ts';
import { checkOperator } from './operator-check.ts';
import { finite, inUniverse, type Report } from './report.ts';

export function checkRiskShare(share: RiskShare, n: number, field: string, report: Report): void {
  const { operator, centre, contribution, lower, upper } = share;
  checkOperator(operator, n, `${field}.operator`, report);
  if (centre !== undefined) finite(centre, n, `${field}.centre`, report);
  if (contribution.kind === 'assets') {
    const { positions } = contribution;
    positions.forEach((position, k) => inUniverse(position, n, `${field}.contribution.positions[${k}]`, report));
    if (new Set(positions).size < positions.length)
      report(`${field}.contribution.positions`, 'must name every asset once');
  } else {
    finite(contribution.exposures, n, `${field}.contribution.exposures`, report);
    finite(contribution.pull, n, `${field}.contribution.pull`, report);
  }
  if (Number.isNaN(lower) || lower === Infinity) report(`${field}.lower`, 'must be a number below Infinity');
  if (Number.isNaN(upper) || upper === -Infinity) report(`${field}.upper`, 'must be a number above -Infinity');
  if (lower > upper) report(field, `has its lower side ${lower} above its upper one ${upper}`);
}
