"""Sums that make no sense stop the project from loading."""

from __future__ import annotations

import pytest

from pipelines.additivity import refuse_impossible_sums
from pipelines.failures import WrongUse
from pipelines.tables import Table, read_table

VISITORS = """-- Visitors by day.
create table staging.visitor_day (
  day       date    not null comment 'the day',
  users     bigint  not null comment 'distinct: visitors of the day',
  amount    decimal(18, 6) not null comment 'own currency: what they spent',
  currency  varchar not null comment 'its currency',
  primary key (day)
) as
select day, users, amount, currency from raw.visitor_day
"""
READER = """-- What is made of it.
create table facts.visitor (
  it  decimal(38, 6) comment 'a figure',
  primary key (it)
) as
{query}
"""


def tables(query: str) -> dict[str, Table]:
    visitors = read_table(VISITORS, "assets/staging/visitor_day.sql")
    reader = read_table(READER.format(query=query), "assets/facts/visitor.sql")
    return {visitors.name: visitors, reader.name: reader}


@pytest.mark.parametrize(
    ("query", "why"),
    [
        (
            "select sum(users) as it from staging.visitor_day",
            "facts.visitor: it sums 'users', a count of distinct people: read",
        ),
        (
            "select sum(case when v.users > 3 then v.users else 0 end) as it from staging.visitor_day as v",
            "it sums 'users', a count of distinct people",
        ),
        (
            "select sum(amount) as it from staging.visitor_day",
            "it sums 'amount', money in several currencies: convert every row to euros first, or group by currency",
        ),
        ("select sum(amount) over (order by day) as it from staging.visitor_day", "it sums 'amount'"),
    ],
    ids=["distinct", "distinct in a case", "currencies", "currencies in a window"],
)
def test_a_sum_over_what_is_never_summed_is_refused(query: str, why: str) -> None:
    with pytest.raises(WrongUse, match=why):
        refuse_impossible_sums(tables(query))


@pytest.mark.parametrize(
    "query",
    [
        "select max(users) as it from staging.visitor_day",
        "select sum(amount) as it from staging.visitor_day group by currency",
        "select sum(case when amount is null then 1 else 0 end) as it from staging.visitor_day",
    ],
    ids=["the largest day", "one currency", "a count of what has none"],
)
def test_what_makes_sense_is_not(query: str) -> None:
    assert list(tables(query)) == ["staging.visitor_day", "facts.visitor"]
    refuse_impossible_sums(tables(query))
