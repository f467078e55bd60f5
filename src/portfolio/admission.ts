/** What a portfolio must fulfil. Every problem is told at once, by the field names of the proto message Portfolio. */
import type { Violation } from '../values/fault.ts';
import { readCurrency, readDate, readNumber, readText } from '../values/fields.ts';
import { readName } from '../values/resource-name.ts';
import { readConstraints, readObjectives } from './admission-intent.ts';
import { readCash, readPositions } from './admission-holdings.ts';
import { readPolicy } from './admission-policy.ts';
import type { ConstraintCatalog } from './constraint-catalog.ts';
import type { PortfolioDraft } from './draft.ts';
import { inHoldingOrder } from './portfolio.ts';
import type { Portfolio } from './portfolio.ts';

/** What admission needs and gathers on its way. */
export interface Admission {
  readonly catalog: ConstraintCatalog;
  readonly newId: () => string;
  /** The day that an absent inception date stands for. */
  readonly today: string;
  readonly violations: Violation[];
  /** Assets and benchmarks that must exist, with the field that named each. */
  readonly references: { readonly collection: 'assets' | 'benchmarks'; readonly id: string; readonly field: string }[];
}

type Reader = (draft: PortfolioDraft, portfolio: Portfolio, field: string, admission: Admission) => void;

/** One reader for each field that a caller may set; its key is the name in an update mask. */
const readers: Readonly<Record<string, Reader>> = {
  display_name: (draft, portfolio, field, { violations }) => {
    portfolio.displayName = readText(draft.displayName, field, violations, { min: 1, max: 200 });
  },
  type: (draft, portfolio, field, { violations }) => {
    portfolio.type = readText(draft.type, field, violations, { max: 100 });
  },
  base_currency: (draft, portfolio, field, { violations }) => {
    portfolio.baseCurrency = readCurrency(draft.baseCurrency, field, violations);
  },
  inception_date: (draft, portfolio, field, { today, violations }) => {
    portfolio.inceptionDate = draft.inceptionDate === '' ? today : readDate(draft.inceptionDate, field, violations);
  },
  benchmark: (draft, portfolio, field, { references, violations }) => {
    portfolio.benchmarkId = null;
    if (draft.benchmark === '') return;
    const id = readName(draft.benchmark, ['benchmarks'], field, violations)[0] ?? '';
    if (id !== '') references.push({ collection: 'benchmarks', id, field });
    portfolio.benchmarkId = id;
  },
  objectives: readObjectives,
  constraints: readConstraints,
  rebalancing_policy: readPolicy,
  positions: readPositions,
  cash_balances: readCash,
  risk_free_rate_annual: (draft, portfolio, field, { violations }) => {
    portfolio.riskFreeRateAnnual = readNumber(draft.riskFreeRateAnnual, field, violations, -0.2, 1);
  },
};

export const portfolioFields = Object.keys(readers);

/** Copies the named fields of the draft into the portfolio; problems and references gather in `admission`. */
export function readPortfolio(
  draft: PortfolioDraft,
  portfolio: Portfolio,
  admission: Admission,
  fields: Iterable<string> = portfolioFields,
): void {
  for (const field of fields) readers[field]?.(draft, portfolio, `portfolio.${field}`, admission);
  portfolio.positions = inHoldingOrder(portfolio.positions, (position) => position.assetId);
  portfolio.cashBalances = inHoldingOrder(portfolio.cashBalances, (balance) => balance.currency);
  for (const part of partsOf(portfolio)) {
    part.tenant = portfolio.tenant;
    part.portfolioId = portfolio.id;
  }
}

function partsOf(portfolio: Portfolio): readonly { tenant: string; portfolioId: string }[] {
  const { objectives, constraints, policy, positions, cashBalances } = portfolio;
  return [...objectives, ...constraints, ...(policy === null ? [] : [policy]), ...positions, ...cashBalances];
}
