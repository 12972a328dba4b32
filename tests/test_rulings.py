"""A collapsed day, a zeroed cost column and a wrong file leave the mart right, and one ruling puts them right or lets
them count: the tables end as those of a company that never got what was taken back."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from nightly import (
    build_hashes,
    differing,
    new_warehouse,
    night_of_files,
    project_without,
    read_files,
    running_company,
    tiny_truth,
)

from pipelines.build import build
from pipelines.cli.loads import listed_loads
from pipelines.ga4 import Ga4Source
from pipelines.ga4_reports import REPORTS, Report
from pipelines.intake import Night
from pipelines.loads import Arrival, Ruled, Ruling, current_cut, fix_cut, rule
from pipelines.sandbox.demo_company import TINY, demo_company
from pipelines.sandbox.exports import write_exports
from pipelines.sandbox.ga4_faults import CollapsedDay

pytestmark = pytest.mark.nights

TODAY = tiny_truth().today
NEXT_DAY = date(2026, 9, 9)
FILES_ONLY = project_without("ga4", "mailchimp")
Row = dict[str, str]
Hashes = dict[str, str]


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def ruled(connection: duckdb.DuckDBPyConnection, action: Any, load_id: int) -> Ruled:
    now = datetime.now(UTC).replace(tzinfo=None)
    return rule(connection, Ruling(action, load_id, "found out the next morning", now))


def refused(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """The newest load with a refused part of each object, as `kpi loads --refused` lists it after a build."""
    listed = listed_loads(connection, refused=True, object_name=None, limit=100)
    assert {(row["load_id"],) for row in listed} == {*rows_of(connection, "select load_id from meta.refused_part")}
    return {row["object"]: row for row in reversed(listed)}


# ---- a collapsed day and a lost cost column ----


class WithoutCost:
    """The property as a user sees it who lost the right to see cost, when GA4 does not say so: all of it is zero."""

    def __init__(self, source: Ga4Source) -> None:
        self._source = source

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def read(self, report: Report, first: date, last: date) -> Iterator[Arrival]:
        for arrival in self._source.read(report, first, last):
            names = arrival.rows.column_names
            if report.name == "cost_day":
                zeros = pa.array([0.0] * arrival.rows.num_rows, pa.float64())
                place = names.index("advertiser_ad_cost")
                yield replace(arrival, rows=arrival.rows.set_column(place, names[place], zeros))
            else:
                yield arrival


def test_a_day_that_collapsed_when_it_first_came_and_a_zeroed_cost_leave_the_mart_right(tmp_path: Path) -> None:
    # of fewer than 100 sessions no day collapses, and fewer than 50 clicks may be free
    truth = demo_company(replace(TINY, first_day=date(2026, 8, 24), today=date(2026, 9, 6), sessions_per_day=260))
    project, collapsed = project_without("mailchimp"), date(2026, 9, 4)
    sessions = f"select sum(sessions) from staging.ga4_channel_day where day = '{collapsed}'"
    spent = "select sum(cost_eur) from staging.ga4_cost_day where day <= '2026-09-04'"
    new_cost = "select reason from meta.refused_part where object = 'ga4.cost_day' and part = '2026-09-04'"

    with running_company(tmp_path / "inbox", truth) as company, closing(new_warehouse()) as connection:
        company.night(connection, date(2026, 9, 4), project)
        spent_before = rows_of(connection, spent)
        right = company.ga4
        company.ga4_server.plan(CollapsedDay(collapsed))
        company.ga4 = WithoutCost(right)  # type: ignore[assignment]
        company.night(connection, date(2026, 9, 5), project)
        told = refused(connection)
        assert told.keys() == {"ga4.channel_day", "ga4.campaign_day", "ga4.landing_day", "ga4.cost_day"}
        assert "2026-09-04: holds" in told["ga4.channel_day"]["reason"]
        assert "to 0.00 (advertiser_ad_cost)" in told["ga4.cost_day"]["reason"]
        assert rows_of(connection, sessions) == [(None,)]
        assert rows_of(connection, spent) == spent_before and spent_before[0][0] > 100
        # the day that came first is unknown, not without cost
        assert rows_of(connection, "select max(day) from staging.ga4_cost_day") == [(date(2026, 9, 3),)]
        assert [reason.partition(" ")[2] for (reason,) in rows_of(connection, new_cost)] == [
            "advertiser_ad_clicks cost nothing"
        ]
        for name in ("ga4.channel_day", "ga4.cost_day"):
            ruled(connection, "accept", told[name]["load_id"])
        build(connection, project, current_cut(connection), run_id="again", business_date=date(2026, 9, 5))
        assert 0 < rows_of(connection, sessions)[0][0] < 100
        assert rows_of(connection, spent)[0][0] < spent_before[0][0]
        ruled(connection, "retract", told["ga4.cost_day"]["load_id"])
        company.ga4_server.plan()
        company.ga4 = right
        company.night(connection, date(2026, 9, 6), project)
        assert refused(connection) == {}
        recovered = build_hashes(connection, project.tables)
    with running_company(tmp_path / "inbox of one run", truth) as company, closing(new_warehouse()) as connection:
        company.night(connection, date(2026, 9, 6), project)
        assert differing(recovered, build_hashes(connection, project.tables)) == []


# ---- files ----


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def write_rows(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Row]]:
    """The rows of every export of the demo company, by kind."""
    inbox = tmp_path_factory.mktemp("exports")
    write_exports(tiny_truth(), inbox, TODAY)
    return {file.parent.name: read_rows(file) for file in inbox.rglob("*.csv")}


WRONG: dict[str, Callable[[int], Row]] = {
    "leads": lambda place: {"lead_id": f"X-{place}"} if place % 2 else {"channel": "Referral", "merged_into": "X-1"},
    "orders": lambda place: {"order_id": f"X-{place}"} if place % 2 else {"net_amount": "1.00"},
    "ad_costs": lambda _: {"cost": "0"},
}


def deliver(inbox: Path, exports: dict[str, list[Row]]) -> None:
    for name, rows in exports.items():
        write_rows(inbox / name / "all.csv", rows)


def take(connection: duckdb.DuckDBPyConnection, inbox: Path, today: date) -> None:
    """Every new file, and no table."""
    read_files(connection, inbox, FILES_ONLY.config, Night(f"run of {today}", today, hold_on_failure=True))


def night(connection: duckdb.DuckDBPyConnection, inbox: Path, today: date) -> Hashes:
    night_of_files(connection, inbox, today, FILES_ONLY)
    return build_hashes(connection, FILES_ONLY.tables)


def load_of(connection: duckdb.DuckDBPyConnection, path: str) -> int:
    ((load_id,),) = rows_of(connection, f"select load_id from meta.file where path = '{path}' and state = 'loaded'")
    return int(load_id)


def a_wrong_file(rows: list[Row], kind: str) -> list[Row]:
    """What an export of another year, or of a test system, may look like."""
    wrong: dict[str, Callable[[int, Row], Row]] = {
        "leads": lambda place, row: (
            row
            | ({"lead_id": f"X-{place}"} if place % 2 else {"channel": "Referral", "merged_into": rows[0]["lead_id"]})
        ),
        "orders": lambda place, row: row | ({"order_id": f"X-{place}"} if place % 2 else {"net_amount": "1.00"}),
        "ad_costs": lambda _, row: row | {"cost": "0"},
    }
    return [wrong[kind](place, row) for place, row in enumerate(rows)]


def test_after_wrong_files_are_retracted_the_tables_are_those_of_a_company_that_never_got_them(
    exports: dict[str, list[Row]], tmp_path: Path
) -> None:
    found: dict[bool, Hashes] = {}
    with closing(new_warehouse()) as connection, closing(new_warehouse()) as undisturbed:
        for warehouse in (connection, undisturbed):
            inbox = tmp_path / str(warehouse is connection)
            deliver(inbox, exports)
            take(warehouse, inbox, TODAY)
            for kind in WRONG:
                if warehouse is connection:
                    write_rows(inbox / kind / "wrong.csv", a_wrong_file(exports[kind], kind))
            take(warehouse, inbox, TODAY)
            # a part of it comes right the next day
            for kind in WRONG:
                write_rows(inbox / kind / "later.csv", exports[kind][: len(exports[kind]) // 2])
            found[warehouse is connection] = night(warehouse, inbox, NEXT_DAY)
        assert {"facts.lead", "facts.shop_order", "facts.ad_cost"} <= {*differing(found[True], found[False])}
        for kind in WRONG:
            ruled(connection, "retract", load_of(connection, f"{kind}/wrong.csv"))
        # the files that still lie there are not read again
        assert differing(night(connection, tmp_path / "True", NEXT_DAY), found[False]) == []
        assert refused(connection) == {}


def test_a_zeroed_full_export_is_refused_and_counts_once_it_is_accepted(
    exports: dict[str, list[Row]], tmp_path: Path
) -> None:
    inbox, other_inbox = tmp_path / "inbox", tmp_path / "other"
    deliver(inbox, exports)
    deliver(other_inbox, {name: rows for name, rows in exports.items() if name != "ad_costs"})
    spend = "select sum(spend_eur) from facts.ad_cost"
    with closing(new_warehouse()) as connection, closing(new_warehouse()) as other:
        before = night(connection, inbox, TODAY)
        for folder in (inbox, other_inbox):
            write_rows(folder / "ad_costs" / "full" / "zeroed.csv", a_wrong_file(exports["ad_costs"], "ad_costs"))
        assert differing(night(connection, inbox, TODAY), before) == ["marts.refused_load"]
        assert rows_of(connection, spend)[0][0] > 100
        told = refused(connection)["ad_cost"]
        assert told["what"] == "ad_costs/full/zeroed.csv" and "(cost)" in told["reason"]
        ruled(connection, "accept", told["load_id"])
        accepted = night(connection, inbox, TODAY)
        assert rows_of(connection, spend) == [(0,)]
        assert differing(accepted, night(other, other_inbox, TODAY)) == []


def test_a_refused_full_export_waits_until_a_good_one_comes(exports: dict[str, list[Row]], tmp_path: Path) -> None:
    deals = exports["deals"]
    with closing(new_warehouse()) as connection:

        def after(name: str, rows: list[Row]) -> dict[str, dict[str, Any]]:
            write_rows(tmp_path / "deals" / "full" / name, rows)
            take(connection, tmp_path, TODAY)
            fix_cut(connection, current_cut(connection), TODAY)
            return refused(connection)

        assert after("first.csv", deals[:-1]) == {}
        wrong = after("wrong.csv", [row | {"deal_id": f"X-{row['deal_id']}"} for row in deals[:2]])
        assert wrong.keys() == {"deal", "deal_merge"}
        assert after("good.csv", deals) == {}


def test_the_content_of_a_retracted_file_is_read_again_when_it_comes_as_a_new_file(
    exports: dict[str, list[Row]], tmp_path: Path
) -> None:
    for name in ("deals/first.csv", "deals/copy.csv"):
        write_rows(tmp_path / name, exports["deals"])
    with closing(new_warehouse()) as connection:

        def loads_and_parts() -> tuple[int, int]:
            take(connection, tmp_path, TODAY)
            fix_cut(connection, current_cut(connection), TODAY)
            loads = "select count(*) from meta.load where object = 'deal' and source = 'file'"
            parts = "select count(*) from meta.current_part where object = 'deal'"
            return rows_of(connection, loads)[0][0], rows_of(connection, parts)[0][0]

        loads_and_parts()
        assert loads_and_parts() == (1, len(exports["deals"]))
        ((load_id,),) = rows_of(connection, "select load_id from meta.load where object = 'deal'")
        ruled(connection, "retract", load_id)
        assert loads_and_parts() == (1, 0)
        write_rows(tmp_path / "deals/once_more.csv", exports["deals"])
        assert loads_and_parts() == (2, len(exports["deals"]))


def test_every_control_is_read_before_what_it_controls() -> None:
    names = [report.object for report in REPORTS]
    controls = {report.object: report.gate.control for report in REPORTS if report.gate and report.gate.control}
    assert controls.keys() == {"ga4.channel_day", "ga4.campaign_day", "ga4.landing_day"}
    assert all(names.index(control.object) < names.index(name) for name, control in controls.items())
