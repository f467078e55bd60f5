// Where things are, and the one way these scripts speak. Plain JavaScript without dependencies: it runs before anything is installed.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const setupFolder = join(root, '.setup');

/** A path inside the project, from its parts. */
export const at = (...parts) => join(root, ...parts);

/** A failure that the caller can mend; printed without a stack. */
export class SetupError extends Error {}

/** Progress goes to stderr: stdout belongs to the task (`folio optimize --json` is read by machines). */
export const say = (line) => process.stderr.write(`${line}\n`);

export const secondsSince = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;
