"""`kpi inbox explain`: what would become of a file, without storing anything or telling who is in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.cli import main

GERMAN = """Kampagnenbericht
Kampagnenstatus;Tag;Kampagne;Währungscode;Kosten;Impr.;Klicks
Aktiviert;01.09.2026;Generic;EUR;1.234,50;10.000;120
Aktiviert;01.09.2026;Brand;EUR;viel;100;12
Gesamt: Konto;;;EUR;1.300,00;11.000;130
"""
LEADS = "lead_id,created_at,customer_id\njan@example.com,2026-09-01,C-1\nL-2,2026-09-02,\n"


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KPI_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_a_file_of_a_vendor_is_told_with_its_dialect_columns_rows_and_rejections(
    tmp_path: Path, nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "any.csv").write_text(GERMAN, encoding="utf-16")
    assert main(["inbox", "explain", str(tmp_path / "any.csv"), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["dialect"], told["encoding"]) == ("ad_costs", "google_ads_campaigns", "utf-16")
    assert (told["lines_before_header"], told["total_lines"], told["rows"], told["rejected"]) == (1, 1, 2, 1)
    assert {one["header"]: one["becomes"] for one in told["columns"]} == {
        "kampagnenstatus": "", "tag": "date", "kampagne": "campaign", "währungscode": "currency", "kosten": "cost",
        "impr.": "impressions", "klicks": "clicks", "(google_ads)": "platform", "(campaign)": "level",
    }  # fmt: skip
    (row,) = told["first_rows"]
    assert (row["date"], row["cost"], row["impressions"]) == ("2026-09-01", "1234.500000", 10_000)
    assert [(one["line"], one["column_name"], one["value"]) for one in told["first_rejections"]] == [
        (4, "cost", "viel")
    ]
    assert not nowhere.exists()


def test_people_read_the_same_as_tables_and_see_no_person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "leads.csv").write_text(LEADS)
    assert main(["inbox", "explain", str(tmp_path / "leads.csv")]) == 0
    told = capsys.readouterr().out
    assert "canonical" in told and "(pseudonym)" in told
    assert "jan" not in told and "L-2" not in told and "C-1" not in told


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("a,b\n1,2\n", [], "any.csv: its header fits no kind of file: `kpi inbox explain --kind KIND FILE`"),
        ("a,b\n1,2\n", ["--kind", "leads"], "any.csv: no header line was found: the first line must name the columns"),
        ("a,b\n1,2\n", ["--kind", "lead"], "kind 'lead': there is no such kind of file: did you mean 'leads'?"),
        ("", [], "any.csv: there is nothing in it: export it again"),
    ],
)
def test_a_file_that_fits_nothing_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, options: list[str], told: str
) -> None:
    (tmp_path / "any.csv").write_text(text)
    assert main(["inbox", "explain", str(tmp_path / "any.csv"), *options]) == 2
    assert capsys.readouterr().err.startswith(f"{told}")


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inbox", "explain", str(tmp_path / "none.csv")]) == 2
    assert (
        capsys.readouterr().err
        == "none.csv: it cannot be read (No such file or directory): name a file that this user may read\n"
    )


def test_what_a_dialect_makes_of_other_cells_and_what_the_file_lacks_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = (
        "Name,Created at,Financial Status,Currency,Taxes,Shipping,Total,Lineitem name,Lineitem quantity,Lineitem price"
    )
    (tmp_path / "orders.csv").write_text(f"{header}\n#1,2026-09-01 10:00:00 +0200,paid,EUR,21,0,121,Mug,1,100\n")
    assert main(["inbox", "explain", str(tmp_path / "orders.csv"), "--json"]) == 0
    orders, lines = json.loads(capsys.readouterr().out)
    assert {"header": "(made of total, vat, shipping)", "becomes": "net_amount"} in orders["columns"]
    assert {"header": "(made of order_id)", "becomes": "line_no"} in lines["columns"]
    assert (orders["rows"], orders["taken"]) == (1, 1)
    assert "refunded_amount" in orders["headers_that_lack"]


def test_a_file_of_which_no_row_can_be_taken_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "leads.csv").write_text("lead_id,created_at\nL-1,soon\nL-2,later\n")
    assert main(["inbox", "explain", str(tmp_path / "leads.csv")]) == 1
    told = capsys.readouterr()
    assert "not a time" in told.out
    assert told.err == "leads.csv: none of its rows can be taken: correct what is said above, or the dialect\n"
