import { status as codes } from '@grpc/grpc-js';
import { expect } from 'chai';

import { ErrorReason } from '../../../src/gen/veritasvault/portfolio/v1/error_reason.ts';
import { bounded, codeOf, errorDomain, statusOf, withResumeToken } from '../../../src/rpc/status.ts';
import { Fault, reasons } from '../../../src/values/fault.ts';
import { detailsOf, testEdge } from '../../support/rpc.ts';
import type { LogLine } from '../../support/rpc.ts';

const { log } = testEdge();

describe('the status of a failure', () => {
  it('knows every reason of the proto, and each has a code other than OK, UNKNOWN and INTERNAL', () => {
    const published = Object.keys(ErrorReason).filter(
      (name) => !name.endsWith('UNSPECIFIED') && name !== 'UNRECOGNIZED',
    );
    expect(published.map((name) => name.replace('ERROR_REASON_', '')).sort()).to.deep.equal([...reasons].sort());
    for (const reason of reasons) expect([codes.OK, codes.UNKNOWN, codes.INTERNAL]).not.to.include(codeOf[reason]);
  });

  it('carries reason, domain, metadata and all violations by field path', () => {
    const fault = new Fault('INVALID_ARGUMENT', 'two problems', { asset: 'X' }, [
      { field: 'a.b[1]', description: 'must be above 0', reason: 'NUMBER_INVALID' },
      { field: 'c', description: 'is missing' },
    ]);
    const status = statusOf(fault, log, '/m');
    const details = detailsOf(status.metadata);
    expect(status.code).to.equal(codes.INVALID_ARGUMENT);
    expect(details.info).to.deep.equal({ reason: 'INVALID_ARGUMENT', domain: errorDomain, metadata: { asset: 'X' } });
    expect(details.violations.map(({ field, description, reason }) => ({ field, description, reason }))).to.deep.equal([
      { field: 'a.b[1]', description: 'must be above 0', reason: 'NUMBER_INVALID' },
      { field: 'c', description: 'is missing', reason: 'INVALID_ARGUMENT' },
    ]);
    expect(details.retry).to.equal(undefined);
  });

  it('says how long to wait where a retry makes sense', () => {
    const details = detailsOf(statusOf(new Fault('REQUEST_IN_PROGRESS', 'wait'), log, '/m').metadata);
    expect(details.retry?.retryDelay).to.deep.equal({ seconds: 0n, nanos: 200_000_000 });
  });

  it('sends no token back that is no text of a header', () => {
    for (const [token, sent] of [
      ['abc-_9', ['abc-_9']],
      ['\0', []],
      ['Zo\u00eb', []],
      ['', []],
    ] as const) {
      const status = withResumeToken(statusOf(new Fault('RESUME_TOKEN_INVALID', 'is damaged'), log, '/m'), token);
      expect(status.metadata.get('resume-token')).to.deep.equal(sent);
    }
  });

  it('keeps trailers below 8 KiB whatever the violations are, and says how many it left out', () => {
    const long = 'x'.repeat(5000);
    const violations = Array.from({ length: 5000 }, (_, row) => ({
      field: `rows[${String(row)}].price`,
      description: `✓${long}`,
    }));
    const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, key) => [`key${String(key)}`, long]));
    const status = statusOf(new Fault('IMPORT_REJECTED', long, metadata, violations), log, '/m');
    withResumeToken(status, 't'.repeat(300));
    const headers = Object.entries(status.metadata.toHttp2Headers());
    const bytes = headers.reduce((sum, [key, value]) => sum + key.length + String(value).length + 32, 0);
    expect(bytes + encodeURI(status.details).length).to.be.below(8192);
    const details = detailsOf(status.metadata);
    expect(details.violations).not.to.have.length(0);
    expect(details.info?.metadata['violationsOmitted']).to.equal(String(5000 - details.violations.length));
  });

  it('shows at most 100 violations, in order', () => {
    const violations = Array.from({ length: 150 }, (_, row) => ({ field: `r${String(row)}`, description: 'bad' }));
    const details = detailsOf(statusOf(new Fault('IMPORT_REJECTED', 'bad rows', {}, violations), log, '/m').metadata);
    expect(details.violations.map(({ field }) => field)).to.deep.equal(
      violations.slice(0, 100).map(({ field }) => field),
    );
    expect(details.info?.metadata['violationsOmitted']).to.equal('50');
  });

  it('makes texts with lone surrogates and line breaks safe to send', () => {
    const status = statusOf(
      new Fault('ID_INVALID', 'bad \ud83d id\n', {}, [{ field: '\ud83d', description: '\udc00' }]),
      log,
      '/m',
    );
    expect(() => encodeURI(status.details)).not.to.throw();
    expect(detailsOf(status.metadata).violations[0]?.field).to.equal('\ufffd');
    expect(bounded('😀'.repeat(1000), 100).isWellFormed()).to.equal(true);
  });

  it('tells nothing of a bug but a correlation id that the log knows', () => {
    const lines: LogLine[] = [];
    const bug = new TypeError('secret of the house');
    const status = statusOf(bug, testEdge({}, lines).log, '/m');
    const details = detailsOf(status.metadata);
    const id = details.request?.requestId ?? '';
    expect(status.code).to.equal(codes.INTERNAL);
    expect(status.details).to.contain(id).and.not.to.contain('secret');
    expect(id).to.match(/^[0-9a-f-]{36}$/);
    expect(lines).to.have.length(1);
    expect(lines[0]?.fields).to.include({ err: bug, correlationId: id, method: '/m' });
  });
});
