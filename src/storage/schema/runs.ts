/** Runs and their logs, proposals, transactions with their executions, and answered requests. */
import { defineEntity } from '@mikro-orm/core';

import { Run, runKinds, runStates } from '../../optimization/run.ts';
import { Execution, Transaction, transactionStates } from '../../orders/transaction.ts';
import {
  big,
  bigKey,
  bytes,
  decimal,
  flag,
  holds,
  instant,
  integer,
  json,
  key,
  notNaN,
  oneOf,
  tenant,
  text,
} from '../columns/builders.ts';

export const RunSchema = defineEntity({
  name: 'Run',
  tableName: 'runs',
  properties: {
    tenant: tenant(),
    kind: text().$type<Run['kind']>().primary(),
    portfolioId: key(),
    id: key(),
    subject: text(),
    state: text().$type<Run['state']>(),
    input: json(),
    result: json().nullable(),
    error: json().nullable(),
    lastSequence: big(),
    attempt: integer(),
    cancelRequested: flag(),
    owner: text().nullable(),
    leaseUntil: instant().nullable(),
    version: integer(),
    createdAt: instant(),
    endedAt: instant().nullable(),
  },
  indexes: [
    { name: 'runs_created', properties: ['tenant', 'kind', 'portfolioId', 'createdAt', 'id'] },
    // For claiming: the few that are not at their end, across tenants.
    { name: 'runs_state', properties: ['state', 'createdAt'] },
  ],
  checks: [
    oneOf('runs', 'kind', runKinds),
    oneOf('runs', 'state', runStates),
    holds('runs', 'last_sequence_counts', 'last_sequence >= 0'),
    holds('runs', 'version_counts', 'version >= 1'),
  ],
});
RunSchema.setClass(Run);

export const RunEventSchema = defineEntity({
  name: 'RunEvent',
  tableName: 'run_events',
  properties: {
    tenant: tenant(),
    kind: key(),
    portfolioId: key(),
    runId: key(),
    sequence: bigKey(),
    at: instant(),
    type: text(),
    payload: json(),
  },
  checks: [oneOf('run_events', 'kind', runKinds), holds('run_events', 'sequence_counts', 'sequence >= 1')],
});

export const PriceSnapshotSchema = defineEntity({
  name: 'PriceSnapshot',
  tableName: 'price_snapshots',
  properties: {
    tenant: tenant(),
    digest: key(),
    content: bytes(),
  },
});

export const ProposalSchema = defineEntity({
  name: 'Proposal',
  tableName: 'proposals',
  properties: {
    tenant: tenant(),
    portfolioId: key(),
    runId: key(),
    portfolioVersion: integer(),
    currency: text(),
    valueBefore: decimal(),
    valueAfter: decimal(),
    cost: decimal(),
    proposedAt: instant(),
  },
  checks: notNaN('proposals', 'value_before', 'value_after', 'cost'),
});

export const TransactionSchema = defineEntity({
  name: 'Transaction',
  tableName: 'transactions',
  properties: {
    tenant: tenant(),
    portfolioId: key(),
    id: key(),
    rebalanceId: text(),
    ordinal: integer(),
    assetId: text(),
    side: text().$type<Transaction['side']>(),
    quantity: decimal(),
    quantityExecuted: decimal(),
    priceExpected: decimal(),
    state: text().$type<Transaction['state']>(),
    version: integer(),
    createdAt: instant(),
    updatedAt: instant(),
  },
  indexes: [
    { name: 'transactions_created', properties: ['tenant', 'portfolioId', 'createdAt', 'id'] },
    { name: 'transactions_rebalance', properties: ['tenant', 'portfolioId', 'rebalanceId', 'ordinal'] },
  ],
  checks: [
    oneOf('transactions', 'side', ['buy', 'sell']),
    oneOf('transactions', 'state', transactionStates),
    ...notNaN('transactions', 'quantity', 'quantity_executed', 'price_expected'),
    holds('transactions', 'quantity_positive', 'quantity > 0::numeric'),
    holds('transactions', 'executed_within', 'quantity_executed >= 0::numeric AND quantity_executed <= quantity'),
    holds('transactions', 'version_counts', 'version >= 1'),
  ],
});
TransactionSchema.setClass(Transaction);

export const ExecutionSchema = defineEntity({
  name: 'Execution',
  tableName: 'executions',
  properties: {
    tenant: tenant(),
    id: key(),
    portfolioId: text(),
    transactionId: text(),
    quantity: decimal(),
    price: decimal(),
    costAmount: decimal(),
    costCurrency: text(),
    executedAt: instant(),
    recordedAt: instant(),
  },
  indexes: [{ name: 'executions_transaction', properties: ['tenant', 'portfolioId', 'transactionId', 'executedAt'] }],
  checks: [
    ...notNaN('executions', 'quantity', 'price', 'cost_amount'),
    holds('executions', 'quantity_positive', 'quantity > 0::numeric'),
  ],
});
ExecutionSchema.setClass(Execution);

export const IdempotencySchema = defineEntity({
  name: 'AnsweredRequest',
  tableName: 'idempotency',
  properties: {
    tenant: tenant(),
    principal: key(),
    method: key(),
    requestId: key(),
    digest: text(),
    reply: bytes().nullable(),
    createdAt: instant(),
    expiresAt: instant(),
  },
  indexes: [{ name: 'idempotency_expires', properties: ['expiresAt'] }],
});
