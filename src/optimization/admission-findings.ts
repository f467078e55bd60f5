/** Collects what is wrong with a request, so that one answer tells everything. */
import { Fault } from '../values/fault.ts';
import type { Reason, Violation } from '../values/fault.ts';
import type { Offers } from './catalog.ts';

/** A list of 5,000 wrong numbers helps nobody: so many of one field are named, the rest is counted. */
export const shownMax = 20;

export class Findings {
  readonly #violations: Violation[] = [];
  readonly #metadata: Record<string, string> = {};

  /** To be handed to readers that report into a list. */
  get violations(): Violation[] {
    return this.#violations;
  }

  add(field: string, description: string, reason?: Reason): void {
    this.#violations.push(reason === undefined ? { field, description } : { field, description, reason });
  }

  addAll(violations: readonly Violation[]): void {
    this.#violations.push(...violations);
  }

  /** What `work` returns, or undefined with the violations of the Fault that it threw. */
  collect<Result>(work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#note(error);
      return undefined;
    }
  }

  #note(fault: Fault): void {
    this.addAll(fault.violations.map((violation) => ({ ...violation, reason: violation.reason ?? fault.reason })));
    Object.assign(this.#metadata, fault.metadata);
  }

  /** The contribution of that id, or undefined with the violation noted. */
  find<Contribution>(offers: Offers<Contribution>, id: string, field: string, word: string): Contribution | undefined {
    if (id === '') {
      this.add(field, `is required: the id of a ${word}`);
      return undefined;
    }
    const found = this.collect(() => offers.require(id, field));
    if (found === undefined) this.#metadata['known'] = offers.offers.map((offer) => offer.id).join(',');
    return found;
  }

  get none(): boolean {
    return this.#violations.length === 0;
  }

  /** Throws one Fault with everything found, if anything was. */
  refuse(): void {
    const fault = Fault.fromViolations(this.#violations);
    if (fault !== undefined) throw new Fault(fault.reason, fault.message, this.#metadata, fault.violations);
  }
}
