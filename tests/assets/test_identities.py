"""Identities that the mart keeps: worked through by hand once, then in every cell of the tiny company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from nightly import drop_files, new_warehouse, night_of_files, project_without, shipped_project

JULY, MORNING = date(2026, 7, 1), date(2026, 8, 6)
# 16 customers place 20 orders: four of them order twice, every order is 50 and leaves 20
ORDERS = "order_id,ordered_at,status,net_amount,currency,customer_id,margin,channel\n" + "".join(
    f"O{number},2026-07-{number + 1:02}T12:00:00+02:00,paid,50,EUR,C{number % 16},20,Direct\n" for number in range(20)
)
FILES = {
    "orders/shop.csv": ORDERS,
    "costs/books.csv": "cost_id,period_start,period_end,amount,currency,category,channel\n"
    "K1,2026-07-01,2026-07-31,300,EUR,agency,Email\n",
    "metrics/counter.csv": "metric_id,date,slice,member,value,numerator,denominator\n"
    "users,2026-07-31,,,200,,\nsite_conversion_rate,2026-07-31,,,,20,200\n",
}
SMALL = 1e-9


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, float]]:
    """The values of July of a company whose figures are easily reckoned by hand."""
    inbox, project = tmp_path_factory.mktemp("worked") / "inbox", project_without("ga4", "mailchimp")
    drop_files(inbox, FILES)
    with closing(new_warehouse()) as connection:
        night_of_files(connection, inbox, MORNING, project)
        found = connection.execute(
            """select kpi_id, value from marts.kpi_value
            where grain = 'month' and period_start = ? and slice = 'total' and value is not null""",
            [JULY],
        ).fetchall()
    yield dict(found)


def cells(mart: duckdb.DuckDBPyConnection, *kpis: str) -> list[tuple[Any, ...]]:
    """Numerator, denominator and value of some KPIs, of every cell in which all of them have a value."""
    first, *others = kpis
    figures = ", ".join(f"{kpi}.numerator, {kpi}.denominator, {kpi}.value" for kpi in kpis)
    joined = "".join(
        f" inner join marts.kpi_value as {kpi} on {kpi}.kpi_id = '{kpi}' and {kpi}.value is not null"
        + "".join(f" and {kpi}.{name} = {first}.{name}" for name in ("grain", "period_start", "slice", "member"))
        for kpi in others
    )
    return mart.execute(
        f"""select {figures} from marts.kpi_value as {first}{joined}
        where {first}.kpi_id = '{first}' and {first}.value is not null"""
    ).fetchall()


def test_twenty_orders_of_two_hundred_visitors_are_a_tenth_whatever_way_they_are_reckoned(
    worked: dict[str, float],
) -> None:
    assert (worked["users"], worked["orders"]) == (200, 20)
    assert worked["site_conversion_rate"] == worked["ecommerce_conversion_rate"] == 0.1
    assert worked["expected_orders"] == worked["users"] * worked["ecommerce_conversion_rate"] == 20
    assert worked["aov"] == 50 and worked["orders"] * worked["aov"] == worked["expected_revenue"] == 1000
    assert worked["orders_per_customer"] == 1.25
    assert worked["orders_per_customer"] * worked["aov"] == worked["revenue_per_customer"] == 62.5
    assert worked["cpa"] == 15 and worked["gross_margin_per_order"] == 20
    assert worked["cpa"] / worked["gross_margin_per_order"] == worked["cpa_to_margin_ratio"] == 0.75


def test_visitors_times_the_rate_are_the_orders(mart: duckdb.DuckDBPyConnection) -> None:
    found = cells(mart, "expected_orders", "users", "ecommerce_conversion_rate", "orders")
    assert len(found) >= 4
    for row in found:
        expected, users, rate, orders = row[2], row[5], row[8], row[11]
        assert expected == orders == pytest.approx(users * rate, abs=SMALL)


def test_orders_times_their_mean_value_are_revenue_before_refunds(mart: duckdb.DuckDBPyConnection) -> None:
    found = cells(mart, "aov", "orders")
    assert len(found) > 100
    assert [row for row in found if row[2] * row[5] != pytest.approx(float(row[0]), abs=SMALL)] == []
    months = mart.execute(
        """select v.numerator, o.ordered, p.numerator, o.ordered - coalesce(r.refunded, 0)
        from marts.kpi_value as v
        inner join marts.kpi_value as p on p.kpi_id = 'revenue_per_customer' and (p.grain, p.period_start, p.slice)
            = (v.grain, v.period_start, v.slice)
        inner join (select date_trunc('month', order_day) as month, sum(order_eur) as ordered from facts.shop_order
            group by all) as o on o.month = v.period_start
        left join (select date_trunc('month', refund_day) as month, sum(refund_eur) as refunded from facts.refund
            group by all) as r on r.month = v.period_start
        where v.kpi_id = 'aov' and v.grain = 'month' and v.slice = 'total'"""
    ).fetchall()
    assert len(months) >= 4
    for before, ordered, after, left in months:
        assert (before, after) == (ordered, left)


def test_sales_times_their_mean_value_are_the_expected_revenue(mart: duckdb.DuckDBPyConnection) -> None:
    found = cells(mart, "expected_revenue", "sales_volume", "aov")
    assert len(found) > 20
    assert [row for row in found if row[2] != pytest.approx(row[5] * row[8], abs=1e-6)] == []


def test_orders_per_customer_times_their_mean_value_are_revenue_before_refunds_per_customer(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    # an order that names nobody has no customer
    found = [row for row in cells(mart, "orders_per_customer", "aov") if row[0] == row[4]]
    assert len(found) > 10
    for orders, customers, rate, revenue, _, value in found:
        assert rate * value == pytest.approx(float(revenue / customers), abs=SMALL), orders


def test_cost_per_order_over_margin_per_order_is_their_ratio_where_every_margin_is_known(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    found = [
        row
        for row in cells(mart, "cpa", "gross_margin_per_order", "cpa_to_margin_ratio")
        if row[1] == row[4] and row[5]
    ]
    assert len(found) > 10
    assert [row for row in found if row[8] != pytest.approx(row[2] / row[5], abs=SMALL)] == []


def test_the_shares_of_the_channels_are_one(mart: duckdb.DuckDBPyConnection) -> None:
    shares = mart.execute(
        """select grain, sum(value), sum(numerator), max(denominator) from marts.kpi_value
        where kpi_id = 'channel_traffic_share' and slice = 'channel' and value is not null
        group by grain, period_start"""
    ).fetchall()
    assert {grain for grain, *_ in shares} == {"day", "week", "month", "quarter", "year"}
    for _, share, members, total in shares:
        assert share == pytest.approx(1, abs=SMALL) and members == total


def test_the_channels_of_what_adds_up_are_the_total_to_the_cent(mart: duckdb.DuckDBPyConnection) -> None:
    additive = {
        kpi.id: {grain for grain, slices in kpi.slices_by_grain.items() if "channel" in slices and "total" in slices}
        for kpi in shipped_project().config.kpis
        if kpi.additivity == "additive" and kpi.made_as == "measured"
    }
    found = mart.execute(
        """select t.kpi_id, t.grain, t.period_start, t.numerator, m.members
        from marts.kpi_value as t
        left join (select kpi_id, grain, period_start, sum(numerator) as members from marts.kpi_value
            where slice = 'channel' group by all) as m
            on (m.kpi_id, m.grain, m.period_start) = (t.kpi_id, t.grain, t.period_start)
        where t.slice = 'total' and t.numerator is not null"""
    ).fetchall()
    summed = [row for row in found if row[1] in additive.get(row[0], ())]
    assert len({kpi for kpi, *_ in summed}) > 20
    assert [row for row in summed if row[3] != (row[4] or Decimal(0))] == []


def test_the_steps_of_a_cohort_multiply_to_the_rate_of_each_stage(mart: duckdb.DuckDBPyConnection) -> None:
    steps = mart.execute(
        """select cohort_month, slice, member, stage, rate_from_previous, rate from marts.funnel_cohort
        order by cohort_month, slice, member, stage_position"""
    ).fetchall()
    assert len(steps) > 300
    product: float | None = 1.0
    for month, slice_, member, stage, step, rate in steps:
        # after a stage that nobody reached there is no step
        if stage == "lead":
            product = 1.0
            assert rate == 1.0
        elif step is None:
            product = 0.0
        else:
            product *= step
        assert rate == pytest.approx(product, abs=SMALL), (month, slice_, member, stage)


def test_what_is_measured_as_another_has_the_same_figures(mart: duckdb.DuckDBPyConnection) -> None:
    twins = {kpi.id: kpi.same_measure_as for kpi in shipped_project().config.kpis if kpi.same_measure_as}
    assert len(twins) >= 6
    for twin, other in twins.items():
        ((number, differing),) = mart.execute(
            """select count(*), count(case when (t.numerator, t.denominator, t.value) is distinct from
                (o.numerator, o.denominator, o.value) then 1 end)
            from marts.kpi_value as t
            left join marts.kpi_value as o on o.kpi_id = ? and (o.grain, o.period_start, o.slice, o.member)
                = (t.grain, t.period_start, t.slice, t.member)
            where t.kpi_id = ?""",
            [other, twin],
        ).fetchall()
        assert number > 0 and differing == 0, twin
