/** Thousands of random problems beside peers: who solves them, and whether verdicts and objectives agree. */
import type { BenchCase } from '../bench-case.ts';
import { randomCampaigns, runRandomCampaign } from '../campaigns/random.ts';

export const campaignCases: readonly BenchCase[] = Object.entries(randomCampaigns).map(([name, { count, of }]) => ({
  name,
  problem: `${String(count)} ${of}`,
  run: async ({ quick }) => {
    await runRandomCampaign(name, quick);
  },
}));
