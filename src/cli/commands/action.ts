/** Gives a command its session, closes it, and turns failures into lines and an exit code. */
import type { Command } from 'commander';

import { Session } from '../session.ts';
import type { GlobalOptions } from '../session.ts';
import { exitCodeOf, linesOf } from '../wire/failure.ts';

/** Runs a command; its positional arguments and its own options come after the session. */
export function action<Arguments extends readonly unknown[]>(
  run: (session: Session, ...rest: Arguments) => Promise<void>,
): (...given: [...Arguments, Command]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const session = new Session(
      command.optsWithGlobals<GlobalOptions>(),
      command.getOptionValueSourceWithGlobals('address') !== 'default',
    );
    try {
      await run(session, ...(given.slice(0, -1) as unknown as Arguments));
    } catch (error) {
      process.exitCode = exitCodeOf(error);
      const [first, ...rest] = linesOf(error, session.options.address);
      if (first !== undefined) session.remarks.line(session.remarks.paint.red(first));
      session.remarks.lines(rest);
    } finally {
      session.close();
    }
  };
}
