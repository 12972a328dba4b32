"""The annotations as a table."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.configuration import Config
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- What happened on a day or in a period, as a person tells it; a remark changes no figure.
-- publish: yes
create table reference.annotation (
  annotation_id  integer not null comment 'place in config/annotations.yaml, from 1',
  date_from      date    not null comment 'first day',
  date_to        date    not null comment 'last day; the first one when it is of one day',
  kpi_id         varchar          comment 'the KPI it is about; NULL when it is about all',
  channel        varchar          comment 'the channel it is about; NULL when it is about all',
  text_nl        varchar not null comment 'the remark for Dutch readers',
  text_en        varchar not null comment 'the remark for English readers',
  author         varchar not null comment 'who made it, as the person wrote it',
  primary key (annotation_id)
) as
"""
COLUMNS = ("annotation_id", "date_from", "date_to", "kpi_id", "channel", "text_nl", "text_en", "author")


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    rows = [
        (
            place,
            *(day.isoformat() for day in annotation.period),
            annotation.kpi,
            annotation.channel,
            annotation.text_in("nl"),
            annotation.text_in("en"),
            annotation.author,
        )
        for place, annotation in enumerate(config.annotations, 1)
    ]
    return HEADER + listed_rows(COLUMNS, rows)
