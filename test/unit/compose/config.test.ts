import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { expect } from 'chai';

import { readConfig } from '../../../src/compose/config.ts';
import { constraintCatalog } from '../../../src/compose/constraint-catalog.ts';
import { keptTokenKey } from '../../../src/compose/token-key.ts';
import { turnover } from '../../../src/constraints/turnover.ts';
import { Registry } from '../../../src/host/registry.ts';
import { checkedConstraint } from '../../../src/host/checked.ts';
import { Fault } from '../../../src/values/fault.ts';

describe('the settings of the server', () => {
  it('serve loopback on an embedded database when nothing is said', () => {
    const config = readConfig({ PORTFOLIO_DATABASE_URL: ' ' });
    expect(config).to.include({ grpcAddress: '127.0.0.1:50051', httpAddress: '127.0.0.1:8080', drainMs: 10_000 });
    expect(config.dataDirectory).to.equal(resolve('.data'));
    expect(config).not.to.have.any.keys('databaseUrl', 'tls', 'tokenKey');
    expect(config.workers).to.be.at.least(1);
  });

  it('read plugins by comma, relative ones from the working directory, and switch HTTP off', () => {
    const config = readConfig({
      PORTFOLIO_PLUGINS: './mine, /opt/theirs,@scope/package',
      PORTFOLIO_HTTP_ADDRESS: 'off',
    });
    expect(config.plugins).to.deep.equal([resolve('mine'), '/opt/theirs', '@scope/package']);
    expect(config).not.to.have.property('httpAddress');
  });

  it('name every problem at once, by variable, and repeat no password', () => {
    const environment = {
      PORTFOLIO_GRPC_ADDRESS: 'localhost:70000',
      PORTFOLIO_DATABASE_URL: 'mysql://user:secret@host/db',
      PORTFOLIO_TLS_CERT: '/nowhere/cert.pem',
      PORTFOLIO_WORKERS: '0',
      PORTFOLIO_STALL_MS: '1e4',
      PORTFOLIO_TOKEN_KEY: 'c2hvcnQ=',
      PORTFOLIO_LOG_LEVEL: 'loud',
    };
    try {
      readConfig(environment);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const named = new Set(error.violations.map(({ field }) => field));
      expect([...named].sort()).to.deep.equal(
        [...Object.keys(environment), 'PORTFOLIO_TLS_KEY', 'PORTFOLIO_TLS_CA'].sort(),
      );
      expect(error.message).not.to.contain('secret');
      return;
    }
    throw new Error('a fault was expected');
  });
});

describe('the key of resume tokens', () => {
  it('is made once, kept for the next start, and readable by its owner only', () => {
    const directory = mkdtempSync(join(tmpdir(), 'token-key-'));
    const first = keptTokenKey(directory);
    expect(first).to.have.length(32);
    expect(keptTokenKey(directory)).to.deep.equal(first);
    expect(statSync(join(directory, 'resume-token.key')).mode & 0o777).to.equal(0o600);
    rmSync(directory, { recursive: true });
  });
});

describe('the constraints of a portfolio', () => {
  const offer = {
    id: 'turnover',
    plugin: 'built-in',
    pluginVersion: '1.0.0',
    contribution: checkedConstraint(turnover),
  };
  const catalog = constraintCatalog({ constraints: new Registry('constraint', [offer]) });

  it('are checked by the schema of their type, in the names that the caller used', () => {
    expect(catalog.violations('TurnoverConstraint', { maxTurnover: 0.1 }, 'constraints[0]')).to.deep.equal([]);
    const violations = catalog.violations('TurnoverConstraint', { maxTurnover: 'much' }, 'constraints[0]');
    expect(violations.map(({ field }) => field)).to.deep.equal(['constraints[0].parameters.maxTurnover']);
  });

  it('are refused when nobody offers their type', () => {
    const violations = catalog.violations('turnvoer', {}, 'constraints[2]');
    expect(violations.map(({ field, reason }) => [field, reason])).to.deep.equal([
      ['constraints[2].type', 'UNKNOWN_TYPE'],
    ]);
  });
});
