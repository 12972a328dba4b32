"""From which sources each measure is made, and whether it may be summed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.configuration import Config
from pipelines.kpi_parts import measures_of
from pipelines.listed_rows import listed_rows
from pipelines.tables import Table

HEADER = """-- From which sources each measure is made. It is known where every part of it is.
create table reference.measure_source (
  measure      varchar not null comment 'name of the measure',
  part         integer not null comment 'number of the part; a measure needs all of its parts',
  source       varchar not null comment 'source its rows come from',
  preference   integer not null comment 'of a part the sources of the lowest number that were ever read count',
  is_additive  boolean not null comment 'may be summed over time and members; missing rows then mean 0',
  primary key (measure, part, source)
) as
"""
Part = tuple[tuple[str, ...], ...]
# What the company counts sales from, as the sources that hold them; without deals the stages of the leads tell.
REVENUE_FROM = {"deals": (("crm_deals",),), "orders": (("orders",),), "both": (("orders", "crm_deals"),)}
CUSTOMERS_FROM = {
    "deals": (("crm_deals",), ("crm_stages",)),
    "orders": (("orders",),),
    "both": (("orders", "crm_deals"), ("crm_stages",)),
}


def text(config: Config, tables: Mapping[str, Table]) -> str:
    """The table's text."""
    named: dict[Part, Part] = {
        (("revenue_from",),): REVENUE_FROM[config.company.revenue_from],
        (("customers_from",),): CUSTOMERS_FROM[config.company.customers_from],
    }
    rows = [
        (measure.name, number, source, preference, measure.is_additive)
        for measure in measures_of(tables).values()
        for number, part in enumerate(measure.sources, 1)
        for preference, source in _preferred(named.get(part, part))
    ]
    return HEADER + listed_rows(("measure", "part", "source", "preference", "is_additive"), rows)


def _preferred(part: Part) -> Iterator[tuple[int, str]]:
    """Every source of a part with the number of its group."""
    for preference, group in enumerate(part, 1):
        yield from ((preference, source) for source in group)
