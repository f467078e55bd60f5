alter table assets drop column holdings;
alter table assets drop column characteristics;
alter table assets drop column average_daily_value;
alter table assets drop column issuer;
drop table price_snapshots;
alter table constraints drop column penalty;
