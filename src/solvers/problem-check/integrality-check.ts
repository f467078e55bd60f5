/** Gaps, lots and counts. */
import type { Concentration, Count, Domain, Integrality } from '../../problem/problem.ts';
import { finite, inUniverse, type Report } from './report.ts';

const sides: readonly string[] = ['either', 'above', 'below'] satisfies Count['side'][];

export function checkIntegrality(integrality: Integrality, n: number, report: Report): void {
  const { domains, lots, counts, concentrations = [] } = integrality;
  domains.forEach((domain, d) => checkDomain(domain, n, `integrality.domains[${d}]`, report));
  lots.forEach(({ position, base, step }, l) => {
    const field = `integrality.lots[${l}]`;
    inUniverse(position, n, `${field}.position`, report);
    if (!Number.isFinite(base)) report(`${field}.base`, `must be finite; got ${base}`);
    if (!(step > 0 && step < Infinity)) report(`${field}.step`, `must be finite and above 0; got ${step}`);
  });
  counts.forEach((count, c) => checkCount(count, n, `integrality.counts[${c}]`, report));
  concentrations.forEach((limit, k) => checkConcentration(limit, n, `integrality.concentrations[${k}]`, report));
}

function checkConcentration(
  { groups, threshold, limit }: Concentration,
  n: number,
  field: string,
  report: Report,
): void {
  const named = new Set<number>();
  groups.forEach((group, g) => {
    if (group.length === 0) report(`${field}.groups[${g}]`, 'must not be empty');
    group.forEach((position, k) => {
      const where = `${field}.groups[${g}][${k}]`;
      inUniverse(position, n, where, report);
      if (named.has(position)) report(where, `names asset ${position} a second time`);
      named.add(position);
    });
  });
  for (const [name, value] of Object.entries({ threshold, limit }))
    if (!(value >= 0 && value < Infinity)) report(`${field}.${name}`, `must be finite and not negative; got ${value}`);
}

function checkDomain({ position, intervals }: Domain, n: number, field: string, report: Report): void {
  inUniverse(position, n, `${field}.position`, report);
  if (intervals.length === 0) report(`${field}.intervals`, 'must not be empty');
  let before = -Infinity;
  for (const [k, [lower, upper]] of intervals.entries()) {
    const where = `${field}.intervals[${k}]`;
    if (!(lower <= upper)) report(where, `must not end before it begins; got ${lower} to ${upper}`);
    else if (lower === Infinity || upper === -Infinity) report(where, 'must hold a finite number');
    else if (k > 0 && !(lower > before)) report(where, `must begin above the end of the one before it; got ${lower}`);
    before = upper;
  }
}

function checkCount(
  { positions, centre, side, minimum, maximum }: Count,
  n: number,
  field: string,
  report: Report,
): void {
  positions.forEach((position, k) => inUniverse(position, n, `${field}.positions[${k}]`, report));
  if (new Set(positions).size < positions.length) report(`${field}.positions`, 'must name every asset once');
  finite(centre, n, `${field}.centre`, report);
  if (!sides.includes(side)) report(`${field}.side`, `must be one of ${sides.join(', ')}; got ${side}`);
  for (const [name, value] of Object.entries({ minimum, maximum }))
    if (Number.isNaN(value)) report(`${field}.${name}`, 'must be a number');
}
