import {
  AssetSchema,
  BenchmarkSchema,
  BenchmarkWeightSchema,
  FactorModelSchema,
  FxSeriesSchema,
  PriceSeriesSchema,
} from './market.ts';
import {
  AllocationSchema,
  AllocationSetSchema,
  CashBalanceSchema,
  ConstraintSchema,
  HoldingsSchema,
  ObjectiveSchema,
  PolicySchema,
  PortfolioSchema,
  PositionSchema,
} from './portfolio.ts';
import {
  ExecutionSchema,
  IdempotencySchema,
  PriceSnapshotSchema,
  ProposalSchema,
  RunEventSchema,
  RunSchema,
  TransactionSchema,
} from './runs.ts';

/** Every table of the database, in the order in which they may be emptied. */
export const schemas = [
  PortfolioSchema,
  ObjectiveSchema,
  ConstraintSchema,
  PolicySchema,
  PositionSchema,
  CashBalanceSchema,
  HoldingsSchema,
  AllocationSetSchema,
  AllocationSchema,
  AssetSchema,
  PriceSeriesSchema,
  FxSeriesSchema,
  BenchmarkSchema,
  BenchmarkWeightSchema,
  FactorModelSchema,
  RunSchema,
  RunEventSchema,
  PriceSnapshotSchema,
  ProposalSchema,
  TransactionSchema,
  ExecutionSchema,
  IdempotencySchema,
];
