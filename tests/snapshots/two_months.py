"""A company whose loads, models and configuration move on after two months were closed."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

from nightly import new_warehouse, running_company, shipped_project

from pipelines.build import Project
from pipelines.configuration import config_from_texts
from pipelines.definitions import load_project
from pipelines.snapshots import BY_HAND, Due, close_month
from pipelines.tables import read_table

WAREHOUSE = "warehouse.duckdb"
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
MORNINGS = {date(2026, 8, 6): (JULY,), date(2026, 9, 8): (JULY, AUGUST)}


def moved_on() -> Project:
    """The project as it may be a while later: another window, a rule for a channel, a changed model."""
    texts = dict(shipped_project().config.texts)
    rules = "source,medium,campaign,platform,channel\n"
    for file, before, after in (
        ("company.yaml", "conversion_window_days: 90", "conversion_window_days: 60"),
        ("channels.csv", rules, f"{rules}partner,,,,Affiliates\n"),
    ):
        assert before in texts[file]
        texts[file] = texts[file].replace(before, after)
    project = load_project(config_from_texts(texts))
    table = project.tables["facts.lead"]
    changed = read_table(table.text.replace("'(unknown)') as device", "'none') as device"), "assets/facts/lead.sql")
    assert changed.version != table.version
    return replace(project, tables={**project.tables, table.name: changed})


def close_two_months(folder: Path) -> None:
    """Makes a warehouse in which two months are closed, the older one twice, the second time under other rules."""
    with running_company(folder / "inbox") as company, closing(new_warehouse(folder / WAREHOUSE)) as connection:
        for project, (morning, months) in zip((shipped_project(), moved_on()), MORNINGS.items(), strict=True):
            company.night(connection, morning, project)
            for month in months:
                close_month(connection, project.tables, Due(month, BY_HAND), run_id="close")
