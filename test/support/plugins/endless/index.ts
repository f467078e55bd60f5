/** A strategy that never ends by itself: it solves again and again until it is told to stop, then gives its last answer. */
import { definePlugin, defineStrategy, inSteps, solving } from '@veritasvault/portfolio/sdk/v1';

const endless = defineStrategy({
  id: 'endless',
  title: 'Endless',
  description: 'Minimum variance, over and over, until it is stopped.',
  references: [],
  parameters: { type: 'object', additionalProperties: false, properties: {} },
  needs: ['covariance'],
  optimize: (task) =>
    inSteps(task, function* () {
      const { covariance } = task.estimates;
      if (covariance === undefined) throw new Error('the host provides what the strategy needs');
      const objective = { quadratics: [{ scale: 1, operator: covariance }], linear: new Float64Array(covariance.size) };
      let answer = yield* solving(objective, 'round 0');
      for (let round = 1; !task.signal.aborted && answer.solution.termination.limit === undefined; round += 1) {
        answer = yield* solving(objective, `round ${String(round)}`);
      }
      return answer;
    }),
});

export default definePlugin({
  manifest: {
    id: 'endless',
    version: '1.0.0',
    sdk: '^1.0.0',
    title: 'Endless',
    references: [],
    capabilities: { strategies: ['endless'] },
  },
  activate: () => ({ strategies: [endless] }),
});
