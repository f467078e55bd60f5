// `npm test` and `npm run test:postgres`: every step runs, whatever the others say; the last line is the count.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks } from './checks.mjs';
import { at, secondsSince, setupFolder, SetupError } from './project.mjs';
import { environmentOf, foreground } from './processes.mjs';

const print = (line) => process.stdout.write(`${line}\n`);

/** The tests' environment: nothing of the caller's own server configuration leaks in but what `kept` names. */
const testEnvironment = (runtime, kept) => {
  const env = environmentOf(runtime);
  for (const name of Object.keys(env)) if (name.startsWith('PORTFOLIO_') && !kept.includes(name)) delete env[name];
  return env;
};

/** Runs mocha on the terminal and resolves to its counts; a mocha that ends without counts has failed. */
const mocha = async (runtime, env, args) => {
  const counts = join(setupFolder, `mocha.${process.pid}.json`);
  mkdirSync(setupFolder, { recursive: true });
  const reporter = ['--reporter', at('scripts', 'reporter.mjs'), '--reporter-option', `counts=${counts}`];
  const start = performance.now();
  const code = await foreground([runtime, at('node_modules/mocha/bin/mocha.js'), ...reporter, ...args], { env });
  try {
    const { passed, failed, pending } = JSON.parse(readFileSync(counts, 'utf8'));
    const untold = code !== 0 && failed === 0 ? 1 : 0;
    if (untold === 1) print(`mocha ended with code ${code} although no test failed`);
    return { passed, failed: failed + untold, pending, elapsed: secondsSince(start) };
  } catch {
    print(`mocha ended with code ${code} before it had counted its tests`);
    return { passed: 0, failed: 1, pending: 0, elapsed: secondsSince(start) };
  } finally {
    rmSync(counts, { force: true });
  }
};

const close = (passed, failed) => {
  print(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
};

const reportCheck = (name, { ok, output, elapsed, note }) => {
  print(`${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(30)} ${elapsed.padStart(8)}${note === undefined ? '' : `  ${note}`}`);
  if (!ok) print(output.trimEnd().replaceAll(/^/gm, '     '));
};

const namesFiles = (args) => args.some((arg) => /\.ts$|^test[\\/]/.test(arg));

/** The whole suite on the embedded database. With arguments: only mocha, with those (`npm test -- --grep turnover`). */
export const testAll = async (runtime, args) => {
  const env = testEnvironment(runtime, []);
  if (args.length > 0) {
    const { passed, failed } = await mocha(runtime, env, namesFiles(args) ? args : [...args, 'test/**/*.test.ts']);
    return close(passed, failed);
  }
  const start = performance.now();
  print('Checks, two at a time');
  const checks = await runChecks(runtime, reportCheck);
  print(`\nTests, on the embedded database`);
  const tests = await mocha(runtime, env, ['test/**/*.test.ts']);
  print(
    `${checks.passed + checks.failed} checks (counted below, one each); tests in ${tests.elapsed}, ${tests.pending} pending; all in ${secondsSince(start)}`,
  );
  return close(checks.passed + tests.passed, checks.failed + tests.failed);
};

/** The suites that touch the database, on the PostgreSQL at PORTFOLIO_DATABASE_URL. */
export const testOnPostgres = async (runtime, args) => {
  if (!process.env.PORTFOLIO_DATABASE_URL) {
    throw new SetupError(
      'PORTFOLIO_DATABASE_URL is not set. Name a PostgreSQL >= 15 whose user may create databases, for example\n' +
        '  PORTFOLIO_DATABASE_URL=postgresql://postgres@127.0.0.1:5432/postgres npm run test:postgres',
    );
  }
  const env = testEnvironment(runtime, ['PORTFOLIO_DATABASE_URL']);
  const files = namesFiles(args) ? [] : ['test/storage/**/*.test.ts', 'test/e2e/**/*.test.ts'];
  const { passed, failed, pending, elapsed } = await mocha(runtime, env, [...args, ...files]);
  print(`tests on PostgreSQL in ${elapsed}, ${pending} pending`);
  return close(passed, failed);
};
