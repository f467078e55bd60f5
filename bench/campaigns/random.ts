/** The campaigns over random problems; `node bench/campaigns/random.ts NAME [COUNT] [--quick]` runs one by hand. */
import { Random } from '../../test/support/problems.ts';
import { adversarialProgram, costlyProblem, fuzzProgram, generalProgram } from '../../test/support/random-programs.ts';
import type { RandomProgram } from '../../test/support/random-programs.ts';
import { table } from '../figure.ts';
import { runCampaign } from './differential.ts';

/** Far apart, so that neighbours share no draws. */
const seedOf = (k: number): number => 7919 * (k + 1) + 13;

export interface RandomCampaign {
  readonly count: number;
  readonly of: string;
  readonly problem: (k: number) => RandomProgram;
}

export const randomCampaigns: Readonly<Record<string, RandomCampaign>> = {
  'campaign-fuzz': {
    count: 300,
    of: 'factor portfolios: risk aversion 0.1 to 1000, tight boxes, narrow sector bands',
    problem: (k) => fuzzProgram(new Random(seedOf(k))),
  },
  'campaign-convex': {
    count: 10_000,
    of: 'portfolios with rows, norms, trade limits and all costs of trading, and general quadratic programs',
    problem: (k) => (k % 2 === 0 ? costlyProblem : generalProgram)(new Random(seedOf(k))),
  },
  'campaign-adversarial': {
    count: 500,
    of: 'nearly singular, duplicate, riskless, far apart, pinned, just feasible and barely infeasible problems',
    problem: (k) => adversarialProgram(new Random(seedOf(k))),
  },
};

export async function runRandomCampaign(name: string, quick: boolean, count?: number): Promise<number> {
  const campaign = randomCampaigns[name];
  if (campaign === undefined)
    throw new Error(`no campaign ${name}; there are ${Object.keys(randomCampaigns).join(', ')}`);
  return runCampaign({ ...campaign, name, quick, count: count ?? campaign.count });
}

if (import.meta.filename === process.argv[1]) {
  const [name = '', count] = process.argv.slice(2).filter((word) => word !== '--quick');
  const doubtful = await runRandomCampaign(
    name,
    process.argv.includes('--quick'),
    count === undefined ? undefined : Number(count),
  );
  process.stdout.write(`\n${table()}\n`);
  process.exitCode = doubtful === 0 ? 0 : 1;
}
