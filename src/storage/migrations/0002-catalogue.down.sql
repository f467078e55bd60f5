alter table constraints drop column penalty;
