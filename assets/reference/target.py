"""The targets as a table: every version of their terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.configuration import Config, Target
from pipelines.configuration.targets import Measured
from pipelines.listed_rows import Cell, listed_rows
from pipelines.tables import Table
from pipelines.targets import lacks, sense_of

HEADER = """-- What the company wants to reach, by when, and who answers for it: every version of each target.
-- publish: yes
create table reference.target (
  target_id       varchar         not null comment 'id of the target',
  version         integer         not null comment 'version of its terms, from 1',
  kpi_id          varchar         not null comment 'the KPI, see reference.kpi',
  goal            varchar                  comment 'the business goals that it serves; NULL when it serves none',
  owner           varchar                  comment 'team or role that answers for it',
  is_shared       boolean         not null comment 'marketing and sales answer for it together',
  slice           varchar         not null comment 'total for the company, channel or campaign',
  member          varchar         not null comment 'the channel or campaign; empty for the company',
  change_type     varchar         not null comment 'relative_pct, pp, absolute, level, level_min or direction_only',
  value           decimal(28, 12)          comment 'how much, of the change type; a percentage is a fraction',
  baseline_kind   varchar                  comment 'given, measured, previous_period, same_period_last_year or NULL',
  baseline_value  decimal(28, 12)          comment 'the baseline where it is given',
  baseline_grain  varchar                  comment 'month, quarter or year in which the baseline is measured',
  baseline_start  date                     comment 'first day of that period',
  period          varchar         not null comment 'what the value counts in: week, month, quarter, year, or term',
  pacing          varchar         not null comment 'linear, or seasonal as the months of the year before',
  tolerance       decimal(18, 12) not null comment 'part of the expected value that may be missing',
  sense           integer         not null comment '1 where more is better, -1 where less is',
  is_additive     boolean         not null comment 'the days of the KPI add up',
  is_total        boolean         not null comment 'its months add up to what is compared',
  entered_on      date            not null comment 'day on which it was set',
  start_date      date            not null comment 'first day on which it counts',
  deadline        date                     comment 'last day',
  review_on       date                     comment 'day by which it is looked at again',
  valid_from      date                     comment 'first day of this version; NULL when it is the beginning',
  valid_to        date                     comment 'last day of this version; NULL for the newest',
  reason          varchar                  comment 'why the terms changed; NULL for the first',
  justification   varchar                  comment 'why a figure that nobody can act on is aimed at',
  lacks           varchar                  comment 'what keeps it from being judged; NULL when nothing does',
  primary key (target_id, version)
) as
"""
COLUMNS = (
    *("target_id", "version", "kpi_id", "goal", "owner", "is_shared", "slice", "member", "change_type", "value"),
    *("baseline_kind", "baseline_value", "baseline_grain", "baseline_start", "period", "pacing", "tolerance", "sense"),
    *("is_additive", "is_total", "entered_on", "start_date", "deadline", "review_on", "valid_from", "valid_to"),
    *("reason", "justification", "lacks"),
)


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    return HEADER + listed_rows(COLUMNS, [row for target in config.targets for row in _versions(target, config)])


def _versions(target: Target, config: Config) -> Iterator[tuple[Cell, ...]]:
    """A row for each version; it ends where the next one begins."""
    kpi = config.kpi(target.kpi)
    goals = (target.goal,) if target.goal else config.goals.serving(target.kpi)
    for number, (terms, last_day) in enumerate(zip(target.versions, (*target.ends, None), strict=True), 1):
        kind, value, grain, start = _baseline(terms.baseline)
        yield (
            *(target.id, number, target.kpi, ", ".join(goals) or None, target.owner, target.is_shared),
            *(*target.scope.cell, terms.change_type, _exact(terms.value)),
            *(kind, value, grain, start, terms.period, terms.pacing, terms.tolerance, sense_of(terms, kpi)),
            *(kpi.additivity == "additive", terms.is_summed, _day(target.entered_on), _day(target.first_day)),
            *(_day(terms.deadline), _day(target.review_on), _day(terms.valid_from), _day(last_day), terms.reason),
            *(target.justification, ", ".join(lacks(terms)) or None),
        )


def _baseline(given: object) -> tuple[Cell, Cell, Cell, Cell]:
    """Kind, value, grain and first day of a baseline."""
    if isinstance(given, Measured):
        return "measured", None, given.period.grain, _day(given.period.first_day)
    if isinstance(given, str) or given is None:
        return given, None, None, None
    return "given", _exact(given), None, None


def _exact(number: object) -> Cell:
    """A number as it was written: it may have more digits before the point than listed decimals have."""
    return None if number is None else str(number)


def _day(day: object) -> Cell:
    return None if day is None else str(day)
