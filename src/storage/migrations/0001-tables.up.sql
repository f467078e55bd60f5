-- The tables of the service. `tenant` is on every row and first in every key. `numeric` takes NaN, which sorts above every number
-- and so passes `> 0`: each numeric column refuses it by name; floats refuse NaN and both infinities.

create table portfolios (
  tenant text not null,
  id text not null,
  display_name text not null,
  type text not null,
  base_currency text not null,
  inception_date date not null,
  benchmark_id text,
  risk_free_rate_annual double precision not null,
  version int not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  deleted_at timestamptz(3),
  primary key (tenant, id),
  constraint portfolios_risk_free_rate_annual_finite check (
    risk_free_rate_annual > '-Infinity'::double precision and risk_free_rate_annual < 'Infinity'::double precision
  ),
  constraint portfolios_version_counts check (version >= 1)
);
create index portfolios_created on portfolios (tenant, created_at, id);

create table investment_objectives (
  tenant text not null,
  portfolio_id text not null,
  id text not null,
  ordinal int not null,
  type text not null,
  target double precision,
  parameters jsonb not null,
  priority int not null,
  primary key (tenant, portfolio_id, id),
  constraint investment_objectives_target_finite check (target > '-Infinity'::double precision and target < 'Infinity'::double precision),
  foreign key (tenant, portfolio_id) references portfolios (tenant, id) on delete cascade
);

create table constraints (
  tenant text not null,
  portfolio_id text not null,
  id text not null,
  ordinal int not null,
  display_name text not null,
  type text not null,
  parameters jsonb not null,
  priority int,
  inactive boolean not null,
  primary key (tenant, portfolio_id, id),
  foreign key (tenant, portfolio_id) references portfolios (tenant, id) on delete cascade
);

create table rebalancing_policies (
  tenant text not null,
  portfolio_id text not null,
  id text not null,
  trigger_type text not null,
  frequency text,
  parameters jsonb not null,
  cost_rate numeric(28,10) not null,
  cost_per_trade numeric(28,10) not null,
  trade_value_min numeric(28,10) not null,
  fractional boolean not null,
  primary key (tenant, portfolio_id, id),
  constraint rebalancing_policies_one unique (tenant, portfolio_id),
  constraint rebalancing_policies_trigger_type_known check (
    trigger_type = any (array['manual'::text, 'calendar'::text, 'absolute-drift'::text, 'relative-drift'::text])
  ),
  constraint rebalancing_policies_frequency_known check (
    frequency = any (array['daily'::text, 'weekly'::text, 'monthly'::text, 'quarterly'::text, 'annual'::text])
  ),
  constraint rebalancing_policies_cost_rate_not_nan check (cost_rate <> 'NaN'::numeric),
  constraint rebalancing_policies_cost_per_trade_not_nan check (cost_per_trade <> 'NaN'::numeric),
  constraint rebalancing_policies_trade_value_min_not_nan check (trade_value_min <> 'NaN'::numeric),
  foreign key (tenant, portfolio_id) references portfolios (tenant, id) on delete cascade
);

create table positions (
  tenant text not null,
  portfolio_id text not null,
  id text not null,
  asset_id text not null,
  quantity numeric(28,10) not null,
  primary key (tenant, portfolio_id, id),
  constraint positions_quantity_not_nan check (quantity <> 'NaN'::numeric),
  foreign key (tenant, portfolio_id) references portfolios (tenant, id) on delete cascade
);

create table cash_balances (
  tenant text not null,
  portfolio_id text not null,
  id text not null,
  currency text not null,
  amount numeric(28,10) not null,
  primary key (tenant, portfolio_id, id),
  constraint cash_balances_amount_not_nan check (amount <> 'NaN'::numeric),
  foreign key (tenant, portfolio_id) references portfolios (tenant, id) on delete cascade
);

create table holdings (
  tenant text not null,
  portfolio_id text not null,
  version int not null,
  effective_at timestamptz(3) not null,
  positions jsonb not null,
  cash_balances jsonb not null,
  primary key (tenant, portfolio_id, version),
  foreign key (tenant, portfolio_id) references portfolios (tenant, id) on delete cascade deferrable initially deferred
);
create index holdings_effective on holdings (tenant, portfolio_id, effective_at);

create table allocation_sets (
  tenant text not null,
  portfolio_id text not null,
  kind text not null,
  dimension text not null,
  version int not null,
  effective_at timestamptz(3) not null,
  primary key (tenant, portfolio_id, kind, dimension, version),
  constraint allocation_sets_kind_known check (kind = any (array['target'::text, 'actual'::text])),
  constraint allocation_sets_dimension_known check (dimension = any (array['asset'::text, 'asset-class'::text, 'group'::text])),
  constraint allocation_sets_version_counts check (version >= 1),
  foreign key (tenant, portfolio_id) references portfolios (tenant, id) on delete cascade
);

create table allocations (
  tenant text not null,
  portfolio_id text not null,
  kind text not null,
  dimension text not null,
  set_version int not null,
  id text not null,
  ordinal int not null,
  subject text not null,
  weight double precision not null,
  weight_min double precision,
  weight_max double precision,
  effective_at timestamptz(3) not null,
  primary key (tenant, portfolio_id, kind, dimension, set_version, id),
  constraint allocations_kind_known check (kind = any (array['target'::text, 'actual'::text])),
  constraint allocations_dimension_known check (dimension = any (array['asset'::text, 'asset-class'::text, 'group'::text])),
  constraint allocations_weight_finite check (weight > '-Infinity'::double precision and weight < 'Infinity'::double precision),
  constraint allocations_weight_min_finite check (weight_min > '-Infinity'::double precision and weight_min < 'Infinity'::double precision),
  constraint allocations_weight_max_finite check (weight_max > '-Infinity'::double precision and weight_max < 'Infinity'::double precision),
  foreign key (tenant, portfolio_id, kind, dimension, set_version) references allocation_sets (tenant, portfolio_id, kind, dimension, version) on delete cascade
);

create table assets (
  tenant text not null,
  id text not null,
  display_name text not null,
  asset_class text not null,
  sector text not null,
  country text not null,
  currency text not null,
  groups jsonb not null,
  lot_size numeric(28,10) not null,
  market_capitalization numeric(28,10),
  identifiers jsonb not null,
  version int not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (tenant, id),
  constraint assets_lot_size_not_nan check (lot_size <> 'NaN'::numeric),
  constraint assets_market_capitalization_not_nan check (market_capitalization <> 'NaN'::numeric),
  constraint assets_lot_size_positive check (lot_size > 0::numeric),
  constraint assets_version_counts check (version >= 1)
);
create index assets_created on assets (tenant, created_at, id);

create table price_series (
  tenant text not null,
  asset_id text not null,
  days int[] not null,
  "values" numeric(28,10)[] not null,
  floats bytea not null,
  updated_at timestamptz(3) not null,
  primary key (tenant, asset_id),
  constraint price_series_values_not_nan check ('NaN'::numeric <> all ("values")),
  constraint price_series_lengths_equal check (cardinality(days) = cardinality("values") and octet_length(floats) = (8 * cardinality(days))),
  constraint price_series_complete check (
    array_position(days, null::integer) is null
    and array_position("values", null::numeric) is null
  )
);

create table fx_series (
  tenant text not null,
  base text not null,
  quote text not null,
  days int[] not null,
  "values" numeric(28,10)[] not null,
  floats bytea not null,
  updated_at timestamptz(3) not null,
  primary key (tenant, base, quote),
  constraint fx_series_values_not_nan check ('NaN'::numeric <> all ("values")),
  constraint fx_series_lengths_equal check (cardinality(days) = cardinality("values") and octet_length(floats) = (8 * cardinality(days))),
  constraint fx_series_complete check (
    array_position(days, null::integer) is null
    and array_position("values", null::numeric) is null
  )
);

create table benchmarks (
  tenant text not null,
  id text not null,
  display_name text not null,
  updated_at timestamptz(3) not null,
  primary key (tenant, id)
);

create table benchmark_weights (
  tenant text not null,
  benchmark_id text not null,
  effective_date date not null,
  asset_id text not null,
  ordinal int not null,
  weight double precision not null,
  primary key (tenant, benchmark_id, effective_date, asset_id),
  constraint benchmark_weights_weight_finite check (weight > '-Infinity'::double precision and weight < 'Infinity'::double precision),
  foreign key (tenant, benchmark_id) references benchmarks (tenant, id) on delete cascade
);

create table factor_models (
  tenant text not null,
  id text not null,
  display_name text not null,
  factors jsonb not null,
  asset_ids jsonb not null,
  exposures bytea not null,
  factor_covariance bytea not null,
  specific_variance bytea not null,
  updated_at timestamptz(3) not null,
  primary key (tenant, id),
  constraint factor_models_shapes_agree check (
    octet_length(exposures) = ((8 * jsonb_array_length(factors)) * jsonb_array_length(asset_ids))
    and octet_length(factor_covariance) = ((8 * jsonb_array_length(factors)) * jsonb_array_length(factors))
    and octet_length(specific_variance) = (8 * jsonb_array_length(asset_ids))
  )
);

create table runs (
  tenant text not null,
  kind text not null,
  portfolio_id text not null,
  id text not null,
  subject text not null,
  state text not null,
  input jsonb not null,
  result jsonb,
  error jsonb,
  last_sequence bigint not null,
  attempt int not null,
  cancel_requested boolean not null,
  owner text,
  lease_until timestamptz(3),
  version int not null,
  created_at timestamptz(3) not null,
  ended_at timestamptz(3),
  primary key (tenant, kind, portfolio_id, id),
  constraint runs_kind_known check (kind = any (array['optimization'::text, 'rebalance'::text])),
  constraint runs_state_known check (
    state = any (array['queued'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text, 'proposed'::text, 'accepted'::text, 'rejected'::text, 'not-triggered'::text])
  ),
  constraint runs_last_sequence_counts check (last_sequence >= 0),
  constraint runs_version_counts check (version >= 1)
);
create index runs_created on runs (tenant, kind, portfolio_id, created_at, id);
create index runs_state on runs (state, created_at);

create table run_events (
  tenant text not null,
  kind text not null,
  portfolio_id text not null,
  run_id text not null,
  sequence bigint not null,
  at timestamptz(3) not null,
  type text not null,
  payload jsonb not null,
  primary key (tenant, kind, portfolio_id, run_id, sequence),
  constraint run_events_kind_known check (kind = any (array['optimization'::text, 'rebalance'::text])),
  constraint run_events_sequence_counts check (sequence >= 1),
  foreign key (tenant, kind, portfolio_id, run_id) references runs (tenant, kind, portfolio_id, id) on delete cascade
);

create table proposals (
  tenant text not null,
  portfolio_id text not null,
  run_id text not null,
  portfolio_version int not null,
  currency text not null,
  value_before numeric(28,10) not null,
  value_after numeric(28,10) not null,
  cost numeric(28,10) not null,
  proposed_at timestamptz(3) not null,
  primary key (tenant, portfolio_id, run_id),
  constraint proposals_value_before_not_nan check (value_before <> 'NaN'::numeric),
  constraint proposals_value_after_not_nan check (value_after <> 'NaN'::numeric),
  constraint proposals_cost_not_nan check (cost <> 'NaN'::numeric)
);

create table transactions (
  tenant text not null,
  portfolio_id text not null,
  id text not null,
  rebalance_id text not null,
  ordinal int not null,
  asset_id text not null,
  side text not null,
  quantity numeric(28,10) not null,
  quantity_executed numeric(28,10) not null,
  price_expected numeric(28,10) not null,
  state text not null,
  version int not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (tenant, portfolio_id, id),
  constraint transactions_side_known check (side = any (array['buy'::text, 'sell'::text])),
  constraint transactions_state_known check (state = any (array['pending'::text, 'partially-executed'::text, 'executed'::text])),
  constraint transactions_quantity_not_nan check (quantity <> 'NaN'::numeric),
  constraint transactions_quantity_executed_not_nan check (quantity_executed <> 'NaN'::numeric),
  constraint transactions_price_expected_not_nan check (price_expected <> 'NaN'::numeric),
  constraint transactions_quantity_positive check (quantity > 0::numeric),
  constraint transactions_executed_within check (quantity_executed >= 0::numeric and quantity_executed <= quantity),
  constraint transactions_version_counts check (version >= 1)
);
create index transactions_created on transactions (tenant, portfolio_id, created_at, id);
create index transactions_rebalance on transactions (tenant, portfolio_id, rebalance_id, ordinal);

create table executions (
  tenant text not null,
  id text not null,
  portfolio_id text not null,
  transaction_id text not null,
  quantity numeric(28,10) not null,
  price numeric(28,10) not null,
  cost_amount numeric(28,10) not null,
  cost_currency text not null,
  executed_at timestamptz(3) not null,
  recorded_at timestamptz(3) not null,
  primary key (tenant, id),
  constraint executions_quantity_not_nan check (quantity <> 'NaN'::numeric),
  constraint executions_price_not_nan check (price <> 'NaN'::numeric),
  constraint executions_cost_amount_not_nan check (cost_amount <> 'NaN'::numeric),
  constraint executions_quantity_positive check (quantity > 0::numeric),
  foreign key (tenant, portfolio_id, transaction_id) references transactions (tenant, portfolio_id, id) on delete cascade
);
create index executions_transaction on executions (tenant, portfolio_id, transaction_id, executed_at);

create table idempotency (
  tenant text not null,
  principal text not null,
  method text not null,
  request_id text not null,
  digest text not null,
  reply bytea,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  primary key (tenant, principal, method, request_id)
);
create index idempotency_expires on idempotency (expires_at);
