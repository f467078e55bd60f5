// mocha's own `spec` report, and the counts in a file for the closing line.
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      const file = options.reporterOptions?.counts ?? options.reporterOption?.counts;
      if (file !== undefined) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, pending }));
    });
  }
}
