"""The benchmarks as a table."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- What others reach, with what it was divided by and why it may not be compared.
-- publish: yes
create table reference.benchmark (
  benchmark_id         varchar not null comment 'id of the benchmark',
  kpi_id               varchar          comment 'the KPI it is about; NULL when its figures are not known',
  kind                 varchar not null comment 'range, average, industry, worked_example and so on',
  low                  decimal(18, 12)  comment 'lowest figure it gives, to 12 digits; NULL when there is none',
  high                 decimal(18, 12)  comment 'highest figure it gives; the same where it is one figure',
  value_text           varchar          comment 'the figure as written, exactly; for a rule what is compared with',
  source               varchar not null comment 'who says so',
  published_on         date             comment 'date of the figure; NULL when it is not stated',
  industry             varchar          comment 'industry it is about; NULL when it is not stated',
  denominator          varchar          comment 'what it divides by, as the source says; NULL when it is not stated',
  denominator_measure  varchar          comment 'the measure that this is here; NULL when it is not stated or has none',
  seed                 varchar          comment 'text that it came from; NULL for the own additions of the company',
  note                 varchar          comment 'what else is to be known of it',
  refusal              varchar          comment 'why it is never compared; NULL for a norm',
  primary key (benchmark_id)
) as
"""
COLUMNS = (
    *("benchmark_id", "kpi_id", "kind", "low", "high", "value_text", "source", "published_on", "industry"),
    *("denominator", "denominator_measure", "seed", "note", "refusal"),
)
STEP = Decimal("0.000000000001")


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    rows = [
        (
            one.id,
            one.kpi,
            one.kind,
            *(_decimal(bound) for bound in one.bounds),
            one.rule or (str(one.value) if one.value is not None else None),
            one.source,
            one.day.isoformat() if one.day else None,
            one.industry,
            one.denominator,
            one.denominator_measure,
            one.seed,
            one.note,
            one.refusal,
        )
        for one in config.benchmarks
    ]
    return HEADER + listed_rows(COLUMNS, rows)


def _decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else (Decimal(value.numerator) / Decimal(value.denominator)).quantize(STEP)
