import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { openDesk } from '../support/e2e/desk.ts';

const folder = fileURLToPath(new URL('../../examples/requests/', import.meta.url));
const requests = readdirSync(folder).filter((file) => file.endsWith('.json'));

interface Solution {
  readonly termination: string;
  readonly detail: string;
  readonly weights: readonly { readonly weight: number }[];
  readonly certificate?: { readonly passed: boolean };
}

describe('the example requests', function () {
  this.timeout(60_000);
  const desk = openDesk();

  it('are there', () => {
    expect(requests.length).to.be.at.least(10);
  });

  for (const file of requests)
    it(`are answered as they stand, over HTTP: ${file}`, async () => {
      const response = await fetch(`http://${desk.server.httpAddress}/v1/optimizations:optimize`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: readFileSync(`${folder}${file}`),
      });
      const text = await response.text();
      expect(response.status, text).to.equal(200);
      const last = text.trim().split('\n').at(-1) ?? '';
      const { solution } = JSON.parse(last.replace(/^data: /, '')) as { readonly solution: Solution };
      expect(solution.termination, solution.detail).to.equal('TERMINATION_REASON_OPTIMAL');
      expect(solution.certificate?.passed).to.equal(true);
      expect(solution.weights.reduce((sum, { weight }) => sum + weight, 0)).to.be.closeTo(1, 1e-6);
    });
});
