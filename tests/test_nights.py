"""However the nights went, the tables end as one clean run on the last morning would have made them."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from nightly import (
    PEPPER,
    build_hashes,
    differing,
    new_warehouse,
    night_of_files,
    project_without,
    read_files,
    running_company,
    shipped_project,
    tiny_truth,
)

from pipelines.build import Project, build
from pipelines.inbox import source_id_hmac
from pipelines.intake import Night, failures_of
from pipelines.loads import current_cut, fix_cut
from pipelines.sandbox.demo_company import TINY, demo_company
from pipelines.sandbox.exports import write_exports
from pipelines.sandbox.ga4_faults import CollapsedDay
from pipelines.sandbox.mailchimp_faults import Fault, FaultScript

pytestmark = pytest.mark.nights

TODAY = tiny_truth().today
FIRST = date(2026, 9, 3)
NIGHTS_AFTER = tuple(date(2026, 9, day) for day in range(4, 9))
LOOKED_AT = (date(2026, 9, 6), TODAY)
FILES_ONLY = ("ga4", "mailchimp")
Hashes = dict[str, str]
Row = dict[str, str]


@dataclass(frozen=True)
class Kept:
    """A closed warehouse file, and what its tables hash to."""

    path: Path
    hashes: Hashes

    @contextmanager
    def copied(self, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        """A copy to go on with; the kept one stays as it is."""
        with closing(new_warehouse(shutil.copyfile(self.path, folder / "warehouse.duckdb"))) as connection:
            yield connection


def one_run(folder: Path, today: date) -> Kept:
    """A fresh warehouse after a single night."""
    path = folder / "warehouse.duckdb"
    with running_company(folder / "inbox") as company, closing(new_warehouse(path)) as connection:
        company.night(connection, today)
        return Kept(path, hashes_of(connection))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return one_run(tmp_path_factory.mktemp("clean"), TODAY)


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return one_run(tmp_path_factory.mktemp("first"), FIRST)


@pytest.fixture(scope="module")
def clean_without_ga4(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with running_company(tmp_path_factory.mktemp("inbox")) as company, closing(new_warehouse()) as connection:
        company.night(connection, TODAY, project_without("ga4"))
        yield connection


def hashes_of(connection: duckdb.DuckDBPyConnection, project: Project | None = None) -> Hashes:
    return build_hashes(connection, (project or shipped_project()).tables)


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def raw_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    names = rows_of(connection, "select table_name from duckdb_tables() where schema_name = 'raw' order by all")
    return {name: rows_of(connection, f"select count(*) from raw.{name}")[0][0] for (name,) in names}


def sessions_by_day(connection: duckdb.DuckDBPyConnection) -> dict[date, int]:
    return dict(rows_of(connection, "select day, sum(sessions) from staging.ga4_channel_day group by day"))


def kpis(connection: duckdb.DuckDBPyConnection, condition: str) -> list[tuple[Any, ...]]:
    """Rows of the long table whose KPI fulfils a condition on `k`."""
    return rows_of(
        connection,
        f"""select v.* from marts.kpi_value as v inner join reference.kpi as k on k.kpi_id = v.kpi_id
        where {condition} order by all""",
    )


# ---- nights over all sources ----


def test_a_second_run_on_the_same_day_changes_nothing_and_stores_no_row(clean: Kept, tmp_path: Path) -> None:
    with running_company(tmp_path / "inbox") as company, clean.copied(tmp_path) as connection:
        tables = shipped_project().tables
        before = build_hashes(connection, tables, same_warehouse=True), raw_rows(connection)
        company.night(connection, TODAY, run_id="again")
        assert differing(build_hashes(connection, tables, same_warehouse=True), before[0]) == []
        assert raw_rows(connection) == before[1]
        stored = "select distinct p.state from meta.load_part as p join meta.load as l using (load_id)"
        assert rows_of(connection, f"{stored} where l.run_id = 'again'") == [("unchanged",)]


def test_late_sessions_move_the_days_they_belong_to_until_successive_nights_equal_one_run(
    first_night: Kept, clean: Kept, tmp_path: Path
) -> None:
    with running_company(tmp_path / "inbox") as company, first_night.copied(tmp_path) as connection:
        seen = [sessions_by_day(connection)]
        for today in NIGHTS_AFTER:
            company.night(connection, today) if today in LOOKED_AT else company.read_on(connection, today)
            seen += [sessions_by_day(connection)] if today in LOOKED_AT else []
        assert differing(hashes_of(connection), clean.hashes) == []
    # GA4 completes a day for three more days: the 2nd of September is complete on the morning of the 6th
    second = [night[date(2026, 9, 2)] for night in seen]
    assert second == sorted(second) and second[0] < second[1] == second[2]
    days_of_first = [day for day in seen[0] if seen[0][day] != seen[-1][day]]
    assert days_of_first and min(days_of_first) >= date(2026, 8, 31)


def test_nights_that_were_missed_and_made_up_late_equal_one_run(first_night: Kept, clean: Kept, tmp_path: Path) -> None:
    with running_company(tmp_path / "inbox") as company, first_night.copied(tmp_path) as connection:
        # two nights are missed, then that of a Monday, whose longer look-back the next night makes up
        company.night(connection, date(2026, 9, 6))
        company.night(connection, TODAY)
        assert differing(hashes_of(connection), clean.hashes) == []


def test_a_dead_mailchimp_leaves_the_other_numbers_clean_and_says_how_old_its_own_are(
    first_night: Kept, clean: Kept, tmp_path: Path
) -> None:
    with running_company(tmp_path / "inbox") as company, first_night.copied(tmp_path) as connection:
        company.hold_on_failure = False
        company.mailchimp_server.faults = FaultScript([Fault("problem", times=10**6, status=503)])
        company.night(connection, TODAY, run_id="without mailchimp")
        assert [source for source, _ in failures_of(connection, "without mailchimp")] == ["mailchimp"]
        with closing(duckdb.connect(str(clean.path), read_only=True)) as undisturbed:
            others = "not contains(k.sources, 'mailchimp')"
            assert kpis(connection, others) == kpis(undisturbed, others)
            settled = "contains(k.sources, 'mailchimp') and grain = 'month' and period_start < '2026-08-01'"
            assert kpis(connection, settled) == kpis(undisturbed, settled) != []
        told = rows_of(
            connection,
            """select distinct period_start, status, trust, trust_reason, status_reason
            from marts.kpi_value as v inner join reference.kpi as k on k.kpi_id = v.kpi_id
            where k.sources = 'mailchimp' and slice = 'total' and grain = 'month' and period_start >= '2026-08-01'
            and v.kpi_id not in ('email_forward_rate', 'email_open_rate')  -- another tool does not tell them
            order by all""",
        )
    assert {row[1:4] for row in told} == {("provisional", "caution", "mailchimp is not up to date")}
    assert {row[0] for row in told} == {date(2026, 8, 1), date(2026, 9, 1)}
    assert all(row[4].endswith("mailchimp was last read on 2026-09-03, 5 days ago") for row in told)


def test_mailchimp_reports_that_matured_over_a_month_equal_one_run(
    clean_without_ga4: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    project, seen = project_without("ga4"), []
    with running_company(tmp_path / "inbox") as company, closing(new_warehouse()) as connection:
        # a newsletter of the 10th of August: two soft bounces, of which one after the other is delivered after all
        for today in (date(2026, 8, 11), date(2026, 8, 12), TODAY):
            company.night(connection, today, project)
            seen += rows_of(
                connection,
                """select soft_bounces, unique_opens, delivered from marts.email_campaign
                where campaign_id = 'a1b2009aab'""",
            )
        assert differing(hashes_of(connection, project), hashes_of(clean_without_ga4, project)) == []
    bounces, opens, delivered = zip(*seen, strict=True)
    assert bounces == (2, 1, 0)
    assert opens[0] < opens[1] < opens[2]
    assert delivered[0] + 2 == delivered[1] + 1 == delivered[2]


def test_a_day_that_collapsed_is_refused_and_the_next_night_takes_it_when_it_recovered(tmp_path: Path) -> None:
    # of fewer than 100 sessions no day collapses
    truth = demo_company(replace(TINY, first_day=date(2026, 8, 24), today=date(2026, 9, 6), sessions_per_day=220))
    collapsed, tables = date(2026, 9, 3), shipped_project().tables
    with running_company(tmp_path / "inbox", truth) as company, closing(new_warehouse()) as connection:
        company.night(connection, date(2026, 9, 4))
        stored = sessions_by_day(connection)[collapsed]
        company.ga4_server.plan(CollapsedDay(collapsed))
        company.night(connection, date(2026, 9, 5))
        assert sessions_by_day(connection)[collapsed] == stored > 100
        refused = rows_of(connection, "select object, part, reason from meta.load_part where state = 'refused'")
        by_report = {(name, part) for name, part, _ in refused if name != "ga4.period"}
        assert by_report >= {(f"ga4.{report}_day", "2026-09-03") for report in ("channel", "campaign", "landing")}
        assert all(part == "2026-09-03" for _, part in by_report)
        # the day is asked for by itself too, divided in other ways
        of_periods = {part for name, part, _ in refused if name == "ga4.period"}
        assert "day/channel/all/2026-09-03" in of_periods
        assert all(part.startswith("day/") and part.endswith("/2026-09-03") for part in of_periods)
        assert all(
            reason.startswith(f"fell from {stored}.") for name, _, reason in refused if name == "ga4.channel_day"
        )
        company.ga4_server.plan()
        company.night(connection, date(2026, 9, 6))
        assert sessions_by_day(connection)[collapsed] > stored
        recovered = build_hashes(connection, tables)
    with running_company(tmp_path / "inbox of one run", truth) as company, closing(new_warehouse()) as connection:
        company.night(connection, date(2026, 9, 6))
        assert differing(recovered, build_hashes(connection, tables)) == []


# ---- what a build does not depend on ----


@pytest.mark.parametrize("threads", [1, 4])
def test_the_number_of_threads_does_not_show(clean: Kept, tmp_path: Path, threads: int) -> None:
    with clean.copied(tmp_path) as connection:
        connection.execute(f"set threads = {threads}")
        build_again(connection)
        assert differing(hashes_of(connection), clean.hashes) == []


def test_the_order_in_which_raw_rows_lie_does_not_show(clean: Kept, tmp_path: Path) -> None:
    with clean.copied(tmp_path) as connection:
        for name in raw_rows(connection):
            connection.execute(f"create or replace table raw.{name} as select * from raw.{name} order by hash(rowid)")
        build_again(connection)
        assert differing(hashes_of(connection), clean.hashes) == []


def build_again(connection: duckdb.DuckDBPyConnection, project: Project | None = None) -> None:
    build(connection, project or shipped_project(), current_cut(connection), run_id="again", business_date=TODAY)


# ---- sources that are left out ----


def test_a_source_that_is_switched_off_leaves_what_a_company_that_never_had_it_sees(
    clean: Kept, clean_without_ga4: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    project = project_without("ga4")
    with clean.copied(tmp_path) as connection:
        build_again(connection, project)
        assert differing(hashes_of(connection, project), hashes_of(clean_without_ga4, project)) == []


def test_mailchimp_that_is_switched_off_leaves_the_figures_of_the_other_mail_tools(clean: Kept, tmp_path: Path) -> None:
    tools = "select distinct tool from marts.email_campaign order by all"
    with clean.copied(tmp_path) as connection:
        all_on = rows_of(connection, tools)
        build_again(connection, project_without("mailchimp"))
        left = rows_of(connection, tools)
        assert {"mailchimp"} == {tool for (tool,) in all_on} - {tool for (tool,) in left}
        counted = """select sum(numerator) from marts.kpi_value
            where kpi_id = 'emails_sent' and grain = 'year' and slice = 'total'"""
        assert rows_of(connection, counted) == rows_of(connection, "select sum(emails_sent) from marts.email_campaign")


def test_a_company_without_website_numbers_has_mail_and_sales(
    clean_without_ga4: duckdb.DuckDBPyConnection, clean: Kept
) -> None:
    assert_no_source(clean_without_ga4, ("ga4",))
    counted = "select count(sessions), count(leads) > 0 from marts.channel_month"
    assert rows_of(clean_without_ga4, counted) == [(0, True)]
    with closing(duckdb.connect(str(clean.path), read_only=True)) as all_on:
        for of in ("mailchimp", "crm_leads", "crm_deals", "orders"):
            assert kpis(clean_without_ga4, f"k.sources = '{of}'") == kpis(all_on, f"k.sources = '{of}'") != []


def test_a_company_that_only_delivers_files_gets_its_sales_numbers(clean: Kept, tmp_path: Path) -> None:
    write_exports(tiny_truth(), tmp_path / "inbox", TODAY)
    project = project_without(*FILES_ONLY)
    with closing(new_warehouse()) as connection, clean.copied(tmp_path) as with_apis:
        night_of_files(connection, tmp_path / "inbox", TODAY, project)
        build_again(with_apis, project)
        assert differing(hashes_of(with_apis, project), hashes_of(connection, project)) == []
        assert_no_source(connection, FILES_ONLY)
        assert ("mailchimp",) not in rows_of(connection, "select distinct tool from marts.email_campaign")
        with closing(duckdb.connect(str(clean.path), read_only=True)) as all_on:
            for of in ("crm_leads", "crm_deals", "orders"):
                assert kpis(connection, f"k.sources = '{of}'") == kpis(all_on, f"k.sources = '{of}'") != []


def made_only_of(sources: tuple[str, ...]) -> str:
    """KPIs with a measure that none but these sources yields; ad spend, for one, has more than GA4."""
    listed = ", ".join(f"'{source}'" for source in sources)
    # ga4_period and ga4_campaign are GA4 too
    whose = f"bool_and(split_part(source, '_', 1) in ({listed}))"
    only = f"select measure from reference.measure_source group by measure having {whose}"
    return f"(k.numerator_measure in ({only}) or coalesce(k.denominator_measure, '') in ({only}))"


def assert_no_source(connection: duckdb.DuckDBPyConnection, left_out: tuple[str, ...]) -> None:
    """KPIs of these sources have one row per grain and period, and no figure."""
    found = rows_of(
        connection,
        f"""select v.status, v.slice, v.member, max(v.numerator), max(v.denominator), max(v.value), count(*)
        from marts.kpi_value as v inner join reference.kpi as k on k.kpi_id = v.kpi_id
        where {made_only_of(left_out)} group by v.status, v.slice, v.member""",
    )
    assert [row[:-1] for row in found] == [("no_source", "total", "", None, None, None)]
    assert found[0][-1] > 100


# ---- files ----


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """The exports of the last morning."""
    write_exports(tiny_truth(), tmp_path / "inbox", TODAY)
    return tmp_path / "inbox"


def export(inbox: Path, kind: str) -> Path:
    return inbox / kind / f"{kind}_{TODAY}.csv"


def read_rows(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def one_run_of_files(inbox: Path, final: Mapping[str, list[Row]]) -> Hashes:
    """A fresh warehouse that only ever saw the final rows of these kinds, beside the other exports."""
    write_exports(tiny_truth(), inbox, TODAY)
    for kind, rows in final.items():
        write_rows(export(inbox, kind), rows)
    with closing(new_warehouse()) as connection:
        return hashes_after(connection, inbox)


def hashes_after(connection: duckdb.DuckDBPyConnection, inbox: Path) -> Hashes:
    project = project_without(*FILES_ONLY)
    night_of_files(connection, inbox, TODAY, project)
    return hashes_of(connection, project)


def take_files(connection: duckdb.DuckDBPyConnection, inbox: Path, today: date = TODAY) -> None:
    read_files(connection, inbox, shipped_project().config, Night(f"run of {today}", today, hold_on_failure=True))


def changed(rows: Iterable[Row], change: Callable[[Row], Row | None]) -> list[Row]:
    return [new for row in rows if (new := change(dict(row))) is not None]


def test_a_campaign_renamed_in_a_later_ads_file_is_not_counted_twice(inbox: Path, tmp_path: Path) -> None:
    before = read_rows(export(inbox, "ad_costs"))
    old = next(row["campaign"] for row in before if row["platform"] == "Meta")
    after = changed(before, lambda row: row | {"campaign": "renamed" if row["campaign"] == old else row["campaign"]})
    spend = "select sum(spend_eur) from facts.ad_cost"
    with closing(new_warehouse()) as connection:
        hashes_after(connection, inbox)
        ((spent,),) = rows_of(connection, spend)
        write_rows(inbox / "ad_costs" / "corrected.csv", after)
        found = hashes_after(connection, inbox)
        assert rows_of(connection, spend) == [(spent,)] and spent > Decimal(1000)
        for table in ("staging.ad_cost", "facts.ad_cost"):
            names = {name for (name,) in rows_of(connection, f"select distinct campaign from {table}")}
            assert "renamed" in names and old not in names
    assert differing(found, one_run_of_files(tmp_path / "final", {"ad_costs": after})) == []


def test_a_full_export_withdraws_what_it_lacks_and_nothing_resurrects_it(inbox: Path, tmp_path: Path) -> None:
    # the lead reached the stage customer; of the order a part was given back
    gone = {"leads": "L-000003", "deals": "P-deal-jumped", "orders": "O-100026"}
    final = {
        kind: [row for row in read_rows(export(inbox, kind)) if next(iter(row.values())) != one]
        for kind, one in gone.items()
    }
    lead = f"(select person_key from raw.person where source_id_hmac = '{source_id_hmac(gone['leads'], PEPPER)}')"
    traces = f"""select
        (select count(*) from facts.stage_entry where person_key = {lead}),
        (select count(*) from staging.lead_stage where person_key = {lead}),
        (select count(*) from facts.deal where person_key = {lead}),
        (select count(*) from facts.deal where deal_id = '{gone["deals"]}'),
        (select count(*) from facts.revenue where row_key in ('order {gone["orders"]}', 'refund {gone["orders"]}'))"""
    with closing(new_warehouse()) as connection:
        hashes_after(connection, inbox)
        ((reached, entries, *others),) = rows_of(connection, traces)
        assert reached == 6 and entries >= 4 and others == [1, 1, 2]
        for kind, rows in final.items():
            write_rows(inbox / kind / "full" / "all.csv", rows)
        found = hashes_after(connection, inbox)
        # the stages stay as they were delivered and count no more; the deal stays a deal, of nobody
        assert rows_of(connection, traces) == [(0, entries, 0, 0, 0)]
        withdrawn = "select kind, rows_withdrawn from meta.file where path like '%/full/%' order by kind"
        assert rows_of(connection, withdrawn) == [("deals", 1), ("leads", 1), ("orders", 1)]
    assert differing(found, one_run_of_files(tmp_path / "final", final)) == []


def test_a_full_export_that_lost_most_rows_is_refused_with_its_merges_and_refunds(inbox: Path) -> None:
    project = project_without(*FILES_ONLY)
    with closing(new_warehouse()) as connection:
        hashes_after(connection, inbox)
        before = build_hashes(connection, project.tables, same_warehouse=True)
        ((last,),) = rows_of(connection, "select max(load_id) from meta.load")
        for kind in ("leads", "orders"):
            rows = read_rows(export(inbox, kind))
            plain = [row for row in rows if not (row.get("merged_into") or row.get("refunded_at"))]
            write_rows(inbox / kind / "full" / "all.csv", plain[:30])
        hashes_after(connection, inbox)
        after = build_hashes(connection, project.tables, same_warehouse=True)
        # only that something waits has changed
        assert differing(after, before) == ["marts.refused_load"]
        states = f"select distinct object, state from meta.load_part where load_id > {last} order by all"
        assert rows_of(connection, states) == [
            (name, "refused") for name in ("lead", "lead_merge", "refund", "shop_order")
        ]


def test_a_source_whose_export_was_refused_is_not_fresh_however_often_it_comes(inbox: Path) -> None:
    with closing(new_warehouse()) as connection:
        take_files(connection, inbox)
        shutil.copyfile(export(inbox, "deals"), inbox / "deals" / "next_day.csv")
        write_rows(inbox / "orders" / "full" / "broken.csv", read_rows(export(inbox, "orders"))[:30])
        for place, today in enumerate((date(2026, 9, 9), date(2026, 9, 10))):
            take_files(connection, inbox, today)
            shutil.copyfile(inbox / "orders" / "full" / "broken.csv", inbox / "orders" / "full" / f"{place}.csv")
            fix_cut(connection, current_cut(connection), today)
            read_on = dict(rows_of(connection, "select object, as_of from meta.current_source"))
            assert (read_on["deal"], read_on["shop_order"]) == (date(2026, 9, 9), TODAY)


def test_a_small_correction_replaces_only_the_scopes_it_mentions(inbox: Path, tmp_path: Path) -> None:
    rows = {kind: read_rows(export(inbox, kind)) for kind in ("leads", "lead_stages", "ad_costs", "costs")}
    meta_day = ("Meta", "2026-08-20", "campaign")

    def is_meta_day(row: Row) -> bool:
        return (row["platform"], row["date"], row["level"]) == meta_day

    corrections = {
        "leads": [row | {"channel": "Referral"} for row in rows["leads"] if row["lead_id"] in ("L-000003", "L-000008")],
        # of a lead that is mentioned, the stages that are not are gone
        "lead_stages": [row for row in rows["lead_stages"] if row["lead_id"] == "L-000011"][:1],
        "ad_costs": [row | {"cost": "1.25"} for row in rows["ad_costs"] if is_meta_day(row)][:1],
        "costs": [rows["costs"][0] | {"amount": "77.70"}],
    }
    mentioned: dict[str, Callable[[Row], bool]] = {
        "leads": lambda row: row["lead_id"] in ("L-000003", "L-000008"),
        "lead_stages": lambda row: row["lead_id"] == "L-000011",
        "ad_costs": is_meta_day,
        "costs": lambda row: row["cost_id"] == rows["costs"][0]["cost_id"],
    }
    final = {
        kind: [row for row in rows[kind] if not mentioned[kind](row)] + correction
        for kind, correction in corrections.items()
    }
    with closing(new_warehouse()) as connection:
        take_files(connection, inbox)
        for kind, correction in corrections.items():
            write_rows(inbox / kind / "correction.csv", correction)
        found = hashes_after(connection, inbox)
    assert differing(found, one_run_of_files(tmp_path / "final", final)) == []


def test_files_of_different_kinds_may_come_in_any_order(inbox: Path) -> None:
    files = sorted(inbox.rglob("*.csv"))
    found = []
    for order in (files, files[::-1], files[3:] + files[:3]):
        for place, file in enumerate(order):
            os.utime(file, (1_780_000_000 + place, 1_780_000_000 + place))
        with closing(new_warehouse()) as connection:
            found.append(hashes_after(connection, inbox))
            read = rows_of(connection, "select path from meta.file order by load_id")
            assert [path for (path,) in read] == [file.relative_to(inbox).as_posix() for file in order]
    assert differing(found[0], found[1]) == differing(found[0], found[2]) == []


def test_a_file_delivered_under_two_names_is_one_load(inbox: Path) -> None:
    files = list(inbox.rglob("*.csv"))
    for file in files:
        shutil.copyfile(file, file.with_name(f"copy_of_{file.name}"))
        os.utime(file, (1_780_000_000, 1_780_000_000))
    loads = "select object, load_id from meta.load order by all"
    with closing(new_warehouse()) as connection:
        take_files(connection, inbox)
        rows, read = raw_rows(connection), rows_of(connection, loads)
        # leads, deals and orders have merges and refunds in the same rows
        assert len(read) - len({"lead_merge", "deal_merge", "refund"} & {name for name, _ in read}) == len(files)
        take_files(connection, inbox)
        assert (raw_rows(connection), rows_of(connection, loads)) == (rows, read)
        told = rows_of(
            connection, f"select state, load_id, reason from meta.file where path = 'leads/copy_of_leads_{TODAY}.csv'"
        )
        assert told == [("loaded", None, f"its content was read before, as leads/leads_{TODAY}.csv")]


def test_an_export_that_comes_unchanged_the_next_day_is_fresh_and_stores_no_row(inbox: Path) -> None:
    read_on = "select distinct as_of from meta.current_source"
    with closing(new_warehouse()) as connection:
        take_files(connection, inbox, FIRST)
        before = raw_rows(connection)
        for file in list(inbox.rglob("*.csv")):
            shutil.copyfile(file, file.with_name(f"next_day_{file.name}"))
        project = project_without(*FILES_ONLY)
        night_of_files(connection, inbox, TODAY, project)
        assert raw_rows(connection) == before
        assert rows_of(connection, read_on) == [(TODAY,)]
        # an older content that is delivered again is no news: what replaced it stays
        leads = read_rows(export(inbox, "leads"))
        write_rows(inbox / "leads" / "correction.csv", [leads[0] | {"channel": "Referral"}])
        take_files(connection, inbox)
        loads = rows_of(connection, "select count(*) from meta.load where object = 'lead'")
        shutil.copyfile(export(inbox, "leads"), inbox / "leads" / "old_again.csv")
        take_files(connection, inbox, date(2026, 9, 9))
        assert rows_of(connection, "select count(*) from meta.load where object = 'lead'") == loads
