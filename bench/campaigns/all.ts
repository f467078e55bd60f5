/** The campaigns as cases of the bench. */
import type { BenchCase } from '../bench-case.ts';
import { conflictBench } from './conflict-case.ts';
import { netlibBench } from './netlib.ts';
import { randomCampaigns, runRandomCampaign } from './random.ts';
import { scaleBench } from './scale-case.ts';
import { strategiesBench } from './strategies.ts';

const randomCases = Object.entries(randomCampaigns).map(([name, { count, of }]): BenchCase => ({
  name,
  problem: `${count} ${of}`,
  run: async ({ quick }) => {
    await runRandomCampaign(name, quick);
  },
}));

export const campaigns: readonly BenchCase[] = [
  conflictBench,
  netlibBench,
  ...randomCases,
  scaleBench,
  strategiesBench,
];
