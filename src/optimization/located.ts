/** Faults told where the caller wrote what they are about. */
import { Fault, under } from '../values/fault.ts';

/**
 * Runs `work`; the violations of its Faults stand below `field` afterwards, those whose path begins with a name in `elsewhere` at the place that
 * it stands for.
 */
export function located<Result>(
  field: string,
  work: () => Result,
  elsewhere: Readonly<Record<string, string>> = {},
): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const violations = error.violations.flatMap((violation) => {
      const head = /^[^.[]*/.exec(violation.field)?.[0] ?? '';
      const place = Object.hasOwn(elsewhere, head) ? elsewhere[head] : undefined;
      if (place === undefined) return under(field, [violation]);
      return [{ ...violation, field: place + violation.field.slice(head.length) }];
    });
    throw new Fault(error.reason, error.message, error.metadata, violations);
  }
}
