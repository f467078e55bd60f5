import { Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';

import { exitCodeOfResult } from '../../../src/cli/commands/exit-code.ts';
import { Ended, exitCodeOf, exitCodes, isStreamLost, linesOf, toldBy } from '../../../src/cli/wire/failure.ts';
import { BadRequest, ErrorInfo } from '../../../src/gen/google/rpc/error_details.ts';
import { Status } from '../../../src/gen/google/rpc/status.ts';
import { TerminationReason } from '../../../src/gen/veritasvault/portfolio/v1/optimization_service.ts';
import { Fault } from '../../../src/values/fault.ts';

const address = '127.0.0.1:1';

function serviceError(code: status, reason = '', violations: readonly [string, string][] = []): ServiceError {
  const metadata = new Metadata();
  if (reason !== '') {
    const details = [
      {
        typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo',
        value: Buffer.from(
          ErrorInfo.encode(ErrorInfo.fromPartial({ reason, domain: 'portfolio.veritasvault' })).finish(),
        ),
      },
      {
        typeUrl: 'type.googleapis.com/google.rpc.BadRequest',
        value: Buffer.from(
          BadRequest.encode(
            BadRequest.fromPartial({
              fieldViolations: violations.map(([field, description]) => ({ field, description })),
            }),
          ).finish(),
        ),
      },
    ];
    metadata.set('grpc-status-details-bin', Buffer.from(Status.encode({ code, message: 'told', details }).finish()));
  }
  return Object.assign(new Error('told'), { code, details: 'told', metadata });
}

describe('the exit code', () => {
  it('tells the kind of failure by status', () => {
    const expected: readonly [status, number][] = [
      [status.INVALID_ARGUMENT, 3],
      [status.FAILED_PRECONDITION, 3],
      [status.OUT_OF_RANGE, 3],
      [status.NOT_FOUND, 5],
      [status.ALREADY_EXISTS, 6],
      [status.ABORTED, 6],
      [status.UNAVAILABLE, 7],
      [status.RESOURCE_EXHAUSTED, 7],
      [status.CANCELLED, 8],
      [status.DEADLINE_EXCEEDED, 8],
      [status.INTERNAL, 70],
      [status.UNIMPLEMENTED, 70],
    ];
    expect(expected.map(([code]) => exitCodeOf(serviceError(code)))).to.deep.equal(expected.map(([, code]) => code));
  });

  it('tells it by reason where the status has several kinds', () => {
    expect(exitCodeOf(serviceError(status.FAILED_PRECONDITION, 'PROPOSAL_STALE'))).to.equal(6);
    expect(exitCodeOf(serviceError(status.FAILED_PRECONDITION, 'STATE_CONFLICT'))).to.equal(6);
    expect(exitCodeOf(serviceError(status.FAILED_PRECONDITION, 'PRICE_MISSING'))).to.equal(3);
  });

  it('is 3 for what the client itself refuses and 70 for what nobody expects', () => {
    expect(exitCodeOf(new Fault('INVALID_ARGUMENT', 'bad'))).to.equal(3);
    expect(exitCodeOf(new Ended(exitCodes.infeasible))).to.equal(4);
    expect(exitCodeOf(new TypeError('a bug'))).to.equal(70);
  });

  it('is 4 when there is no portfolio to give', () => {
    const codes = Object.entries(TerminationReason).map(([name, termination]) => [
      name,
      exitCodeOfResult({ termination }),
    ]);
    expect(Object.fromEntries(codes)).to.include({
      TERMINATION_REASON_OPTIMAL: 0,
      TERMINATION_REASON_FEASIBLE: 0,
      TERMINATION_REASON_INFEASIBLE: 4,
      TERMINATION_REASON_UNBOUNDED: 4,
      TERMINATION_REASON_NO_SOLUTION_FOUND: 4,
      TERMINATION_REASON_NUMERICAL_ERROR: 70,
    });
  });
});

describe('a failure', () => {
  it('is printed with each violation on its own line', () => {
    const error = serviceError(status.INVALID_ARGUMENT, 'INVALID_ARGUMENT', [
      ['problem.universe', 'must not be empty'],
      ['strategy', 'is required'],
    ]);
    expect(linesOf(error, address)).to.deep.equal([
      'INVALID_ARGUMENT: 2 problems',
      '  problem.universe: must not be empty',
      '  strategy: is required',
    ]);
    expect(toldBy(error).violations).to.have.length(2);
  });

  it('says where it looked for a server when none answers', () => {
    expect(linesOf(serviceError(status.UNAVAILABLE), address)).to.deep.equal([
      'no server answers at 127.0.0.1:1; start one with "npm start", or name another with --address',
    ]);
  });

  it('says why there is no connection in words of its own', () => {
    const details = (cause: string): string => `No connection established. Last error: ${cause}. Resolution note: `;
    const told = (text: string): string | undefined =>
      linesOf(Object.assign(serviceError(status.UNAVAILABLE), { details: text }), address)[0];
    expect(told('Name resolution failed for target dns:nowhere:1')).to.equal('the host of 127.0.0.1:1 is not known');
    expect(told(details('Error: self-signed certificate in certificate chain'))).to.equal(
      'the certificate of the server at 127.0.0.1:1 is not trusted: self-signed certificate in certificate chain',
    );
    expect(
      told(details('error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:c:77:\n')),
    ).to.match(/^the server at 127\.0\.0\.1:1 does not speak TLS; leave out --tls-ca/);
    const alert = 'error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:c:918\n (2026-01-02)';
    expect(told(details(alert))).to.equal('the server at 127.0.0.1:1 refuses the certificate of --tls-cert');
    for (const cause of ['read ECONNRESET (2026-01-02T03:04:05.678Z)', 'write EPIPE (2026-01-02T03:04:05.678Z)'])
      expect(told(details(cause))).to.match(/closes the connection.*refuse the certificate/);
    expect(told(details('Failed to connect (2026-01-02T03:04:05.678Z)'))).to.match(
      / closes the connection; .*--tls-ca/,
    );
    expect(told(details('Error: connect ECONNREFUSED 127.0.0.1:1'))).to.match(/^no server answers at 127\.0\.0\.1:1;/);
  });

  it('says nothing twice when a command has told its end', () => {
    expect(linesOf(new Ended(exitCodes.infeasible), address)).to.deep.equal([]);
  });

  it('loses a stream only by transport, shutdown or slowness', () => {
    expect(isStreamLost(serviceError(status.UNAVAILABLE))).to.equal(true);
    expect(isStreamLost(serviceError(status.UNAVAILABLE, 'SHUTTING_DOWN'))).to.equal(true);
    expect(isStreamLost(serviceError(status.RESOURCE_EXHAUSTED, 'WATCHER_TOO_SLOW'))).to.equal(true);
    expect(isStreamLost(serviceError(status.INTERNAL))).to.equal(true);
    expect(isStreamLost(serviceError(status.RESOURCE_EXHAUSTED, 'QUOTA_EXCEEDED'))).to.equal(false);
    expect(isStreamLost(serviceError(status.NOT_FOUND, 'NOT_FOUND'))).to.equal(false);
    expect(isStreamLost(serviceError(status.INVALID_ARGUMENT, 'RESUME_TOKEN_FOREIGN'))).to.equal(false);
    expect(isStreamLost(new TypeError('a bug'))).to.equal(false);
  });
});
