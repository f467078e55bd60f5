/** Mutual TLS of the client: whom it trusts, and who it is. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { credentials } from '@grpc/grpc-js';
import type { ChannelCredentials } from '@grpc/grpc-js';

import { refuse } from '../../values/fault.ts';
import type { Violation } from '../../values/fault.ts';

/** Files in PEM, as the options of `folio` name them. */
export interface TlsOptions {
  /** Authority that signed the certificate of the server. */
  readonly tlsCa?: string | undefined;
  /** Certificate of the client; the server takes the tenant from it. */
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}

const flags = { tlsCa: '--tls-ca', tlsCert: '--tls-cert', tlsKey: '--tls-key' } as const;
type Name = keyof typeof flags;
const names = Object.keys(flags) as Name[];

export function usesTls(options: TlsOptions): boolean {
  return names.some((name) => options[name] !== undefined);
}

/** The options that are missing where others are given: all three are needed, or none. */
export function missingTls(options: TlsOptions): string[] {
  return usesTls(options) ? names.filter((name) => options[name] === undefined).map((name) => flags[name]) : [];
}

/** Credentials from the files, or plain text where none is named. Throws a Fault that names every file that will not do. */
export function credentialsFrom(options: TlsOptions): ChannelCredentials {
  if (!usesTls(options)) return credentials.createInsecure();
  const violations: Violation[] = [];
  const attempt = <Value>(name: Name, problem: string, make: () => Value): Value | undefined => {
    try {
      return make();
    } catch (error) {
      violations.push({
        field: flags[name],
        description: `${options[name] ?? ''} ${problem}: ${error instanceof Error ? error.message : String(error)}`,
      });
      return undefined;
    }
  };
  const read = (name: Name): Buffer | undefined =>
    attempt(name, 'cannot be read', () => readFileSync(options[name] ?? ''));
  const certificateIn = (name: Name, pem: Buffer | undefined): X509Certificate | undefined =>
    pem && attempt(name, 'holds no certificate in PEM', () => new X509Certificate(pem));
  const keyIn = (pem: Buffer | undefined): KeyObject | undefined =>
    pem && attempt('tlsKey', 'holds no private key in PEM', () => createPrivateKey(pem));

  const [authority, certificate, key] = [read('tlsCa'), read('tlsCert'), read('tlsKey')];
  certificateIn('tlsCa', authority);
  const [own, secret] = [certificateIn('tlsCert', certificate), keyIn(key)];
  if (own !== undefined && secret !== undefined && !own.checkPrivateKey(secret))
    violations.push({ field: flags.tlsKey, description: `is not the key of ${options.tlsCert ?? ''}` });
  refuse(violations);
  return credentials.createSsl(authority ?? null, key ?? null, certificate ?? null);
}
