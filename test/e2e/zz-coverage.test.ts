import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { called, metReasons, TestClient } from '../support/e2e/client.ts';

const root = new URL('../../', import.meta.url).pathname;
const enumeration = readFileSync(`${root}proto/veritasvault/portfolio/v1/error_reason.proto`, 'utf8');

/**
 * Reasons that no call of these suites can be answered with, and where each is shown instead.
 */
const shownElsewhere: Readonly<Record<string, string>> = {
  DATABASE_UNAVAILABLE: 'test/storage, by killed connections',
  PLUGIN_ACTIVATION_FAILED: 'test/e2e/plugins.test.ts, as the reason of a broken plugin',
  PLUGIN_CONFIG_INVALID: 'test/e2e/plugins.test.ts, as the reason of a broken plugin',
  PLUGIN_DUPLICATE: 'test/e2e/plugins.test.ts, when the server starts',
  PLUGIN_MANIFEST_INVALID: 'test/e2e/plugins.test.ts, as the reason of a broken plugin',
  PLUGIN_NOT_FOUND: 'test/e2e/plugins.test.ts, as the reason of a broken plugin',
  PLUGIN_SDK_MISMATCH: 'test/e2e/plugins.test.ts, as the reason of a broken plugin',
  REQUEST_IN_PROGRESS: 'test/storage, by concurrent requests of one id',
  RESUME_TOKEN_COMPACTED: 'test/unit/optimization',
};

describe('what the end-to-end suites reached', () => {
  it('is every method of every service', () => {
    const missed = TestClient.methods().filter((method) => !called.has(method.path));
    expect(missed.map((method) => method.path)).to.deep.equal([]);
  });

  it('is every error reason, but those that other suites show', () => {
    const reasons = [...enumeration.matchAll(/ERROR_REASON_([A-Z_]+) = [1-9]/g)].map((found) => found[1] ?? '');
    expect(reasons.length).to.be.greaterThan(30);
    expect(reasons.filter((reason) => !metReasons.has(reason) && shownElsewhere[reason] === undefined)).to.deep.equal(
      [],
    );
  });
});
