/** Weights inversely proportional to volatility: an example of a strategy plugin that lives outside the project. */
import { definePlugin, defineStrategy, nearestTo, solveToEnd, volatilities } from '@veritasvault/portfolio/sdk/v1';

const id = 'inverse-volatility';
const references = ['Leote de Carvalho, Lu, Moulin (2012). Demystifying Equity Risk-Based Strategies. JPM 38(3).'];

const inverseVolatility = defineStrategy<{ readonly invested: number }>({
  id,
  title: 'Inverse volatility',
  description: 'The portfolio nearest to weights proportional to 1 / volatility that satisfies the restrictions.',
  references,
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: { invested: { type: 'number', minimum: 0, maximum: 1, default: 1 } },
  },
  needs: ['covariance'],
  optimize: (task) => {
    const { covariance } = task.estimates;
    if (covariance === undefined) throw new Error('the host provides what the strategy needs');
    const inverse = volatilities(covariance).map((volatility) => 1 / volatility);
    const total = inverse.reduce((sum, value) => sum + value, 0);
    const target = inverse.map((value) => (task.parameters.invested * value) / total);
    return solveToEnd(task, nearestTo(target), 'nearest to inverse volatility');
  },
});

const capabilities = { strategies: [id] };
export default definePlugin({
  manifest: { id, version: '1.0.0', sdk: '^1.0.0', title: 'Inverse volatility', references, capabilities },
  activate: () => ({ strategies: [inverseVolatility] }),
});
