"""Three small tables that a month freezes."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

VALUE = """-- A figure by period.
-- snapshot: month
create table marts.value (
  grain         varchar not null comment 'day, week, month, quarter or year',
  period_start  date    not null comment 'first day',
  slice         varchar not null comment 'total or channel',
  member        varchar not null comment 'value of the slice',
  figure        bigint           comment 'the figure',
  primary key (grain, period_start, slice, member)
) as
select 'day' as grain, cast('2026-01-01' as date) as period_start, 'total' as slice, '' as member, 1 as figure
"""
CHANNEL = """-- A figure by month.
-- snapshot: month
create table marts.channel (
  month   date    not null comment 'first day of the month',
  figure  bigint           comment 'the figure',
  primary key (month)
) as
select cast('2026-01-01' as date) as month, 1 as figure
"""
COHORT = """-- A figure by cohort.
-- snapshot: month
create table marts.cohort (
  cohort_month  date    not null comment 'first day of the month of the cohort',
  figure        bigint           comment 'the figure',
  primary key (cohort_month)
) as
select cast('2026-01-01' as date) as cohort_month, 1 as figure
"""
WHOLE = """-- What goes with every month.
-- snapshot: whole
create table reference.word (
  word  varchar not null comment 'a word',
  primary key (word)
) as
select 'lead' as word
"""
Build = Callable[[str], duckdb.DuckDBPyConnection]
