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
