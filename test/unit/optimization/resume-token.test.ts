import { expect } from 'chai';
import { ResumeTokens } from '../../../src/optimization/resume-token.ts';
import type { RunKey } from '../../../src/optimization/run.ts';
import { Fault } from '../../../src/values/fault.ts';

const secret = new Uint8Array(32).fill(7);
const run: RunKey = { kind: 'optimization', portfolioId: 'growth', id: 'r1' };

function reasonOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return error instanceof Fault ? error.reason : String(error);
  }
  return 'read';
}

describe('a resume token', () => {
  const tokens = new ResumeTokens({ key: secret, epoch: 'first' });

  it('gives back its place, and the start when it is empty', () => {
    for (const sequence of [0, 1, 50, 2 ** 40]) {
      expect(tokens.read(tokens.issue('acme', run, sequence), 'acme', run)).to.equal(sequence);
    }
    expect(tokens.read('', 'acme', run)).to.equal(0);
  });

  it('is refused for another run, kind, portfolio or tenant', () => {
    const token = tokens.issue('acme', run, 3);
    expect(reasonOf(() => tokens.read(token, 'other', run))).to.equal('RESUME_TOKEN_FOREIGN');
    for (const other of [{ id: 'r2' }, { kind: 'rebalance' as const }, { portfolioId: 'income' }]) {
      expect(reasonOf(() => tokens.read(token, 'acme', { ...run, ...other }))).to.equal('RESUME_TOKEN_FOREIGN');
    }
  });

  it('is refused when any character is changed, cut off or added', () => {
    const token = tokens.issue('acme', run, 3);
    for (let position = 0; position < token.length; position += 1) {
      const other = token[position] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, position) + other + token.slice(position + 1);
      expect(
        reasonOf(() => tokens.read(changed, 'acme', run)),
        `character ${position}`,
      ).to.equal('RESUME_TOKEN_INVALID');
      expect(reasonOf(() => tokens.read(token.slice(0, position + 1).slice(0, -1) || 'x', 'acme', run))).to.equal(
        'RESUME_TOKEN_INVALID',
      );
    }
    for (const bad of [`${token}A`, `${token}=`, ` ${token}`, 'no token', '\ud800']) {
      expect(reasonOf(() => tokens.read(bad, 'acme', run))).to.equal('RESUME_TOKEN_INVALID');
    }
  });

  it('is refused when another secret signed it', () => {
    const others = new ResumeTokens({ key: new Uint8Array(32).fill(8), epoch: 'first' });
    expect(reasonOf(() => tokens.read(others.issue('acme', run, 3), 'acme', run))).to.equal('RESUME_TOKEN_INVALID');
    expect(() => new ResumeTokens({ key: new Uint8Array(8), epoch: 'x' })).to.throw(RangeError);
  });

  it('speaks of events that are gone after the database was restored', () => {
    const restored = new ResumeTokens({ key: secret, epoch: 'second' });
    expect(reasonOf(() => restored.read(tokens.issue('acme', run, 3), 'acme', run))).to.equal('RESUME_TOKEN_COMPACTED');
  });
});
