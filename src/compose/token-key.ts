/** The secret that signs resume tokens, when none is configured: made once and kept beside the data, so that tokens outlive a restart. */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileName = 'resume-token.key';

export function keptTokenKey(directory: string): Uint8Array {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, fileName);
  const kept = keyIn(file);
  if (kept !== undefined) return kept;
  // Linked into place whole: of two processes that start at once both read the key of the first.
  const draft = `${file}.${String(process.pid)}`;
  writeFileSync(draft, randomBytes(32), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return keyIn(file) ?? missing(file);
}

function keyIn(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function missing(file: string): never {
  throw new Error(`${file} vanished while it was read`);
}
