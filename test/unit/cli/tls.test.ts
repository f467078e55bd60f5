import { expect } from 'chai';

import { credentialsFrom, missingTls, usesTls } from '../../../src/cli/wire/tls.ts';
import { Fault } from '../../../src/values/fault.ts';

const folder = new URL('../../support/tls/', import.meta.url).pathname;
const pem = (name: string): string => `${folder}${name}.pem`;
const alpha = { tlsCa: pem('authority'), tlsCert: pem('client-alpha'), tlsKey: pem('client-alpha.key') };

function violationsOf(options: Parameters<typeof credentialsFrom>[0]): string[] {
  try {
    credentialsFrom(options);
  } catch (error) {
    if (error instanceof Fault) return error.violations.map(({ field, description }) => `${field}: ${description}`);
    throw error;
  }
  return [];
}

describe('mutual TLS of the client', () => {
  it('is used with three files and plain text with none', () => {
    expect(usesTls({})).to.equal(false);
    expect(credentialsFrom({})._isSecure()).to.equal(false);
    expect(usesTls(alpha)).to.equal(true);
    expect(credentialsFrom(alpha)._isSecure()).to.equal(true);
  });

  it('names the options that are missing beside others', () => {
    expect(missingTls({})).to.deep.equal([]);
    expect(missingTls(alpha)).to.deep.equal([]);
    expect(missingTls({ tlsCert: 'c' })).to.deep.equal(['--tls-ca', '--tls-key']);
  });

  it('refuses every file that cannot be used, all at once', () => {
    const found = violationsOf({ tlsCa: pem('nothing'), tlsCert: alpha.tlsKey, tlsKey: alpha.tlsCert });
    expect(found).to.have.length(3);
    expect(found[0]).to.match(/^--tls-ca: .*nothing\.pem cannot be read: ENOENT/);
    expect(found[1]).to.match(/^--tls-cert: .*client-alpha\.key\.pem holds no certificate in PEM/);
    expect(found[2]).to.match(/^--tls-key: .*client-alpha\.pem holds no private key in PEM/);
  });

  it('refuses the key of another certificate', () => {
    expect(violationsOf({ ...alpha, tlsKey: pem('client-beta.key') })).to.deep.equal([
      `--tls-key: is not the key of ${alpha.tlsCert}`,
    ]);
  });
});
