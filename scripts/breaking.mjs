// `buf breaking` against the last state of main; where there is none to compare with, one line says why.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bufCommand } from './generated.mjs';
import { at, root, setupFolder } from './project.mjs';
import { capture } from './processes.mjs';

const git = (...args) => {
  const result = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return {
    ok: result.status === 0,
    text: (result.stdout ?? '').trim(),
    complaint: result.error?.message ?? result.stderr.trim().split('\n')[0],
  };
};

const commitOf = (name) => git('rev-parse', '--verify', '--quiet', `${name}^{commit}`).text;

/**
 * The commit to compare with, or the reason why there is none. On a branch: where it left main. On main itself: its tip while
 * protos are being edited, the commit before it once they are committed.
 */
const baseline = () => {
  if (!existsSync(at('.git'))) return { reason: 'not a git clone, nothing to compare with' };
  const usable = git('rev-parse', '--git-dir');
  if (!usable.ok) return { reason: `git does not read this clone (${usable.complaint}), nothing to compare with` };
  const head = commitOf('HEAD');
  if (head === '') return { reason: 'no commit yet, nothing to compare with' };
  const main = commitOf('origin/main') || commitOf('main');
  if (main === '') return { reason: 'this clone does not know main (git fetch origin main), nothing to compare with' };
  const left = git('merge-base', 'HEAD', main).text;
  const shallow = git('rev-parse', '--is-shallow-repository').text === 'true';
  if (left === '')
    return {
      reason: shallow
        ? 'shallow clone without the commit where main was left, nothing to compare with'
        : 'no common history with main, nothing to compare with',
    };
  if (left !== head || git('status', '--porcelain', '--', 'proto').text !== '') return { commit: left };
  const before = commitOf('HEAD^');
  if (before !== '') return { commit: before };
  return {
    reason: shallow
      ? 'shallow clone that holds only the last state itself, nothing to compare with'
      : 'first commit, nothing to compare with',
  };
};

export const breaking = async (runtime, env) => {
  const { commit, reason } = baseline();
  if (commit === undefined) return { ok: true, output: '', elapsed: '0.0 s', note: reason };
  const short = commit.slice(0, 10);
  const against = join(setupFolder, `against.${process.pid}.zip`);
  mkdirSync(setupFolder, { recursive: true });
  try {
    const held = git('ls-tree', '-r', '--name-only', commit, '--', 'buf.yaml', 'proto/veritasvault').text;
    if (!held.includes('.proto') || !held.includes('buf.yaml')) {
      return {
        ok: true,
        output: '',
        elapsed: '0.0 s',
        note: `main at ${short} has no protos yet, nothing to compare with`,
      };
    }
    if (!git('archive', '--format=zip', '-o', against, commit, 'buf.yaml', 'proto').ok) {
      return {
        ok: true,
        output: '',
        elapsed: '0.0 s',
        note: `this clone lacks the files of ${short}, nothing to compare with`,
      };
    }
    const result = await capture(bufCommand(runtime, 'breaking', '--against', against), { env });
    return { ...result, note: `against ${short}` };
  } finally {
    rmSync(against, { force: true });
  }
};
