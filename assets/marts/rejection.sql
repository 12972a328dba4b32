-- Rows of files that could not be taken and do not count, by file, kind, column and reason: until the file is corrected.
-- A file that is rows of two kinds is told once as each.
-- publish: yes
-- snapshot: whole
create table marts.rejection (
  path            varchar  not null comment 'path of the file below the inbox',
  kind            varchar  not null comment 'what the file holds, for example leads',
  load_id         bigint   not null comment 'load of the file, for kpi retract',
  rows_in         bigint   not null comment 'data rows in the file, of this kind',
  rows_rejected   bigint   not null comment 'rows of the file that could not be taken, for whatever reason',
  rejected_share  double            comment 'rows_rejected over rows_in',
  column_name     varchar  not null comment 'column that is wrong; empty where the whole line is',
  rows            bigint   not null comment 'rows that were rejected for this reason',
  first_line      bigint   not null comment 'line of the first of them; the header is line 1',
  lines           varchar  not null comment 'lines where they stand, or the first of them',
  reason          varchar  not null comment 'what is wrong; numbers in it are those of the first line',
  remedy          varchar  not null comment 'what to do about the first line',
  wordings        bigint   not null comment 'reasons that differ in their numbers',
  is_of_erased    boolean  not null comment 'whether they are kept out because they name persons who were erased',
  primary key (path, kind, column_name, reason),
  constraint never_more_than_the_file check (rows <= rows_rejected and rows_rejected <= rows_in)
) as
select
  r.path,
  r.kind,
  r.load_id,
  r.rows_in,
  r.rows_rejected,
  ratio(r.rows_rejected, r.rows_in) as rejected_share,
  r.column_name,
  r.rows,
  r.first_line,
  r.lines,
  r.reason,
  r.remedy,
  r.wordings,
  r.is_of_erased
from meta.rejection as r
