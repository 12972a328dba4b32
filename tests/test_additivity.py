"""Sums that make no sense stop the project from loading."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.additivity import refuse_impossible_sums
from pipelines.failures import WrongUse
from pipelines.tables import Column, Table, read_table

VISITORS = """-- Visitors by day.
create table staging.visitor_day (
  day       date    not null comment 'the day',
  users     bigint  not null comment 'distinct: visitors of the day',
  amount    decimal(18, 6) not null comment 'own currency: what they spent',
  currency  varchar not null comment 'its currency',
  platform  varchar not null comment 'who says so',
  sold      bigint  comment 'claim: sales that the platform takes for its own',
  primary key (day)
) as
select day, users, amount, currency, platform, sold from raw.visitor_day
"""
READER = """-- What is made of it.
create table {name} (
  it  decimal(38, 6) comment 'a figure',
  primary key (it)
) as
{query}
"""


def tables(query: str, name: str = "facts.visitor") -> dict[str, Table]:
    visitors = read_table(VISITORS, "assets/staging/visitor_day.sql")
    reader = read_table(READER.format(name=name, query=query), f"assets/{name.replace('.', '/')}.sql")
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
        ("select sum(users) as it from staging.visitor_day group by currency, platform", "it sums 'users'"),
        (
            "select sum(sold) as it from staging.visitor_day",
            "it sums 'sold', what several claim of the same sales: count the sales, or group by who claims them",
        ),
        ("select sum(sold) as it from staging.visitor_day group by day", "it sums 'sold'"),
        (
            """select sum(mine) as it from (
                select platform, sum(sold) as mine from staging.visitor_day group by platform
            ) as p""",
            "it sums 'mine', what several claim of the same sales",
        ),
    ],
    ids=[
        "distinct",
        "distinct in a case",
        "currencies",
        "currencies in a window",
        "distinct of one kind",
        "claims",
        "claims of a day",
        "claims under another name",
    ],
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
        "select sum(sold) as it from staging.visitor_day group by day, platform",
    ],
    ids=["the largest day", "one currency", "a count of what has none", "one claimant"],
)
def test_what_makes_sense_is_not(query: str) -> None:
    assert list(tables(query)) == ["staging.visitor_day", "facts.visitor"]
    refuse_impossible_sums(tables(query))


@pytest.mark.parametrize("said", ["sold", "sum(sold)", "max(v.sold)"])
def test_no_measure_is_made_of_a_claim_not_even_of_one_claimant(said: str) -> None:
    """A KPI may ask for any measure by any slice, and would add up what two platforms claim of one sale."""
    query = f"select {said} as it from staging.visitor_day as v group by platform, sold"
    with pytest.raises(WrongUse, match=r"measures\.visitor: it measures by 'sold', which somebody claims"):
        refuse_impossible_sums(tables(query, "measures.visitor"))


def test_a_table_that_says_that_it_holds_claims_may_show_their_sum() -> None:
    """The ledger of claims does, so that the double ones are seen; whoever reads it is refused in turn."""
    query = "select sum(mine) as it from (select sold as mine from staging.visitor_day) as p"
    of_visitors = tables(query)
    ledger = replace(of_visitors["facts.visitor"], columns=(Column("it", "bigint", False, "claim: of them all"),))
    refuse_impossible_sums({**of_visitors, ledger.name: ledger})
    reader = read_table(READER.format(name="marts.total", query="select sum(it) as it from facts.visitor"), "total.sql")
    with pytest.raises(WrongUse, match=r"marts\.total: it sums 'it', what several claim of the same sales"):
        refuse_impossible_sums({**of_visitors, ledger.name: ledger, reader.name: reader})
