"""`kpi inbox new`: a draft of a dialect that is read only once a person has looked, and then reads the file."""

from __future__ import annotations

import csv
import io
import shutil
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from openpyxl import Workbook

from pipelines.cli import main

CONFIG = Path(__file__).parents[2] / "config"
FOLLOWERS = Path(__file__).parents[1] / "inbox" / "exports" / "linkedin_page_followers.xls"
GERMAN = "Bericht\nDatum;Kampagne;Ausgaben;Konto;Klicks\n14.09.2026;A;1,50;EUR;3\n"


@pytest.fixture(autouse=True)
def exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(CONFIG, tmp_path / "config")
    monkeypatch.setenv("KPI_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("KPI_DATA", str(tmp_path / "data"))
    return tmp_path / "config" / "exports"


def test_a_draft_says_what_it_guessed_what_lacks_and_which_headers_are_left(
    tmp_path: Path, exports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Spend Report.csv").write_text(GERMAN, encoding="utf-16")
    assert main(["inbox", "new", str(tmp_path / "Spend Report.csv"), "--kind", "ad_costs"]) == 0
    assert "spend_report.yaml.draft: a draft for ad_costs, which still lacks platform, cost, currency" in (
        capsys.readouterr().out
    )
    text = (exports / "spend_report.yaml.draft").read_text(encoding="utf-8")
    assert yaml.safe_load(text) == {
        "kind": "ad_costs", "seen": "in files", "days": ["%d.%m.%Y"],
        "columns": {"date": {"en": "Datum"}, "campaign": {"en": "Kampagne"}, "clicks": {"en": "Klicks"}},
    }  # fmt: skip
    assert '#   "Ausgaben"' in text


def test_a_draft_is_nobodys_dialect_until_it_is_completed_and_renamed(
    tmp_path: Path, exports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "spend.csv"
    file.write_text(GERMAN)
    assert main(["inbox", "new", str(file), "--kind", "ad_costs"]) == 0
    assert main(["inbox", "explain", str(file)]) == 2
    draft = exports / "spend.yaml.draft"
    added = "  cost: {de: Ausgaben}\nconstants: {platform: vendor, currency: EUR}\n"
    completed = draft.read_text().replace('  clicks: {en: "Klicks"}\n', f'  clicks: {{en: "Klicks"}}\n{added}')
    draft.with_name("spend.yaml").write_text(completed)
    capsys.readouterr()
    assert main(["inbox", "explain", str(file)]) == 0
    told = capsys.readouterr().out
    assert "spend" in told and "1.500000" in told


@pytest.mark.parametrize("name", ["lines.xlsx", "lines.parquet"])
def test_workbooks_and_parquet_files_make_drafts_too(tmp_path: Path, exports: Path, name: str) -> None:
    rows = {"InvoiceNo": ["A1"], "Quantity": [2], "Country": ["NL"]}
    stream = io.BytesIO()
    if name.endswith(".xlsx"):
        book = Workbook()
        for line in (list(rows), [cells[0] for cells in rows.values()]):
            book.worksheets[0].append(line)
        book.save(stream)
    else:
        pq.write_table(pa.table(rows), stream)
    (tmp_path / name).write_bytes(stream.getvalue())
    assert main(["inbox", "new", str(tmp_path / name), "--kind", "order_lines"]) == 0
    assert yaml.safe_load((exports / "lines.yaml.draft").read_text())["columns"] == {"quantity": {"en": "Quantity"}}


@pytest.mark.parametrize(
    ("file", "options", "told"),
    [
        ("spend.csv", ["--name", "google_ads_campaigns"], "google_ads_campaigns: there is a dialect of this name"),
        ("spend.csv", ["--name", "../else"], "name '../else': it is no name of a dialect"),
        ("spend.csv", ["--kind", "adcosts"], "kind 'adcosts': there is no such kind of file: did you mean 'ad_costs'?"),
        ("none.csv", [], "none.csv: it cannot be read (No such file or directory)"),
        ("numbers.csv", [], "numbers.csv: the line that should be its header looks like a row of data: put a header"),
        ("spend.pdf", [], "spend.pdf: it is a PDF file: save it as XLSX or CSV"),
        ("cut.xlsx", [], "cut.xlsx: it is a damaged zip or Excel file"),
    ],
)
def test_what_cannot_be_drafted_is_one_line(
    tmp_path: Path, exports: Path, capsys: pytest.CaptureFixture[str], file: str, options: list[str], told: str
) -> None:
    (tmp_path / "spend.csv").write_text(GERMAN)
    (tmp_path / "numbers.csv").write_text("1,2\n3,4\n")
    (tmp_path / "spend.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "cut.xlsx").write_bytes(b"PK\x03\x04cut")
    before = sorted(exports.iterdir())
    assert main(["inbox", "new", str(tmp_path / file), *options]) == 2
    assert capsys.readouterr().err.startswith(told)
    assert sorted(exports.iterdir()) == before


def drafted(tmp_path: Path, exports: Path, name: str, content: bytes, kind: str) -> str:
    (tmp_path / name).write_bytes(content)
    assert main(["inbox", "new", str(tmp_path / name), "--kind", kind]) == 0
    return (exports / f"{name.partition('.')[0]}.yaml.draft").read_text(encoding="utf-8")


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "row",
    [
        "L-1,Jan Jansen,Dorpsstraat 1,2026-09-01", "L-1,Jan Jansen,Dorpsstraat 1,1 Sep 2026",
        "L-1,Jan Jansen,Dorpsstraat 1,\"Sep 1, 2026\"", "L-1,Jan Jansen,Dorpsstraat 1,01/09/2026 10:00 PM",
        "L-1,Jan Jansen,Dorpsstraat 1,17", "L-1,Jan Jansen,Dorpsstraat 1,+31 6 12345678",
        "L-1,Jan Jansen,Dorpsstraat 1,jan@example.com", f"L-1,Jan Jansen,Dorpsstraat 1,{'long ' * 21}",
        "L-1,Jan Jansen,Dorpsstraat 1,NL",
    ],
)  # fmt: skip
def test_a_row_of_data_is_never_taken_for_a_header(
    tmp_path: Path, exports: Path, capsys: pytest.CaptureFixture[str], row: str
) -> None:
    (tmp_path / "crm.csv").write_text(f"{row}\nL-2,Piet Peters,Kerkweg 2,NL\n")
    assert main(["inbox", "new", str(tmp_path / "crm.csv"), "--kind", "leads"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("crm.csv: the line that should be its header looks like a row of data: put a header above")
    assert not list(exports.glob("*.draft")) and "Jan" not in told


def test_a_cell_of_any_length_below_the_header_makes_a_draft_whatever_was_read_before(
    tmp_path: Path, exports: Path
) -> None:
    content = f"Order,Quantity\n1,2\n{'x' * 200_000},3\n".encode()
    before = csv.field_size_limit()
    try:
        for name, limit in (("a.csv", 131_072), ("b.csv", sys.maxsize)):
            csv.field_size_limit(limit)
            assert 'quantity: {en: "Quantity"}' in drafted(tmp_path, exports, name, content, "order_lines")
    finally:
        csv.field_size_limit(before)


def test_a_sheet_that_is_no_table_is_passed_over(tmp_path: Path, exports: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["Report of 2026"])
    book.create_sheet("Numbers").append([1, 2])
    lines = book.create_sheet("Lines")
    for row in (["InvoiceNo", "Quantity"], ["A1", 2]):
        lines.append(row)
    text = drafted(tmp_path, exports, "lines.xlsx", saved(book), "order_lines")
    assert yaml.safe_load(text)["columns"] == {"quantity": {"en": "Quantity"}}


def test_an_old_workbook_makes_a_draft_too(tmp_path: Path, exports: Path) -> None:
    text = drafted(tmp_path, exports, "old.xls", FOLLOWERS.read_bytes(), "social_pages")
    assert "columns:" in text and '"Total followers"' in text


def test_a_workbook_without_cells_or_beyond_all_limits_makes_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    charts, book = Workbook(), Workbook()
    charts.create_chartsheet("Chart")
    del charts["Sheet"]
    book.worksheets[0].append(["InvoiceNo", "Quantity"])
    (tmp_path / "charts.xlsx").write_bytes(saved(charts))
    assert main(["inbox", "new", str(tmp_path / "charts.xlsx")]) == 2
    assert capsys.readouterr().err.startswith("charts.xlsx: there is no sheet of cells in it: open it in Excel")
    (tmp_path / "large.xlsx").write_bytes(saved(book))
    monkeypatch.setattr("pipelines.inbox.workbooks.LARGEST_WORKBOOK_BYTES", 1 << 10)
    assert main(["inbox", "new", str(tmp_path / "large.xlsx")]) == 2
    assert capsys.readouterr().err.startswith("large.xlsx: it unpacks to more than")


def test_a_draft_that_is_there_already_is_named(
    tmp_path: Path, exports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "spend.csv").write_text(GERMAN)
    assert main(["inbox", "new", str(tmp_path / "spend.csv"), "--name", "my_spend"]) == 0
    assert main(["inbox", "new", str(tmp_path / "spend.csv"), "--name", "my_spend"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("my_spend: there is a draft of this name: complete ") and "--name NAME" in said
