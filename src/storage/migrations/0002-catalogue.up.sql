-- Soft constraints.
alter table constraints add column penalty double precision;
alter table constraints add constraint constraints_penalty_finite check (penalty > '-Infinity'::double precision AND penalty < 'Infinity'::double precision);

-- Prices that runs were solved with, compressed, by the digest of what they are.
create table price_snapshots (
  tenant text not null,
  digest text not null,
  content bytea not null,
  primary key (tenant, digest)
);

-- What constraints on issuers, liquidity, characteristics and funds speak of.
alter table assets add column issuer text not null default '';
alter table assets alter column issuer drop default;
alter table assets add column average_daily_value numeric(28,10);
alter table assets add column characteristics jsonb not null default '{}';
alter table assets alter column characteristics drop default;
alter table assets add column holdings jsonb not null default '[]';
alter table assets alter column holdings drop default;
alter table assets add constraint assets_average_daily_value_not_nan check (average_daily_value <> 'NaN'::numeric);
