"""Files of vendors in the inbox: stored under their dialect, counted to the row, corrected by a later download."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from nightly import drop_files, new_warehouse, read_files, shipped_project

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
