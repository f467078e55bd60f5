/** Faults told where the caller wrote what they are about. */
import { Fault, under } from '../values/fault.ts';

/** Runs `work`; the violations of its Faults stand below `field` afterwards. */
export function located<Result>(field: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.reason, error.message, error.metadata, under(field, error.violations));
  }
}
