"""Two platforms claim the same orders: the ledger of claims shows it, and nothing else of the mart knows of a claim."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from nightly import build_hashes, differing, drop_files, new_warehouse, night_of_files, project_without, shipped_project
from summing_table import READER

from pipelines.additivity import refuse_impossible_sums
from pipelines.failures import WrongUse
from pipelines.tables import read_table

JULY, MORNING = date(2026, 7, 1), date(2026, 8, 6)
PROJECT = project_without("ga4", "mailchimp")
ORDERS = "order_id,ordered_at,status,net_amount,currency,channel\n" + "".join(
    f"O{number},2026-07-{number + 1:02}T12:00:00+02:00,paid,50,EUR,Paid Search\n" for number in range(10)
)
ADS = """date,platform,campaign,cost,currency,conversions,conversion_value
2026-07-01,Google Ads,Brand,60,EUR,{google},{google}00
2026-07-20,Google Ads,Generic,40,EUR,4,200
2026-07-03,Meta,Retargeting,100,EUR,{meta},{meta}00
"""
# the one way from the files to the ledger
WAY_OF_A_CLAIM = ["facts.ad_cost", "marts.overclaim_month", "staging.ad_cost"]


@pytest.fixture(scope="module")
def claimed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Ten orders; each of two platforms, which cost 100, claims ten."""
    with closing(new_warehouse()) as connection:
        inbox = tmp_path_factory.mktemp("claimed")
        drop_files(inbox, {"orders/shop.csv": ORDERS, "ad_costs/ads.csv": ADS.format(google=6, meta=10)})
        night_of_files(connection, inbox, MORNING, PROJECT)
        yield connection


def one_row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    (row,) = connection.execute(query).fetchall()
    return row


def test_two_platforms_that_claim_the_same_ten_orders_claim_twice_what_was_sold(
    claimed: duckdb.DuckDBPyConnection,
) -> None:
    ledger = "select claimant, claimed, actual, factor from marts.overclaim_month order by claimant"
    assert claimed.execute(ledger).fetchall() == [
        ("(all platforms)", Decimal(20), 10, 2.0),
        ("google_ads", Decimal(10), 10, 1.0),
        ("meta", Decimal(10), 10, 1.0),
    ]


def test_the_cost_per_order_divides_by_the_ten_orders_that_there_were(claimed: duckdb.DuckDBPyConnection) -> None:
    of_july = f"grain = 'month' and period_start = date '{JULY}' and slice = 'total'"
    cpa = one_row(
        claimed, f"select numerator, denominator, value from marts.kpi_value where kpi_id = 'cpa' and {of_july}"
    )
    assert cpa == (Decimal(200), Decimal(10), 20.0)
    per_channel = one_row(
        claimed, "select spend_media_eur, cpa_eur from marts.channel_month where channel = 'Paid Search'"
    )
    assert per_channel == (Decimal(100), 10.0)


def test_other_claims_change_the_ledger_of_claims_and_no_other_figure(
    claimed: duckdb.DuckDBPyConnection, tmp_path: Any
) -> None:
    drop_files(tmp_path, {"orders/shop.csv": ORDERS, "ad_costs/ads.csv": ADS.format(google=900, meta=70)})
    with closing(new_warehouse()) as connection:
        night_of_files(connection, tmp_path, MORNING, PROJECT)
        found, expected = (build_hashes(one, PROJECT.tables) for one in (connection, claimed))
    assert differing(found, expected) == WAY_OF_A_CLAIM


def test_no_claim_of_the_project_can_be_summed_by_a_table_that_is_none() -> None:
    tables = shipped_project().tables
    claims = [
        (table.name, column.name) for table in tables.values() for column in table.columns if column.role == "claim"
    ]
    assert sorted(table for table, _ in claims) == WAY_OF_A_CLAIM
    for table, column in claims:
        summing = read_table(READER.format(table=table, column=column), "assets/facts/total.sql")
        with pytest.raises(WrongUse, match="what several claim of the same sales: count the sales"):
            refuse_impossible_sums({**tables, summing.name: summing})
