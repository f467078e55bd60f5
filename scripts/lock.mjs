// One set-up at a time per clone: a file that names its owner, created whole by a hard link.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ownerIn = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
};

const isAlive = ({ pid, host }) => {
  if (host !== hostname()) return true; // cannot be seen from here
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

const take = (file, owner) => {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(owner));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
};

/** Moves a dead owner's lock away; if a live one slipped in between look and move, it is put back. */
const clear = (file, dead) => {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    const moved = ownerIn(aside);
    if (moved?.pid !== dead.pid || moved?.since !== dead.since) linkSync(aside, file);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
};

/** Runs `work` while holding the lock; `waiting` is told once who holds it. The lock of a process that died is taken over. */
export const withLock = async (file, work, waiting = () => undefined) => {
  mkdirSync(dirname(file), { recursive: true });
  const owner = { pid: process.pid, host: hostname(), since: Date.now() };
  let told = false;
  while (!take(file, owner)) {
    const holder = ownerIn(file);
    if (holder !== undefined && !isAlive(holder)) {
      clear(file, holder);
      continue;
    }
    if (!told && holder !== undefined) waiting(holder);
    told ||= holder !== undefined;
    await sleep(150);
  }
  try {
    return await work();
  } finally {
    if (ownerIn(file)?.pid === process.pid) rmSync(file, { force: true });
  }
};
