/** An execution as the caller wrote it; nothing is checked yet. */
import type { MoneyDraft } from '../portfolio/draft.ts';

export interface ExecutionDraft {
  readonly executionId: string;
  readonly quantity: string;
  /** In the asset's currency. */
  readonly price: string;
  /** None when absent. */
  readonly cost?: MoneyDraft;
  readonly executeTime?: Date;
}
