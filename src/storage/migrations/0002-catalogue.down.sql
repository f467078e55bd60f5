drop table price_snapshots;
alter table constraints drop column penalty;
