"""Files of vendors in the inbox: stored under their dialect, counted to the row, corrected by a later download."""

from __future__ import annotations

import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from nightly import drop_files, new_warehouse, read_files, shipped_project

from pipelines.configuration import Config
from pipelines.intake import FilesTaken, Night
from pipelines.loads import current_cut, fix_cut

HEADER = "Tag;Kampagne;Währungscode;Kosten;Impr.;Klicks\n"
FIRST = f"Kampagnenbericht\n{HEADER}01.09.2026;Generic;EUR;1.234,50;10.000;120\n02.09.2026;Generic;EUR;viel;9;1\n"
TOTALS = "Gesamt: Konto;;EUR;1.300,00;11.000;130\n"
LATER = f"Kampagnenbericht\n{HEADER}01.09.2026;Renamed;EUR;1.240,00;10.000;120\n03.09.2026;Renamed;EUR;5,00;9;1\n"


def taken(connection: duckdb.DuckDBPyConnection, inbox: Path, day: int) -> FilesTaken:
    night = Night(f"night {day}", date(2026, 9, day), hold_on_failure=False)
    return read_files(connection, inbox, shipped_project().config, night)


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def test_every_row_of_a_report_is_stored_rejected_or_a_total(tmp_path: Path) -> None:
    drop_files(tmp_path, {"ad_costs/Kampagnenbericht.csv": FIRST + TOTALS})
    with closing(new_warehouse()) as connection:
        found = taken(connection, tmp_path, 4)
        assert (found.loaded, found.rows_in, found.rows_rejected) == (1, 2, 1)
        told = "select dialect, state, rows_in, rows_new, rows_rejected from meta.file"
        assert rows(connection, told) == [("google_ads_campaigns", "loaded", 2, 1, 1)]
        flags = "select flags ->> 'total_lines', flags ->> 'lines_before_header' from meta.load"
        assert rows(connection, flags) == [("1", "1")]


def test_an_overlapping_download_replaces_its_days_and_doubles_nothing(tmp_path: Path) -> None:
    counting = """select r.date, r.campaign, r.cost from raw.ad_cost as r
        inner join meta.current_part as c on c.object = 'ad_cost' and c.part = r.part and c.load_id = r.load_id
        order by all"""
    with closing(new_warehouse()) as connection:
        for day, text in ((4, FIRST), (5, LATER)):
            drop_files(tmp_path, {f"ad_costs/report_{day}.csv": text})
            taken(connection, tmp_path, day)
        fix_cut(connection, current_cut(connection), date(2026, 9, 5))
        assert rows(connection, counting) == [
            (date(2026, 9, 1), "Renamed", Decimal(1240)),
            (date(2026, 9, 3), "Renamed", Decimal(5)),
        ]


def test_a_dialect_can_say_that_its_files_are_full_exports(tmp_path: Path) -> None:
    dialect = """
kind: leads
seen: in files
full: true
columns: {lead_id: {en: Id}, created_at: {en: Created}}
"""
    config = shipped_project().config
    config = replace(config, texts={**config.texts, "exports/vendor_leads.yaml": dialect})
    with closing(new_warehouse()) as connection:
        for day, ids in ((4, (1, 2)), (5, (2, 3))):
            drop_files(tmp_path, {f"{day}.csv": "Id,Created\n" + "".join(f"{one},2026-09-01\n" for one in ids)})
            read_files(connection, tmp_path, config, Night(f"night {day}", date(2026, 9, day), hold_on_failure=False))
        fix_cut(connection, current_cut(connection), date(2026, 9, 5))
        told = "select path, dialect, rows_new, rows_unchanged, rows_withdrawn from meta.file order by path"
        assert rows(connection, told) == [("4.csv", "vendor_leads", 2, 0, 0), ("5.csv", "vendor_leads", 1, 1, 1)]
        counting = """select r.lead_id from raw.lead as r
            inner join meta.current_part as c on c.object = 'lead' and c.part = r.part and c.load_id = r.load_id
            order by all"""
        assert rows(connection, counting) == [("2",), ("3",)]


LINKEDIN = (
    "Campaign Performance Report\n\nStart Date (in UTC),Account Name,Campaign Name,Creative Name,Total Spent,"
    "Impressions,Clicks\n09/01/2026,Example,Autumn,Blue,12.50,900,12\n"
)


def with_dialect(config: Config, name: str, *replaced: tuple[str, str]) -> Config:
    """The configuration after somebody edited one of its dialects."""
    text = config.texts[f"exports/{name}.yaml"]
    for before, after in replaced:
        assert before in text
        text = text.replace(before, after)
    return replace(config, texts={**config.texts, f"exports/{name}.yaml": text})


def read(connection: duckdb.DuckDBPyConnection, inbox: Path, config: Config, day: int) -> tuple[int, int]:
    found = read_files(connection, inbox, config, Night(f"night {day}", date(2026, 9, day), hold_on_failure=False))
    return found.loaded, found.unreadable


def test_a_file_that_lacked_a_currency_is_read_when_the_dialect_says_it(tmp_path: Path) -> None:
    shipped = shipped_project().config
    noted = with_dialect(shipped, "linkedin_ads_performance", ("UTF-16 with tabs", "UTF-16, tabs"))
    mended = with_dialect(shipped, "linkedin_ads_performance", ("currency: null", "currency: EUR"))
    drop_files(tmp_path, {"ad_costs/linkedin.csv": LINKEDIN})
    with zipfile.ZipFile(tmp_path / "week.zip", "w") as archive:
        archive.writestr("linkedin.csv", LINKEDIN.replace("Blue", "Red"))
    with closing(new_warehouse()) as connection:
        assert read(connection, tmp_path, shipped, 4) == (0, 2)
        assert read(connection, tmp_path, shipped, 5) == (0, 0)
        assert read(connection, tmp_path, noted, 6) == (0, 2)
        assert read(connection, tmp_path, mended, 7) == (2, 0)
        assert read(connection, tmp_path, mended, 8) == (0, 0)
        told = """select path, state, reason, run_id from meta.file
            where path <> 'week.zip' order by path desc, seen_at"""
        why = "it does not say currency: write it under parameters in config/exports/linkedin_ads_performance.yaml"
        of_one = [("unreadable", why, "night 4"), ("unreadable", why, "night 6"), ("loaded", None, "night 7")]
        every = [(path, *one) for path in ("week.zip!linkedin.csv", "ad_costs/linkedin.csv") for one in of_one]
        assert rows(connection, told) == every
        assert rows(connection, "select count(*) from raw.ad_cost") == [(2,)]


def test_an_unknown_file_of_an_earlier_release_is_read_when_a_dialect_was_begun_for_it(tmp_path: Path) -> None:
    dialect = "kind: leads\nseen: in files\ncolumns: {lead_id: {en: Number}, created_at: {en: Made}}\n"
    shipped = shipped_project().config
    begun = replace(shipped, texts={**shipped.texts, "exports/vendor_leads.yaml": dialect})
    drop_files(tmp_path, {"crm.csv": "Number,Made\n1,2026-09-01\n"})
    with closing(new_warehouse()) as connection:
        assert read(connection, tmp_path, shipped, 4) == (0, 1)
        connection.execute("update meta.file set dialects_hash = null")
        assert read(connection, tmp_path, begun, 5) == (1, 0)
        assert rows(connection, "select lead_id from raw.lead") == [("1",)]


def test_a_file_that_was_ignored_is_read_when_its_dialect_ignores_it_no_more(tmp_path: Path) -> None:
    dialect = "kind: leads\nseen: in files\ncolumns: {lead_id: {en: Number}, created_at: {en: Made}}\n"
    shipped = shipped_project().config
    texts = {**shipped.texts, "exports/vendor_leads.yaml": f"{dialect}ignored: they are known already\n"}
    ignoring = replace(shipped, texts=texts)
    drop_files(tmp_path, {"crm.csv": "Number,Made\n1,2026-09-01\n", "leads/crm.csv": "Number,Made\n1,2026-09-01\n"})
    with closing(new_warehouse()) as connection:
        for day in (4, 5):
            assert read(connection, tmp_path, ignoring, day) == (0, 0)
        ignored = ("loaded", "nothing is made of it (vendor_leads): they are known already")
        assert rows(connection, "select state, reason from meta.file") == [ignored, ignored]
        read_on = with_dialect(ignoring, "vendor_leads", ("ignored: they are known already\n", ""))
        assert read(connection, tmp_path, read_on, 6)[1] == 0
        assert rows(connection, "select lead_id from raw.lead") == [("1",)]
        assert read(connection, tmp_path, read_on, 7) == (0, 0)
