import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { Fault } from '../../values/fault.ts';

interface Holder {
  readonly pid: number;
  /** Tells a process from a later one with the same id. */
  readonly startedAt: string;
  readonly host: string;
}

/**
 * One process per directory: the embedded engine has no lock of its own, and two processes on one directory lose each other's rows silently.
 * The lock is a file that only one process can create; it names its holder by process id and start time. A holder that is no longer alive
 * (kill -9) is replaced; age alone never is a reason. Refused with the Fault STATE_CONFLICT, which names the holder and the directory.
 */
export class DirectoryLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  static acquire(directory: string): DirectoryLock {
    mkdirSync(directory, { recursive: true });
    const path = join(directory, 'lock');
    const mine: Holder = { pid: process.pid, startedAt: startOf(process.pid) ?? 'unknown', host: hostname() };
    for (let attempt = 0; attempt < 5; attempt++) {
      if (create(path, mine)) return new DirectoryLock(path);
      const holder = read(path);
      if (holder !== undefined && alive(holder)) throw refusal(directory, holder);
      setAside(path, holder);
    }
    throw new Fault('STATE_CONFLICT', `the data directory ${directory} is being taken by another process`, {
      directory,
    });
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}

function refusal(directory: string, holder: Holder): Fault {
  return new Fault(
    'STATE_CONFLICT',
    `the data directory ${directory} is in use by process ${holder.pid} on ${holder.host}; ` +
      'the embedded database takes one process: stop the other, name another directory, or use a PostgreSQL server ' +
      `(if that process is gone for certain, remove ${join(directory, 'lock')})`,
    { directory, pid: String(holder.pid), host: holder.host },
  );
}

/** The file appears with its content or not at all: written aside, then linked under a name that must be free. */
function create(path: string, holder: Holder): boolean {
  const draft = `${path}.draft-${process.pid}-${process.hrtime.bigint()}`;
  writeFileSync(draft, `${JSON.stringify(holder)}\n`, { flush: true });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

/** Undefined when the file is gone or is not ours. */
function read(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** On another host (a shared file system) nobody can tell, so the holder counts as alive. */
function alive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const start = startOf(holder.pid);
  return start === undefined || start === holder.startedAt;
}

/** Start of a process in clock ticks since boot with the boot's id, where the system tells (Linux). */
function startOf(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name in parentheses may hold spaces; the 22nd field is the 20th after it.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    // A zombie waits for its parent to read its end; it holds nothing any more.
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : `${boot}:${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}

/** Renames the stale file, so that of several processes that find it stale only one removes it, and never the file of a new holder. */
function setAside(path: string, stale: Holder | undefined): void {
  const aside = `${path}.stale-${process.pid}-${process.hrtime.bigint()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = read(aside);
  const another = moved !== undefined && (moved.pid !== stale?.pid || moved.startedAt !== stale.startedAt);
  if (another) renameSync(aside, path);
  else rmSync(aside, { force: true });
}
