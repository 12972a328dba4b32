"""Growth of a closed month is certified by the rows of both periods, of files and of figures that were handed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from decimal import Decimal

import pytest
from nightly import drop_files, new_warehouse, night_of_files, project_without

from pipelines.engines.duckdb import Warehouse
from pipelines.snapshots import BY_HAND, Cell, Certifier, Due, FrozenMonth, close_month, version_of

JULY, MORNING = date(2026, 7, 1), date(2026, 8, 6)
FILES = {
    "leads/crm.csv": """lead_id,created_at,channel
L1,2025-07-03T10:00:00+02:00,Email
L2,2025-07-20T10:00:00+02:00,Direct
L3,2026-07-01T10:00:00+02:00,Email
L4,2026-07-04T10:00:00+02:00,Email
L5,2026-07-31T10:00:00+02:00,Direct
""",
    # the new store counts for itself, and not for the growth of those that were there a year before
    "receipts/till.csv": """store_id,receipt_id,line_no,sold_at,net_amount,currency,product_group,is_return,is_void
old,R1,1,2025-07-05T12:00:00+02:00,10,EUR,filters,0,0
old,R2,1,2026-07-05T12:00:00+02:00,10,EUR,filters,0,0
old,R3,1,2026-07-06T12:00:00+02:00,10,EUR,filters,0,0
new,R4,1,2026-07-06T12:00:00+02:00,10,EUR,filters,0,0
""",
    "metrics/counter.csv": """metric_id,date,slice,member,value,numerator,denominator
sessions,2025-07-20,,,80,,
sessions,2026-07-03,,,120,,
sessions,2026-07-20,channel,Email,30,,
""",
}
# rows as part, year, row and amount
ROWS = {
    Cell("lead_growth_rate"): (1, 2, 7),
    Cell("lead_growth_rate", "channel", "Email"): (1, 1, 4),
    Cell("pos_transaction_growth"): (1, 1, 4),
    Cell("pos_transaction_growth", "store", "new"): (1, 0, 1),
    Cell("traffic_growth_rate"): (40, 80, 3),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A company of two Julys that has files only."""
    folder, project = tmp_path_factory.mktemp("growth"), project_without("ga4", "mailchimp")
    drop_files(folder / "inbox", FILES)
    path = folder / "w.duckdb"
    with closing(new_warehouse(path)) as connection:
        night_of_files(connection, folder / "inbox", MORNING, project)
        close_month(connection, project.tables, Due(JULY, BY_HAND), run_id="close")
    yield Warehouse(path, 1)


@contextmanager
def certifier(warehouse: Warehouse) -> Iterator[Certifier]:
    with warehouse.looked_into(purpose="test") as connection:
        version = version_of(connection, JULY, 1)
    with warehouse.beside_scratch(purpose="test") as scratch:
        yield Certifier(FrozenMonth(scratch, version, frozenset()))


@pytest.mark.parametrize("cell", ROWS, ids=str)
def test_growth_is_the_sum_of_the_rows_of_both_periods(warehouse: Warehouse, cell: Cell) -> None:
    numerator, denominator, number = ROWS[cell]
    with certifier(warehouse) as one:
        certificate = one.certificate(cell)
        rows = list(certificate.contributions.rows())
    assert (certificate.figures["numerator"], certificate.figures["denominator"]) == (numerator, denominator)
    assert sum(row["amount"] for row in rows if row["part"] == "numerator") == numerator
    assert sum(row["amount"] for row in rows if row["part"] == "denominator") == denominator
    assert len(rows) == number
    # what was a year before is taken away
    assert all((row["amount"] < 0) == (row["day"].year == 2025) for row in rows if row["part"] == "numerator")


def test_growth_names_what_grew_with_its_frozen_figure(warehouse: Warehouse) -> None:
    with certifier(warehouse) as one:
        (leads,) = one.certificate(Cell("lead_growth_rate", "channel", "Email")).components
        (sessions,) = one.certificate(Cell("traffic_growth_rate")).components
    assert (leads.kpi_id, leads.slice, leads.member) == ("new_leads", "channel", "Email")
    assert leads.figures["numerator"] == Decimal(2) and leads.taken_from == "2026-07-v1"
    assert (sessions.kpi_id, sessions.figures["numerator"]) == ("sessions", Decimal(120))
