-- Soft constraints.
alter table constraints add column penalty double precision;
alter table constraints add constraint constraints_penalty_finite check (penalty > '-Infinity'::double precision AND penalty < 'Infinity'::double precision);
