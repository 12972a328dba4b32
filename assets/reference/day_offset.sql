-- Whole numbers from 0: the days of a cost period, counted from its first.
create table reference.day_offset (
  offset_days  bigint not null comment 'days after the first day',
  primary key (offset_days)
) as
select unnest(generate_series(0, 9999)) as offset_days
