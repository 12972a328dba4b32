"""The steps of the reverse funnel, with the rates that benchmarks give them."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.planning import BENCHMARK, SEED, steps_of
from pipelines.tables import Table

HEADER = """-- The steps from the customer back to the lead, with the rates of benchmarks as exact fractions.
create table reference.funnel_step (
  scenario     varchar not null comment 'seed: the figures that came with the project; benchmark: the newest ones',
  place        integer not null comment 'steps from this stage to the customer, from 1',
  stage        varchar not null comment 'stage of the funnel',
  next_stage   varchar not null comment 'the next stage of the plan that the company uses',
  kpi_id       varchar          comment 'the KPI that measures the step; NULL when none does',
  reached      bigint           comment 'rate: above the line; NULL when no benchmark gives one',
  members      bigint           comment 'rate: below the line',
  rate_source  varchar not null comment 'the benchmarks it comes from',
  primary key (scenario, place)
) as
"""
COLUMNS = ("scenario", "place", "stage", "next_stage", "kpi_id", "reached", "members", "rate_source")


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    rows = [
        (
            scenario,
            step.place,
            step.stage,
            step.next_stage,
            step.kpi_id,
            step.rate.numerator if step.rate else None,
            step.rate.denominator if step.rate else None,
            step.source,
        )
        for scenario in (SEED, BENCHMARK)
        for step in steps_of(config, scenario)
    ]
    return HEADER + listed_rows(COLUMNS, rows)
