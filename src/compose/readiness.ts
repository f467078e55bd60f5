/** Health follows the database: a server whose database does not answer must not be sent calls. */
import type { Health } from '../rpc/health.ts';
import type { Storage } from '../storage/storage.ts';

const lookEveryMs = 2000;

/** Returns what ends the following. */
export function followDatabase(storage: Storage, health: Health, warn: (message: string) => void): () => Promise<void> {
  let looking = false;
  let lost = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      await storage.ready();
      if (lost) health.serve();
      lost = false;
    } catch (error) {
      if (!lost) warn(`the database does not answer: ${error instanceof Error ? error.message : String(error)}`);
      lost = true;
      health.stop();
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), lookEveryMs);
  return async () => clearInterval(timer);
}
