"""Campaign and advertisement exports of one account, in whatever order they come: the campaign says what a day cost."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from nightly import drop_files, new_warehouse, project_without, read_files

from pipelines.build import Project, build
from pipelines.configuration import config_from_texts
from pipelines.definitions import load_project
from pipelines.intake import Night
from pipelines.loads import current_cut

pytestmark = pytest.mark.nights

PROJECT = project_without("ga4", "mailchimp")
MORNING = date(2026, 8, 6)
HEADER = "date,platform,account,campaign,ad,level,cost,currency,clicks,impressions,conversions\n"
CAMPAIGNS = (
    HEADER + "2026-08-01,Meta,A,Brand,,campaign,100,EUR,50,1000,10\n2026-08-01,Meta,A,Video,,campaign,7,EUR,3,90,1\n"
)
ADS = HEADER + "2026-08-01,Meta,A,Brand,Red,ad,60,EUR,30,700,8\n2026-08-01,Meta,A,Brand,Blue,ad,30,EUR,15,200,1\n"
RENAMED = CAMPAIGNS.replace(",Brand,", ",Brand NL,")
ADS_RENAMED = ADS.replace(",Brand,", ",Brand NL,")

Row = tuple[str, str, Decimal, int | None, int | None, Decimal | None]
DIVIDED = [
    ("Brand", "(unallocated)", Decimal(10), 5, 100, Decimal(1)),
    ("Brand", "Blue", Decimal(30), 15, 200, Decimal(1)),
    ("Brand", "Red", Decimal(60), 30, 700, Decimal(8)),
    ("Video", "(unallocated)", Decimal(7), 3, 90, Decimal(1)),
]
TOTAL = (Decimal(107), 53, 1090, Decimal(11))


def after_nights(inbox: Path, *deliveries: Mapping[str, str], project: Project = PROJECT) -> list[Row]:
    """The advertisements of the last of as many nights as there were deliveries."""
    with closing(new_warehouse()) as connection:
        for number, files in enumerate(deliveries):
            drop_files(inbox, files)
            night = Night(f"night {number}", MORNING + timedelta(days=number), hold_on_failure=True)
            read_files(connection, inbox, project.config, night)
        build(connection, project, current_cut(connection), run_id=night.run_id, business_date=night.business_date)
        return connection.execute(
            """select campaign, ad, spend_eur, clicks, impressions, conversions
            from facts.ad_cost order by campaign, ad, spend_eur desc"""
        ).fetchall()


def total(rows: list[Row]) -> tuple[Decimal | int, ...]:
    return tuple(sum(figures) for figures in zip(*(row[2:] for row in rows), strict=True))


@pytest.mark.parametrize("order", [("campaigns", "ads"), ("ads", "campaigns")], ids=lambda order: f"{order[0]} first")
def test_advertisements_divide_their_campaign_whichever_of_the_two_exports_comes_first(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    texts = {"campaigns": CAMPAIGNS, "ads": ADS}
    found = after_nights(tmp_path, *({f"ad_costs/{name}.csv": texts[name]} for name in order))
    assert found == DIVIDED and total(found) == TOTAL


def test_both_exports_in_one_night_or_in_one_file_are_the_same(tmp_path: Path) -> None:
    in_one_night = after_nights(tmp_path / "night", {"ad_costs/campaigns.csv": CAMPAIGNS, "ad_costs/ads.csv": ADS})
    in_one_file = after_nights(tmp_path / "file", {"ad_costs/both.csv": CAMPAIGNS + ADS.removeprefix(HEADER)})
    assert in_one_night == in_one_file == DIVIDED


def test_a_campaign_that_was_renamed_since_stands_once_under_its_new_name(tmp_path: Path) -> None:
    """Its advertisements still name the old one until their export comes again: they are no cost of their own."""
    first = {"ad_costs/campaigns.csv": CAMPAIGNS, "ad_costs/ads.csv": ADS}
    renamed = {"ad_costs/campaigns_2.csv": RENAMED}
    halfway = after_nights(tmp_path / "halfway", first, renamed)
    assert halfway == [
        ("Brand NL", "(unallocated)", Decimal(100), 50, 1000, Decimal(10)),
        ("Video", "(unallocated)", Decimal(7), 3, 90, Decimal(1)),
    ]
    whole = after_nights(tmp_path / "whole", first, renamed, {"ad_costs/ads_2.csv": ADS_RENAMED})
    assert whole == [(campaign.replace("Brand", "Brand NL"), *row) for campaign, *row in DIVIDED]


LINKEDIN_HEADER = "Start Date (in UTC),Account Name,Campaign Name,Creative Name,Total Spent,Impressions,Clicks"
PERFORMANCE = f"""{LINKEDIN_HEADER}
08/01/2026,A,Brand,Red,60,700,30
08/01/2026,A,Brand,Blue,30,200,15
"""
CONVERSIONS = f"""{LINKEDIN_HEADER},Conversion Name,Conversions
08/01/2026,A,Brand,Red,60,700,30,Sign up,2
08/01/2026,A,Brand,Red,60,700,30,Demo,1
"""
OF_LINKEDIN = {"performance": PERFORMANCE, "conversions": CONVERSIONS}


def linkedin_in_euros() -> Project:
    texts = dict(PROJECT.config.texts)
    for name in OF_LINKEDIN:
        place = f"exports/linkedin_ads_{name}.yaml"
        assert "currency: null" in texts[place]
        texts[place] = texts[place].replace("currency: null", "currency: EUR")
    return load_project(config_from_texts(texts))


@pytest.mark.parametrize(
    "order", [("performance", "conversions"), ("conversions", "performance")], ids=lambda order: f"{order[0]} first"
)
def test_a_report_of_conversions_adds_claims_and_takes_away_no_cost_whichever_comes_first(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    files = ({f"ad_costs/{name}.csv": OF_LINKEDIN[name]} for name in order)
    assert after_nights(tmp_path, *files, project=linkedin_in_euros()) == [
        ("Brand", "Blue", Decimal(30), 15, 200, None),
        ("Brand", "Red", Decimal(60), 30, 700, None),
        ("Brand", "Red", Decimal(0), None, None, Decimal(3)),
    ]


def test_a_report_of_conversions_alone_tells_what_its_creatives_cost(tmp_path: Path) -> None:
    found = after_nights(tmp_path, {"ad_costs/conversions.csv": CONVERSIONS}, project=linkedin_in_euros())
    assert found == [("Brand", "Red", Decimal(60), 30, 700, Decimal(3))]
