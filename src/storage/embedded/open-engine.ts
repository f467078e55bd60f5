import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DirectoryLock } from './directory-lock.ts';
import { EmbeddedEngine } from './engine.ts';

export interface OpenEngine {
  readonly engine: EmbeddedEngine;
  readonly close: () => Promise<void>;
}

/**
 * Locks the directory and starts the embedded engine on it. A first start that was cut off leaves half a cluster behind; nothing was ever
 * acknowledged from it, so it is set aside (never deleted) and the next start begins anew.
 */
export async function openEngine(directory: string, warn: (message: string) => void): Promise<OpenEngine> {
  const lock = DirectoryLock.acquire(directory);
  try {
    const cluster = join(directory, 'cluster');
    const complete = join(cluster, 'portfolio.complete');
    if (existsSync(cluster) && !existsSync(complete)) {
      const aside = `${cluster}.unfinished-${Date.now()}`;
      renameSync(cluster, aside);
      warn(`a first start in ${directory} was cut off; its files are set aside in ${aside}`);
    }
    const first = !existsSync(cluster);
    const engine = new EmbeddedEngine({ directory: cluster, first });
    await engine.waitReady;
    if (first) writeFileSync(complete, 'The first start went to its end.\n', { flush: true });
    return {
      engine,
      close: async () => {
        await engine.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
