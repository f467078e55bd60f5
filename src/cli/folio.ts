/** Entry of the command-line client. */
import { runFolio } from './program.ts';

// A reader that has seen enough (`folio catalog | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
// Deprecations inside a library are for its authors; whoever runs the command can do nothing about them.
process.noDeprecation = true;
await runFolio(process.argv.slice(2));
