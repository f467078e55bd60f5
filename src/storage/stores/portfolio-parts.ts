import type { EntityName } from '@mikro-orm/core';

import {
  CashBalance,
  ConstraintDefinition,
  inHoldingOrder,
  Objective,
  type Portfolio,
  Position,
  RebalancingPolicy,
} from '../../portfolio/portfolio.ts';
import {
  CashBalanceSchema,
  ConstraintSchema,
  ObjectiveSchema,
  PolicySchema,
  PositionSchema,
} from '../schema/portfolio.ts';
import { type Session, unfollowed } from '../session.ts';
import { insertRows, rowOf } from './rows.ts';

interface Part {
  tenant: string;
  portfolioId: string;
  id: string;
}

/** A part with rows of its own, and how it hangs on the portfolio. */
interface PartKind<Entity extends Part> {
  readonly entity: EntityName<Entity>;
  readonly schema: Parameters<typeof rowOf>[0];
  readonly order: 'ordinal' | 'id';
  read(portfolio: Portfolio): readonly Entity[];
  hang(portfolio: Portfolio, parts: Entity[]): void;
}

const objectives: PartKind<Objective> = {
  entity: Objective,
  schema: ObjectiveSchema,
  order: 'ordinal',
  read: (portfolio) => portfolio.objectives,
  hang: (portfolio, parts) => (portfolio.objectives = parts),
};
const constraints: PartKind<ConstraintDefinition> = {
  entity: ConstraintDefinition,
  schema: ConstraintSchema,
  order: 'ordinal',
  read: (portfolio) => portfolio.constraints,
  hang: (portfolio, parts) => (portfolio.constraints = parts),
};
const policies: PartKind<RebalancingPolicy> = {
  entity: RebalancingPolicy,
  schema: PolicySchema,
  order: 'id',
  read: (portfolio) => (portfolio.policy === null ? [] : [portfolio.policy]),
  hang: (portfolio, parts) => (portfolio.policy = parts[0] ?? null),
};
const positions: PartKind<Position> = {
  entity: Position,
  schema: PositionSchema,
  order: 'id',
  read: (portfolio) => portfolio.positions,
  hang: (portfolio, parts) => (portfolio.positions = inHoldingOrder(parts, (position) => position.assetId)),
};
const cashBalances: PartKind<CashBalance> = {
  entity: CashBalance,
  schema: CashBalanceSchema,
  order: 'id',
  read: (portfolio) => portfolio.cashBalances,
  hang: (portfolio, parts) => (portfolio.cashBalances = inHoldingOrder(parts, (balance) => balance.currency)),
};

/** Loads the parts of all the portfolios, one query per kind. */
export async function loadParts(session: Session, portfolios: readonly Portfolio[]): Promise<void> {
  if (portfolios.length === 0) return;
  await load(session, objectives, portfolios);
  await load(session, constraints, portfolios);
  await load(session, policies, portfolios);
  await load(session, positions, portfolios);
  await load(session, cashBalances, portfolios);
}

/** Stores the parts as they are now: those of before are gone. */
export async function storeParts(session: Session, portfolio: Portfolio, isNew: boolean): Promise<void> {
  await store(session, objectives, portfolio, isNew);
  await store(session, constraints, portfolio, isNew);
  await store(session, policies, portfolio, isNew);
  await store(session, positions, portfolio, isNew);
  await store(session, cashBalances, portfolio, isNew);
}

async function load<Entity extends Part>(
  session: Session,
  kind: PartKind<Entity>,
  portfolios: readonly Portfolio[],
): Promise<void> {
  const where: object = { tenant: session.tenant, portfolioId: { $in: portfolios.map(({ id }) => id) } };
  const orderBy: object = kind.order === 'ordinal' ? { ordinal: 'asc', id: 'asc' } : { id: 'asc' };
  const found = (await session.manager.find(kind.entity, where, { ...unfollowed, orderBy })) as unknown as Entity[];
  const byPortfolio = Map.groupBy(found, ({ portfolioId }) => portfolioId);
  for (const portfolio of portfolios) kind.hang(portfolio, byPortfolio.get(portfolio.id) ?? []);
}

async function store<Entity extends Part>(
  session: Session,
  kind: PartKind<Entity>,
  portfolio: Portfolio,
  isNew: boolean,
): Promise<void> {
  const owner = { tenant: session.tenant, portfolioId: portfolio.id };
  if (!isNew) await session.manager.nativeDelete(kind.entity, owner as object);
  const parts = kind.read(portfolio);
  const rows = parts.map((part) => rowOf(kind.schema, part, owner));
  await insertRows(session, kind.entity, rows);
}
