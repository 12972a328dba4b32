"""`kpi inbox new`: a draft of a dialect that is read only once a person has looked, and then reads the file."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from openpyxl import Workbook

from pipelines.cli import main

CONFIG = Path(__file__).parents[2] / "config"
GERMAN = "Bericht\nDatum;Kampagne;Ausgaben;jan@example.com;Klicks\n14.09.2026;A;1,50;EUR;3\n"


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
    assert '#   "Ausgaben"' in text and "jan@example" not in text


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
        ("numbers.csv", [], "numbers.csv: no line of it looks like a header: put one above its rows"),
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
