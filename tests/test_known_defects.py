"""Defects that packages of this kind shipped, each as what must not happen here: D1 to D7."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from nightly import drop_files, new_warehouse, night_of_files, project_without, running_company, shipped_project
from pydantic import BaseModel, ValidationError
from sqlglot import exp
from summing_table import READER

from pipelines.additivity import refuse_impossible_sums
from pipelines.build import build
from pipelines.configuration import Config
from pipelines.configuration.company import Company
from pipelines.configuration.sources import Ga4, Sources
from pipelines.failures import WrongUse
from pipelines.ga4_lookback import windows_due
from pipelines.ga4_reports import REPORTS
from pipelines.intake import Night, take_in_report
from pipelines.kpi_parts import GRAINS, measures_of
from pipelines.loads import current_cut, fix_cut
from pipelines.tables import read_table

Mart = duckdb.DuckDBPyConnection
# columns beside a currency that hold no money
NO_MONEY = ("rate", "unit", "conversions")
# what was spent by yesterday: the books reach to the end of their months
LEDGER = """select cast(date_trunc('month', day) as date) as month, channel, scope, amount_eur
    from marts.cost_day cross join meta.business_date as b where day < b.business_date"""


# D1: a bounce rate that was no rate, and spend in several currencies that was summed


def test_every_ratio_of_parts_of_a_whole_declares_its_range() -> None:
    kpis = [kpi for kpi in shipped_project().config.kpis if kpi.denominator is not None and kpi.unit == "ratio"]
    assert len(kpis) > 30
    assert [kpi.id for kpi in kpis if kpi.range is None] == []


def test_every_ratio_lies_within_its_declared_range(mart: Mart) -> None:
    ((judged, outside),) = mart.execute(
        """select count(*), count(case when v.value < 0 or (k.value_range = '0..1' and v.value > 1) then 1 end)
        from marts.kpi_value as v
        inner join reference.kpi_definition as k using (kpi_id, definition_version)
        where k.value_range in ('0..1', '0..') and v.value is not null"""
    ).fetchall()
    assert judged > 5000 and outside == 0


def test_all_money_beside_a_currency_is_marked_as_of_its_own_currency() -> None:
    unmarked = [
        f"{table.name}.{column.name}"
        for table in shipped_project().tables.values()
        if "currency" in (names := {column.name for column in table.columns}) and "eur_per_unit" not in names
        for column in table.columns
        if column.type.startswith("decimal") and not any(word in column.name for word in NO_MONEY)
        if column.role != "own currency" and not column.name.endswith("_eur")
    ]
    assert unmarked == []


def test_no_money_in_several_currencies_is_summed() -> None:
    tables = shipped_project().tables
    marked = [
        (table.name, column.name)
        for table in tables.values()
        for column in table.columns
        if column.role == "own currency"
    ]
    assert len(marked) > 8
    for table, column in marked:
        summing = read_table(READER.format(table=table, column=column), "assets/facts/total.sql")
        with pytest.raises(WrongUse, match="money in several currencies: convert every row to euros first"):
            refuse_impossible_sums({**tables, summing.name: summing})


# D2: channels that spend and convert nobody vanished


def test_a_channel_that_spends_and_sells_nothing_keeps_its_cost_per_order_and_its_return(mart: Mart) -> None:
    for kpi, part, of_ledger, without in (
        ("cpa", "numerator", "true", "denominator = 0 and value is null"),
        (
            "roas",
            "denominator",
            "scope = 'media' and channel in (select channel from reference.paid_channel)",
            "value = 0",
        ),
    ):
        of_kpi = f"from marts.kpi_value where kpi_id = '{kpi}' and grain = 'month' and slice = 'channel' and {part} > 0"
        shown = mart.execute(f"select period_start, member, {part} {of_kpi} order by all").fetchall()
        spent = mart.execute(
            f"""select month, channel, sum(amount_eur) as spent from ({LEDGER}) as l where {of_ledger}
            group by month, channel having spent > 0 order by all"""
        ).fetchall()
        assert shown == spent, kpi
        ((kept,),) = mart.execute(f"select count(*) {of_kpi} and {without}").fetchall()
        assert kept > 5, kpi


def test_what_all_channels_spend_is_the_total_of_the_ledger_to_the_cent(mart: Mart) -> None:
    months = mart.execute(
        f"""select l.month, l.spent, c.spent, t.numerator
        from (select month, sum(amount_eur) as spent from ({LEDGER}) as l group by all) as l
        inner join (select period_start, sum(numerator) as spent from marts.kpi_value
            where kpi_id = 'cpa' and grain = 'month' and slice = 'channel' group by all) as c
            on c.period_start = l.month
        inner join marts.kpi_value as t
            on t.kpi_id = 'cpa' and t.grain = 'month' and t.slice = 'total' and t.period_start = l.month"""
    ).fetchall()
    assert len(months) >= 4
    assert [month for month in months if len({*month[1:]}) > 1] == []


def test_every_order_lead_and_customer_is_credited_to_one_channel(mart: Mart) -> None:
    """Credits of a conversion sum to 1: all channels together have as many as there are."""
    credited = mart.execute(
        """select t.kpi_id, t.period_start, t.numerator, sum(m.numerator)
        from marts.kpi_value as t
        inner join marts.kpi_value as m
            on m.kpi_id = t.kpi_id and m.grain = t.grain and m.period_start = t.period_start and m.slice = 'channel'
        where t.kpi_id in ('orders', 'new_leads', 'customers') and t.slice = 'total' and t.grain = 'month'
        group by all"""
    ).fetchall()
    assert {kpi for kpi, *_ in credited} == {"orders", "new_leads", "customers"}
    assert [row for row in credited if row[2] != row[3]] == []


# D3: options that were logged under one wrong name

# what an option may be changed to, where no rule tells
OTHERS: Mapping[str, Any] = {
    "company.time_zone": "Europe/Lisbon",
    "company.owner": "somebody",
    "company.stages": ["lead", "mql", "sql", "opportunity", "customer"],
    "company.qualified_stage": "sql",
    "company.handover_stage": "sal",
    "company.month_close_days": [5, 36],
    "company.customers_from": "both",
    "company.revenue_from": "orders",
    "company.headline_pack": "ecommerce",
    "company.funnel_plan.by": "2027-06",
    # halves of these would cross the other level
    "company.trust_limits.consent_coverage.caution": Decimal("0.8"),
    "company.trust_limits.unattributed_share.bad": Decimal("0.6"),
    "sources.on_failure": "hold",
    "sources.ga4.property_id": "123456789",
    "sources.ga4.start_date": date(2025, 1, 1),
    "sources.ga4.time_zone": "Europe/Lisbon",
    "sources.ga4.pages.blog": ["/news/*"],
    "sources.ga4.pages.content": ["/news/*"],
    "sources.ga4.pages.call_to_action": ["/news/*"],
    "sources.shop_pages": ["/store/"],
    "sources.reports.mail_to": ["reviews@example.com"],
    "sources.reports.mail_from": "reviews@example.com",
    "sources.reports.language": "nl",
    "sources.reports.address": "https://reviews.example.com",
}
# who is told, when and in which language changes no figure
LEFT_OUT = (
    *("sources.alerts.silent_days", "sources.alerts.quota_share"),
    *(f"sources.reports.{name}" for name in ("mail_to", "mail_from", "language", "address")),
)


def options(name: str, model: BaseModel) -> Iterator[tuple[str, Any]]:
    """Every option by its place, with its value as the company set it."""
    for field in type(model).model_fields:
        value = getattr(model, field)
        if isinstance(value, BaseModel):
            yield from options(f"{name}.{field}", value)
        else:
            yield f"{name}.{field}", value


def other_than(place: str, value: Any) -> Any:
    """Another value of an option."""
    if place in OTHERS:
        return OTHERS[place]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | Decimal):
        return value + 1 if isinstance(value, int) else value / 2
    if isinstance(value, str):
        return f"{value}_2"
    if isinstance(value, Mapping):
        return dict(list(value.items())[1:])
    assert isinstance(value, tuple) and value, f"say in OTHERS what {place} may be changed to"
    return [*value[1:], "another one"]


def with_option(config: Config, place: str, value: Any) -> Config:
    """The configuration with one option changed."""
    file, *path = place.split(".")
    model = config.company if file == "company" else config.sources
    changed = model.model_dump()
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    other = type(model).model_validate(changed)
    assert other != model, place
    return replace(config, company=other) if isinstance(other, Company) else replace(config, sources=other)


def test_changing_any_option_that_may_change_a_figure_changes_the_hash_of_the_configuration() -> None:
    config = shipped_project().config
    places = dict([*options("company", config.company), *options("sources", config.sources)])
    assert len(places) > 40 and {*OTHERS, *LEFT_OUT} <= places.keys()
    hashes = {
        place: with_option(config, place, other_than(place, value)).config_hash
        for place, value in places.items()
        if place not in LEFT_OUT
    }
    assert [place for place, found in hashes.items() if found == config.config_hash] == []
    assert len({*hashes.values()}) == len(hashes), "two options that are logged as one"


@pytest.mark.parametrize("place", LEFT_OUT)
def test_who_is_told_and_when_changes_no_hash(place: str) -> None:
    config = shipped_project().config
    found = dict(options("sources", config.sources))[place]
    assert with_option(config, place, other_than(place, found)).config_hash == config.config_hash


def test_the_hash_is_of_what_holds_and_not_of_what_is_written() -> None:
    config = shipped_project().config
    written = Sources.model_validate(config.sources.model_dump(exclude_defaults=True))
    assert replace(config, sources=written).config_hash == config.config_hash


# D4: each day was read once, when it was not complete


def test_every_day_is_read_again_for_at_least_three_days() -> None:
    assert shipped_project().config.sources.ga4.lookback_days >= 3
    with pytest.raises(ValidationError):
        Ga4(lookback_days=2)
    today = date(2026, 6, 9)
    read_on = {today - timedelta(days=age): today - timedelta(days=1) for age in range(2, 60)}
    for report in REPORTS:
        windows = windows_due(read_on, today, today - timedelta(days=59), report.look_back, 3, 35)
        assert {today - timedelta(days=age) for age in (1, 2, 3)} <= {
            first + timedelta(days=number) for first, last in windows for number in range((last - first).days + 1)
        }, report.name


def test_a_day_that_is_read_again_replaces_what_was_read_of_it(tmp_path: Path) -> None:
    (report,) = (one for one in REPORTS if one.name == "channel_day")
    first, second = date(2026, 8, 6), date(2026, 8, 8)
    day, key = date(2026, 8, 5), ", ".join(report.key)
    found = []
    with running_company(tmp_path) as company, closing(new_warehouse()) as connection:
        for morning in (first, second):
            company.today = morning
            night = Night(f"run of {morning}", morning, hold_on_failure=True)
            window = (date(2026, 8, 1), morning - timedelta(days=1))
            take_in_report(connection, lambda: company.ga4, report, [window], night)
            fix_cut(connection, current_cut(connection), morning)
            found += connection.execute(
                f"""select sum(r.sessions), count(distinct r.load_id), count(*) = count(distinct ({key}))
                from {report.table} as r inner join meta.current_part as p
                    on p.object = '{report.object}' and p.part = r.part and p.load_id = r.load_id
                where r.part = '{day}'"""
            ).fetchall()
    (early, *of_first), (late, *of_second) = found
    assert of_first == of_second == [1, True]
    assert late > early > 0, "the day was not complete on the first morning"


def test_visitors_are_asked_for_at_every_grain_that_shows_them_and_never_summed() -> None:
    project = shipped_project()
    users = measures_of(project.tables)["users"]
    assert not users.is_additive and not users.adds_up
    shown = project.config.kpi("users").slices_by_grain
    asked = {(report.grain, report.slice) for report in project.period_reports}
    assert set(GRAINS) <= {*shown} and {(grain, one) for grain, slices in shown.items() for one in slices} <= asked


# D5: rates that were rounded inside the mart


def test_no_mart_and_no_measure_rounds_what_was_divided() -> None:
    rounding = []
    for table in shipped_project().tables.values():
        # a duration of one row is no ratio of sums
        if table.schema not in ("marts", "measures") or table.name == "measures.lead":
            continue
        for one in sqlglot.parse_one(table.query, dialect="duckdb").find_all(exp.Round):
            divided = [node for node in one.find_all(exp.Div, exp.Anonymous) if node.name in ("", "ratio")]
            if divided:
                rounding.append(f"{table.name}: {one.sql('duckdb')}")
    assert rounding == []


def test_what_marts_round_is_whole_or_money() -> None:
    for table in shipped_project().tables.values():
        if table.schema != "marts":
            continue
        for one in sqlglot.parse_one(table.query, dialect="duckdb").find_all(exp.Round):
            cast, alias = one.find_ancestor(exp.Cast), one.find_ancestor(exp.Alias)
            is_whole = cast is not None and cast.to.sql() == "BIGINT"
            assert is_whole or (alias is not None and alias.alias.endswith("_eur")), (
                f"{table.name}: {one.sql('duckdb')}"
            )


def test_ratios_keep_every_digit_in_the_mart(mart: Mart) -> None:
    ((ratios, rounded),) = mart.execute(
        """select count(*), count(case when value <> cast(numerator as double) / cast(denominator as double) then 1 end)
        from marts.kpi_value where denominator > 0 and value is not null"""
    ).fetchall()
    assert ratios > 10_000 and rounded == 0


# D6: one row of current totals, and a share of amounts in place of one of counts

DEALS = "deal_id,created_at,stage,amount,currency,status,closed_at,deal_type\n"
WON = "D1,2026-06-01T10:00:00+02:00,won,900,EUR,won,2026-07-10T10:00:00+02:00,new\n"
OPEN = "D2,2026-06-02T10:00:00+02:00,proposal,100,EUR,open,,new\n"
LOST = "D2,2026-06-02T10:00:00+02:00,lost,100,EUR,lost,2026-07-20T10:00:00+02:00,new\n"
LOST_ONLY = "D3,2026-05-02T10:00:00+02:00,lost,100,EUR,lost,2026-06-20T10:00:00+02:00,new\n"


def test_the_share_of_deals_of_their_value_and_of_a_cohort_are_three_ids() -> None:
    kpi = shipped_project().config.kpi
    three = [kpi("win_rate"), kpi("win_rate_amount"), kpi("opportunity_to_customer_rate")]
    assert len({(one.numerator, one.denominator) for one in three}) == 3
    assert len({one.formula_text for one in three}) == 3
    assert [one.window_days is not None for one in three] == [False, False, True]


@pytest.mark.nights
def test_a_build_as_of_an_earlier_day_gives_the_figures_of_that_day(tmp_path: Path) -> None:
    project = project_without("ga4", "mailchimp")
    first, second = date(2026, 8, 6), date(2026, 8, 7)
    with closing(new_warehouse()) as connection:
        drop_files(tmp_path, {"deals/a.csv": DEALS + WON + OPEN + LOST_ONLY})
        night_of_files(connection, tmp_path, first, project)
        cut, before = current_cut(connection), _win_rates(connection)
        drop_files(tmp_path, {"deals/b.csv": DEALS + WON + LOST + LOST_ONLY})
        night_of_files(connection, tmp_path, second, project)
        after = _win_rates(connection)
        build(connection, project, cut, run_id="as of", business_date=first)
        again = _win_rates(connection)
    june, july = date(2026, 6, 1), date(2026, 7, 1)
    # a side without a row is 0, and neither unknown nor left out
    assert before[june] == after[june] == (0.0, 0.0)
    assert (before[july], after[july]) == ((1.0, 1.0), (0.5, 0.9))
    assert again == before


def _win_rates(connection: Mart) -> dict[date, tuple[float, float]]:
    found = connection.execute(
        """select n.period_start, n.value, a.value from marts.kpi_value as n
        inner join marts.kpi_value as a on a.kpi_id = 'win_rate_amount'
            and (a.grain, a.period_start, a.slice) = (n.grain, n.period_start, n.slice)
        where n.kpi_id = 'win_rate' and n.grain = 'month' and n.slice = 'total' and n.value is not null"""
    ).fetchall()
    return {month: (count, amount) for month, count, amount in found}


# D7: e-mail without deliveries, bounces, rates, proxies and industry, and keys that nothing checks

EMAIL = (
    *("emails_delivered", "email_bounce_rate", "email_open_rate", "email_open_rate_reported", "email_click_rate"),
    *("email_unsubscribe_rate", "email_spam_complaint_rate"),
)


def test_deliveries_bounces_rates_and_opens_without_proxies_are_all_there(mart: Mart) -> None:
    known = mart.execute(
        """select kpi_id, max(value) from marts.kpi_value
        where grain = 'month' and slice = 'total' and value is not null group by kpi_id"""
    ).fetchall()
    values = dict(known)
    assert [kpi for kpi in EMAIL if not values.get(kpi)] == []
    # privacy proxies open what nobody reads
    ((apart, together),) = mart.execute(
        "select sum(human_unique_opens), sum(unique_opens) from facts.email_send"
    ).fetchall()
    assert 0 < apart < together


def test_campaigns_are_compared_with_the_figures_of_the_industry(mart: Mart) -> None:
    compared = mart.execute(
        "select kpi_id, count(gap) from marts.email_benchmark where benchmark is not null group by kpi_id"
    ).fetchall()
    assert {kpi for kpi, _ in compared} >= {"email_open_rate_reported", "email_click_rate", "email_bounce_rate"}
    assert [kpi for kpi, gaps in compared if not gaps] == []


def test_whatever_a_mart_says_of_a_kpi_is_of_one_that_exists() -> None:
    project = shipped_project()
    known = {kpi.id for kpi in project.config.kpis}
    named = {
        (table.name, alias.this.name)
        for table in project.tables.values()
        if table.schema == "marts"
        for alias in sqlglot.parse_one(table.query, dialect="duckdb").find_all(exp.Alias)
        if alias.alias == "kpi_id" and isinstance(alias.this, exp.Literal)
    }
    assert named and [pair for pair in sorted(named) if pair[1] not in known] == []


def test_every_table_has_a_key_and_every_key_stands_once(mart: Mart) -> None:
    tables = [table for table in shipped_project().tables.values() if table.schema != "meta"]
    assert all(table.key for table in tables)
    repeated = []
    for table in tables:
        key = ", ".join(f'"{name}"' for name in table.key)
        ((rows, keys),) = mart.execute(f"select count(*), count(distinct ({key})) from {table.name}").fetchall()
        if rows != keys:
            repeated.append(table.name)
    assert repeated == []
