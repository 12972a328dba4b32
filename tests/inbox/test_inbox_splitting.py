"""What each kind becomes: the rows of its raw tables, the parts that are replaced, merges and refunds split off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from pipelines.inbox import FileRead, Persons
from pipelines.loads import Arrival
from pipelines.privacy import pseudonym

Read = Callable[..., FileRead]
moment = datetime.fromisoformat
PEPPER = b"a test pepper"

# the columns of the raw tables, which are never renamed or removed
COLUMNS = {
    "raw.lead": "person_key lead_id created_at source medium campaign ad channel landing_page form offer device region "
    "origin segment company_id score scored_at is_test customer_key",
    "raw.lead_merge": "person_key merged_into_person_key",
    "raw.lead_stage": "person_key stage entered_at",
    "raw.deal": "deal_id created_at stage person_key account_id amount currency margin status closed_at deal_type "
    "probability quote_sent_at term_months channel source medium campaign ad segment is_test",
    "raw.deal_merge": "deal_id merged_into",
    "raw.deal_stage": "deal_id stage entered_at",
    "raw.activity": "activity_id occurred_at type person_key deal_id status",
    "raw.shop_order": "order_id ordered_at status net_amount currency customer_key person_key discount vat shipping "
    "margin source medium campaign ad channel device country plan_from plan_to",
    "raw.order_line": "order_id line_no product_id quantity net_amount category",
    "raw.cart": "cart_id created_at order_id channel device value currency",
    "raw.refund": "order_id refunded_at refunded_amount currency",
    "raw.ad_cost": "date platform account campaign ad_group ad level cost currency channel impressions clicks "
    "conversions conversion_value video_views objective",
    "raw.cost": "cost_id period_start period_end amount currency category channel allocation",
    "raw.exchange_rate": "date currency units_per_eur",
    "raw.email_campaign": "tool campaign_id sent_at emails_sent title list segment automation delivered hard_bounces "
    "soft_bounces syntax_errors unique_opens human_unique_opens opens unique_clicks clicks unsubscribes complaints "
    "forwards orders revenue currency utm_campaign",
    "raw.email_list": "tool list date subscribed signups unsubscribed cleaned deleted",
    "raw.seo_query": "date query page country device carries clicks impressions position tracked",
    "raw.seo_site": "date carries clicks impressions position indexed_pages submitted_pages submitted_indexed_pages "
    "backlinks referring_domains",
    "raw.article": "article_id published_at url type",
    "raw.metric": "metric_id date slice member value numerator denominator",
    "raw.social_post": "platform post_id published_at page observed_at type reach impressions likes comments shares "
    "clicks video_views_3s is_paid",
    "raw.social_page": "platform date page period followers new_followers page_likes reach reviews negative_feedback",
    "raw.receipt": "store_id receipt_id sold_at net_amount currency line_no product_group is_return is_void",
    "raw.footfall": "store_id date visitors",
}
SMALLEST = {
    "leads": "lead_id,created_at\nL1,2026-01-01\n",
    "lead_stages": "lead_id,stage,entered_at\nL1,MQL,2026-01-01\n",
    "deals": "deal_id,created_at,stage\nD1,2026-01-01,Offer\n",
    "deal_stages": "deal_id,stage,entered_at\nD1,Offer,2026-01-01\n",
    "activities": "activity_id,occurred_at,type\nA1,2026-01-01,call\n",
    "orders": "order_id,ordered_at,status,net_amount,currency\nO1,2026-01-01,paid,10,EUR\n",
    "order_lines": "order_id,line_no,product_id,quantity,net_amount\nO1,1,F-100,2,10\n",
    "carts": "cart_id,created_at\nK1,2026-01-01\n",
    "ad_costs": "date,platform,campaign,cost,currency\n2026-01-01,meta,a,5,EUR\n",
    "costs": "cost_id,period_start,period_end,amount,currency,category\nC1,2026-01-01,2026-01-31,5,EUR,other\n",
    "exchange_rates": "date,currency,rate\n2026-01-02,USD,1.1\n",
    "email_campaigns": "tool,campaign_id,sent_at,emails_sent\nBrevo,7,2026-01-02T09:00,50\n",
    "email_lists": "tool,list,date\nBrevo,Dealers,2026-01-02\n",
    "seo_queries": "date,query\n2026-01-02,water\n",
    "seo_site": "date\n2026-01-02\n",
    "content": "article_id,published_at\nA1,2026-01-02\n",
    "metrics": "metric_id,date,value\norders,2026-01-02,3\n",
    "social_posts": "platform,post_id,published_at\nFacebook,1,2026-01-01\n",
    "social_pages": "platform,date\nFacebook,2026-01-01\n",
    "receipts": "store_id,receipt_id,sold_at,net_amount,currency\nA,1,2026-01-01,10,EUR\n",
    "footfall": "store_id,date,visitors\nA,2026-01-01,40\n",
}
ORDERS = "order_id,ordered_at,status,net_amount,currency,refunded_amount,refunded_at\n"


def rows(arrival: Arrival, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in arrival.rows.to_pylist()]


def part(scope: str) -> str:
    return pseudonym(scope, PEPPER)[:16]


def refunds_of(read: Read, *lines: str) -> list[tuple[Any, ...]]:
    result = read("orders", ORDERS + "\n".join(lines) + "\n")
    assert result.rejected == []
    return rows(result.arrivals[1], "order_id", "refunded_at", "refunded_amount", "currency")


@pytest.mark.parametrize("kind", SMALLEST)
def test_a_file_of_only_the_required_columns_fills_the_whole_tables(read: Read, kind: str) -> None:
    for arrival in read(kind, SMALLEST[kind]).arrivals:
        columns = [name for name in arrival.rows.column_names if name != "part"]
        assert sorted(columns) == sorted(COLUMNS[arrival.table].split())


@pytest.mark.parametrize("kind", SMALLEST)
def test_a_file_without_rows_has_the_types_of_one_with_rows(read: Read, kind: str) -> None:
    header = SMALLEST[kind].splitlines()[0] + "\n"
    filled = [arrival.rows.schema for arrival in read(kind, SMALLEST[kind], "filled.csv").arrivals]
    empty = [arrival.rows.schema for arrival in read(kind, header, "empty.csv").arrivals]
    assert empty == filled


def test_a_lead_is_stored_under_a_surrogate_and_a_pseudonymous_part(read: Read, persons: Persons) -> None:
    result = read("leads", "lead_id,created_at,customer_id\nL1,2026-01-01,K1\n")
    assert rows(result.arrivals[0], "person_key", "lead_id", "customer_key", "part") == [(1, "L1", 2, part("L1"))]
    assert [(row["person_key"], row["source"]) for row in persons.new_rows().to_pylist()] == [
        (1, "lead"),
        (2, "customer"),
    ]


def test_an_address_as_lead_id_is_nowhere_in_what_is_stored(read: Read, persons: Persons) -> None:
    content = (
        "lead_id,created_at,campaign,landing_page,merged_into\n"
        "Jan@Example.com,2026-01-01,for piet@example.com,https://shop.test/piet@example.com?email=a,\n"
        "L2,2026-01-01,,,jan@example.com\n"
    )
    lead, merge = read("leads", content).arrivals
    stored = str(lead.rows.to_pylist()) + str(merge.rows.to_pylist()) + str(persons.new_rows().to_pylist())
    assert "example" not in stored.lower()
    assert lead.rows["lead_id"].to_pylist()[0].startswith("hmac:")
    assert merge.rows["merged_into_person_key"].to_pylist() == [lead.rows["person_key"].to_pylist()[0]]


def test_a_merged_lead_is_a_lead_and_a_merge(read: Read) -> None:
    lead, merge = read("leads", "lead_id,created_at,merged_into\nL1,2026-01-01,L2\nL2,2026-01-01,\n").arrivals
    assert rows(lead, "person_key", "lead_id") == [(1, "L1"), (2, "L2")]
    assert rows(merge, "person_key", "merged_into_person_key", "part") == [(1, 2, part("L1"))]


def test_a_lead_that_comes_without_merge_withdraws_it(read: Read) -> None:
    _, merge = read("leads", "lead_id,created_at,merged_into\nL1,2026-01-01,\n").arrivals
    assert merge.rows.num_rows == 0
    assert merge.parts_read == {part("L1")}


def test_a_record_that_names_itself_was_not_merged(read: Read) -> None:
    _, merge = read("deals", "deal_id,created_at,stage,merged_into\nD1,2026-01-01,Offer,D1\n").arrivals
    assert merge.rows.num_rows == 0


def test_a_merged_deal_is_a_deal_and_a_merge(read: Read) -> None:
    deal, merge = read("deals", "deal_id,created_at,stage,merged_into\nD1,2026-01-01,Offer,D2\n").arrivals
    assert rows(deal, "deal_id") == [("D1",)]
    assert rows(merge, "deal_id", "merged_into", "part") == [("D1", "D2", part("D1"))]


def test_all_stages_of_a_lead_are_one_part(read: Read) -> None:
    content = "lead_id,stage,entered_at\nL1,MQL,2026-01-01\nL1,SQL,2026-01-05\nL2,MQL,2026-01-03\n"
    (stages,) = read("lead_stages", content).arrivals
    assert rows(stages, "person_key", "stage", "part") == [
        (1, "mql", part("L1")),
        (1, "sql", part("L1")),
        (2, "mql", part("L2")),
    ]


def test_a_paid_order_gives_nothing_back(read: Read) -> None:
    assert refunds_of(read, "O1,2026-01-01,paid,10,EUR,,") == []


def test_a_refunded_order_gives_back_its_amount_on_the_day_of_the_refund(read: Read) -> None:
    given_back = refunds_of(read, "O1,2026-01-01,refunded,10,USD,,2026-02-01T12:00:00Z")
    assert given_back == [("O1", moment("2026-02-01T12:00"), Decimal(10), "USD")]


def test_a_part_of_a_paid_order_is_given_back(read: Read) -> None:
    given_back = refunds_of(read, "O1,2026-01-01,paid,10,EUR,2.5,2026-02-01T12:00:00Z")
    assert given_back == [("O1", moment("2026-02-01T12:00"), Decimal("2.5"), "EUR")]


def test_a_credit_note_is_a_refund_on_its_own_day(read: Read) -> None:
    given_back = refunds_of(read, "O1,2026-01-01T12:00:00Z,paid,-10,EUR,,")
    assert given_back == [("O1", moment("2026-01-01T12:00"), Decimal(10), "EUR")]


def test_a_credit_note_with_a_day_of_refund_counts_then(read: Read) -> None:
    given_back = refunds_of(read, "O1,2026-01-01T12:00:00Z,refunded,-10,EUR,,2026-02-01T12:00:00Z")
    assert given_back == [("O1", moment("2026-02-01T12:00"), Decimal(10), "EUR")]


@pytest.mark.parametrize("status", ["cancelled", "test"])
def test_an_order_that_does_not_count_gives_nothing_back(read: Read, status: str) -> None:
    assert refunds_of(read, f"O1,2026-01-01,{status},10,EUR,10,2026-02-01") == []


def test_a_refunded_order_of_nothing_needs_no_day(read: Read) -> None:
    assert refunds_of(read, "O1,2026-01-01,refunded,0,EUR,,") == []


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("O1,2026-01-01,refunded,10,EUR,,", "refunded_at"),
        ("O1,2026-01-01,paid,10,EUR,5,", "refunded_at"),
        ("O1,2026-01-01,paid,10,EUR,,2026-02-01", "refunded_amount"),
        ("O1,2026-01-01,paid,-10,EUR,5,2026-02-01", "refunded_amount"),
        ("O1,2026-01-01,paid,10,EUR,-5,2026-02-01", "refunded_amount"),
    ],
)
def test_a_refund_that_cannot_be_told_is_rejected(read: Read, line: str, column: str) -> None:
    result = read("orders", ORDERS + line + "\n")
    assert [row.column_name for row in result.rejected] == [column]
    assert [arrival.rows.num_rows for arrival in result.arrivals] == [0, 0]


def test_every_order_row_stands_in_the_orders_so_that_rows_can_be_counted(read: Read) -> None:
    order, _ = read("orders", ORDERS + "O1,2026-01-01,paid,-10,EUR,,\nO2,2026-01-01,paid,10,EUR,,\n").arrivals
    assert rows(order, "order_id", "net_amount", "part") == [
        ("O1", Decimal(-10), part("O1")),
        ("O2", Decimal(10), part("O2")),
    ]


def test_an_order_that_comes_without_refund_withdraws_it(read: Read) -> None:
    _, refund = read("orders", ORDERS + "O1,2026-01-01,paid,10,EUR,,\n").arrivals
    assert refund.parts_read == {part("O1")}


def test_ad_costs_are_replaced_by_platform_account_day_and_level(read: Read) -> None:
    content = (
        "date,platform,account,campaign,ad,level,cost,currency\n"
        "2026-01-01,Google Ads,acc|1,a,,,5,EUR\n"
        "2026-01-01,google_ads,,a,ad 1,,5,EUR\n"
        "2026-01-01,meta,,a,ad 1,Campaign,-5,EUR\n"
    )
    (costs,) = read("ad_costs", content).arrivals
    assert rows(costs, "account", "ad", "part") == [
        ("acc|1", "", "google_ads|acc%7C1|2026-01-01|campaign"),
        ("", "ad 1", "google_ads||2026-01-01|ad"),
        ("", "ad 1", "meta||2026-01-01|campaign"),
    ]


DEALS = "deal_id,created_at,stage,status,closed_at\n"


@pytest.mark.parametrize(
    ("stage", "status", "told"),
    [
        ("Closed Won", "", "won"),
        ("closedwon", "", "won"),
        ("WON", "", "won"),
        ("closed-lost", "", "lost"),
        ("Lost", "", "lost"),
        ("Offer", "", "open"),
        ("not won yet", "", "open"),
        ("Closed Won", "lost", "lost"),
    ],
)
def test_a_deal_without_status_has_that_of_its_stage(read: Read, stage: str, status: str, told: str) -> None:
    result = read("deals", DEALS + f"D1,2026-01-01,{stage},{status},2026-02-01\n")
    assert rows(result.arrivals[0], "stage", "status") == [(stage, told)]


def test_a_deal_file_without_the_column_status_has_it_too(read: Read) -> None:
    result = read("deals", "deal_id,created_at,stage\nD1,2026-01-01,Lost\nD2,2026-01-01,Offer\n")
    assert rows(result.arrivals[0], "status") == [("lost",), ("open",)]


@pytest.mark.parametrize("line", ["D1,2026-01-01,Offer,won,", "D1,2026-01-01,Closed Won,,"])
def test_a_deal_that_was_won_needs_the_day_it_was_won(read: Read, line: str) -> None:
    (row,) = read("deals", DEALS + line + "\nD2,2026-01-01,Lost,lost,\n").rejected
    assert (row.line, row.column_name, row.reason) == (2, "closed_at", "won without the day it was won")
    assert row.remedy == "give the day it was won in closed_at"


def test_a_rate_is_a_part_of_its_own(read: Read) -> None:
    (rates,) = read("exchange_rates", SMALLEST["exchange_rates"]).arrivals
    assert rows(rates, "units_per_eur", "part") == [(Decimal("1.1"), "2026-01-02|USD")]


@pytest.mark.parametrize("day", ["2026-01-02", "02 January 2026"])
def test_the_wide_table_of_the_ecb_is_read_cell_by_cell(read: Read, day: str) -> None:
    content = f"Date, USD, JPY, CYP, \n{day}, 1.1, 160.25, N/A, \n"
    result = read("exchange_rates", content)
    assert (result.dialect, result.rows_in, result.rejected) == ("ecb_rates", 2, [])
    assert rows(result.arrivals[0], "date", "currency", "units_per_eur") == [
        (date(2026, 1, 2), "USD", Decimal("1.1")),
        (date(2026, 1, 2), "JPY", Decimal("160.25")),
    ]


def test_a_wrong_cell_of_the_wide_table_rejects_one_rate(read: Read) -> None:
    result = read("exchange_rates", "Date,USD,JPY\n2026-01-02,1.1,\n2026-01-05,one,160\n")
    assert [(row.line, row.column_name, row.value) for row in result.rejected] == [(3, "rate", "one")]
    assert (result.rows_in, result.arrivals[0].rows.num_rows) == (3, 2)


def test_a_full_export_says_so_and_keeps_what_it_holds_but_could_not_be_taken(read: Read) -> None:
    result = read("leads", "lead_id,created_at\nL1,2026-01-01\nL2,soon\n", "full/export.csv")
    assert [arrival.full for arrival in result.arrivals] == [True, True]
    assert result.arrivals[0].parts_kept == {part("L2")}


def test_tables_are_plain_arrow_in_one_piece(read: Read) -> None:
    for arrival in read("orders", ORDERS + "O1,2026-01-01,paid,10,EUR,,\n").arrivals:
        assert isinstance(arrival.rows, pa.Table)
        arrival.rows.validate(full=True)


def test_an_optional_number_or_moment_of_the_key_may_be_empty(read: Read) -> None:
    header = "store_id,receipt_id,line_no,sold_at,net_amount,currency\n"
    (receipt,) = read("receipts", header + "A,1,,2026-01-01,10,EUR\nA,2,2,2026-01-01,10,EUR\n").arrivals
    assert rows(receipt, "receipt_id", "line_no", "part") == [("1", None, "A|1|"), ("2", 2, "A|2|2")]
    (post,) = read("social_posts", SMALLEST["social_posts"]).arrivals
    assert rows(post, "observed_at", "part") == [(None, "facebook|1|")]


def test_networks_of_one_ad_platform_stay_apart(read: Read) -> None:
    lines = "platform,date,page\nFacebook,2026-01-01,A\nInstagram,2026-01-01,A\n"
    (page,) = read("social_pages", lines).arrivals
    assert rows(page, "platform", "period") == [("facebook", "day"), ("instagram", "day")]


@pytest.mark.parametrize(
    ("kind", "lines", "column"),
    [
        ("social_posts", "platform,post_id,published_at,likes\nfacebook,1,2026-01-01,-3\n", "likes"),
        ("social_pages", "platform,date,period\nfacebook,2026-01-01,week\n", "period"),
        ("footfall", "store_id,date,visitors\nA,2026-01-01,\n", "visitors"),
    ],
)
def test_what_a_network_or_counter_cannot_have_seen_is_rejected(read: Read, kind: str, lines: str, column: str) -> None:
    assert [row.column_name for row in read(kind, lines).rejected] == [column]
