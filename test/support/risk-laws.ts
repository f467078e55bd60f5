/** The laws of the handlers that limit risk, leverage and concentration. */
import type { Law } from './constraint-laws.ts';

export const riskLaws: readonly Law[] = [];
