"""Figures that were handed in for want of a source, from the file to the certificate of a closed month."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from nightly import new_warehouse, project_without, running_company

from pipelines.engines.duckdb import Warehouse
from pipelines.snapshots import BY_HAND, Cell, Certifier, Due, FrozenMonth, close_month, version_of

JULY, MORNING = date(2026, 7, 1), date(2026, 8, 6)
METRICS = """metric_id,date,slice,member,value,numerator,denominator
sessions,2026-07-03,,,120,,
sessions,2026-07-20,,,80,,
sessions,2026-07-20,channel,Email,30,,
bounce_rate,2026-07-03,,,,30,120
bounce_rate,2026-07-20,,,,10,80
users,2026-07-31,,,150,,
"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A company without GA4 and Mailchimp that hands in what its own counter says."""
    folder, project = tmp_path_factory.mktemp("handed in"), project_without("ga4", "mailchimp")
    path = folder / "w.duckdb"

    def deliver(company: object) -> Path:
        found = folder / "inbox" / "metrics" / "counter.csv"
        found.parent.mkdir(parents=True, exist_ok=True)
        found.write_text(METRICS)
        return found

    with running_company(folder / "inbox") as company, closing(new_warehouse(path)) as connection:
        company.deliver = deliver
        company.night(connection, MORNING, project)
        close_month(connection, project.tables, Due(JULY, BY_HAND), run_id="close")
    yield Warehouse(path, 1)


@pytest.mark.parametrize(
    ("cell", "numerator", "denominator"),
    [
        (Cell("sessions"), "200", None),
        (Cell("sessions", "channel", "Email"), "30", None),
        (Cell("bounce_rate"), "40", "200"),
        # counted for the month, never summed
        (Cell("users"), "150", None),
    ],
    ids=str,
)
def test_a_figure_that_was_handed_in_says_so_and_has_a_certificate(
    warehouse: Warehouse, cell: Cell, numerator: str, denominator: str | None
) -> None:
    with warehouse.looked_into(purpose="test") as connection:
        version = version_of(connection, JULY, 1)
    with warehouse.beside_scratch(purpose="test") as scratch:
        certificate = Certifier(FrozenMonth(scratch, version, frozenset())).certificate(cell)
        (load,) = certificate.contributions.loads()
    figures = certificate.figures
    assert figures["numerator"] == Decimal(numerator)
    assert figures["denominator"] == (None if denominator is None else Decimal(denominator))
    assert certificate.definition["numerator_measure"] == f"supplied_{cell.kpi_id}"
    assert figures["trust"] == "caution"
    assert load["path"] == "metrics/counter.csv"
