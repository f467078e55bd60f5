// Child processes: captured with a sign of life, or in the foreground with signals passed on.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { root, say, secondsSince, setupFolder } from './project.mjs';

/** The environment in which `node` is the pinned runtime, also for the tools that call it by name. */
export const environmentOf = (runtime, base = process.env) => {
  const name = Object.keys(base).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  // Node keeps compiled code there, which halves the time to load the server, its threads and the client.
  const NODE_COMPILE_CACHE = base.NODE_COMPILE_CACHE ?? join(setupFolder, 'compiled');
  return { ...base, NODE_COMPILE_CACHE, [name]: `${dirname(runtime)}${delimiter}${base[name] ?? ''}` };
};

/**
 * Runs a command to its end and keeps what it wrote (stdout and stderr in order of arrival).
 * `aliveEvery` milliseconds, `title` and the elapsed time are said, so that a slow step is not taken for a hung one.
 */
export const capture = (command, { env = process.env, shell = false, title = '', aliveEvery = 0 } = {}) =>
  new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(command[0], command.slice(1), { cwd: root, env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    const alive =
      aliveEvery > 0 ? setInterval(() => say(`  ${title} ... ${secondsSince(start)}`), aliveEvery) : undefined;
    let output = '';
    const keep = (chunk) => (output += chunk);
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const end = (code) => {
      clearInterval(alive);
      resolve({ ok: code === 0, output, elapsed: secondsSince(start) });
    };
    child.on('error', (error) => {
      keep(`${error.message}\n`);
      end(1);
    });
    child.on('close', end);
  });

/** Runs a command on this terminal and resolves to its exit code; SIGTERM and SIGHUP reach it, SIGINT too when no terminal has sent it already. */
export const foreground = (command, { env = process.env } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), { cwd: process.cwd(), env, stdio: 'inherit' });
    const pass = (signal) => child.kill(signal);
    const handlers = { SIGTERM: pass, SIGHUP: pass, SIGINT: process.stdin.isTTY ? () => undefined : pass };
    for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
