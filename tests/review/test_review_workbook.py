"""The workbook of a closed month holds the snapshot's numbers as numbers, and nothing in it acts."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime
from decimal import Decimal
from io import BytesIO

import duckdb
import pytest
from read_workbook import Read, made, read
from sample_snapshot import CHECKS, NEWEST, Check, month_at, sample_connection, tell_of

LANGUAGES = ("nl", "en")
HOSTILE = (
    "=cmd|'/c calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "<script>alert(1)</script>",
    "https://example.test/?a=1&b=2",
    "12.50",
    "_x0041_",
    "x" * 200,
)


@pytest.fixture(scope="module")
def company() -> duckdb.DuckDBPyConnection:
    return sample_connection()


@pytest.fixture(scope="module")
def books(company: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Read]]:
    return {language: read(made(company, language)) for language in LANGUAGES}


def renamed(name: str) -> duckdb.DuckDBPyConnection:
    """A company of which a channel, a KPI, a stage and a file are called so."""
    connection = sample_connection()
    connection.execute("update snapshots.channel_month set channel = ? where channel = 'Events'", [name])
    connection.execute("update reference.kpi set name_en = $1, formula = $1 where kpi_id = 'revenue'", [name])
    connection.execute("update reference.stage set name_en = ? where stage = 'sql'", [name])
    connection.execute("update snapshots.rejection set path = $1, reason = $1 where first_line = 14", [name])
    return connection


def frozen(connection: duckdb.DuckDBPyConnection, columns: str) -> dict[tuple[str, str], tuple[object, ...]]:
    rows = connection.execute(
        f"select kpi_id, grain, {columns} from snapshots.kpi_value where snapshot_id = ? and slice = 'total' "
        "and grain <> 'day'",
        [NEWEST],
    ).fetchall()
    return {(row[0], row[1]): tuple(row[2:]) for row in rows}


def test_every_figure_is_the_double_or_decimal_of_the_snapshot(
    company: duckdb.DuckDBPyConnection, books: dict[str, dict[str, Read]]
) -> None:
    heads = ("Value", "Numerator", "Denominator", "95% from", "95% to")
    grains = {"Month": "month", "Quarter": "quarter", "Year": "year"}
    read_back = {
        (row["Id"].value, grains[row["Period"].value]): tuple(row[head].value for head in heads)
        for row in books["en"]["All figures"].rows
    }
    expected = frozen(company, "value, numerator, denominator, ci_low, ci_high")
    exact = {
        cell: tuple(None if part is None else float(part) for part in figures)  # type: ignore[arg-type]
        for cell, figures in expected.items()
    }
    assert read_back == exact
    assert len(exact) > 20


def test_a_decimal_keeps_the_digits_that_no_double_holds() -> None:
    company = sample_connection()
    company.execute(
        "update snapshots.kpi_value set numerator = 12345678901234567890123.456789 where kpi_id = 'revenue'"
    )
    with zipfile.ZipFile(BytesIO(made(company))) as parts:
        assert b"<v>12345678901234567890123.456789</v>" in parts.read("xl/worksheets/sheet4.xml")


def test_a_double_keeps_its_seventeenth_digit() -> None:
    company = sample_connection()
    company.execute("update snapshots.kpi_value set value = 0.1::double + 0.2::double where kpi_id = 'cpc'")
    assert read(made(company))["All figures"].row(Id="cpc")["Value"].value == 0.1 + 0.2 != 0.3


def test_earlier_values_are_those_of_their_snapshots(
    company: duckdb.DuckDBPyConnection, books: dict[str, dict[str, Read]]
) -> None:
    row = books["en"]["All figures"].row(Id="revenue", Period="Month")
    for head, by, month in (
        ("Previous month", "Previous month by", month_at(12)),
        ("Same month last year", "Last year by", month_at(1)),
    ):
        ((value,),) = company.execute(
            "select value from snapshots.kpi_value where snapshot_id = ? and kpi_id = 'revenue' and grain = 'month'",
            [f"{month:%Y-%m}-v2"],
        ).fetchall()
        assert row[head].value == value
        assert row[by].value == f"{month:%b %Y}".replace("Sep", "Sept") + ", version 2"


def test_a_month_that_nobody_froze_leaves_the_cell_empty_and_says_so(company: duckdb.DuckDBPyConnection) -> None:
    row = read(made(company, snapshot="2025-09-v1"))["All figures"].row(Id="revenue")
    assert (row["Previous month"].value, row["Previous month by"].value) == (None, "Aug 2025: not frozen")


def test_an_unknown_value_is_an_empty_cell_with_the_reason_in_its_row(books: dict[str, dict[str, Read]]) -> None:
    row = books["en"]["All figures"].row(Id="email_open_rate")
    assert row["Value"].value is None
    assert row["Why this status, or no value"].value == "no mailings whose automatic opens are known"


def test_every_channel_has_its_figures_and_the_reasons_of_those_it_lacks(
    company: duckdb.DuckDBPyConnection, books: dict[str, dict[str, Read]]
) -> None:
    rows = company.execute(
        "select channel, sessions, spend_full_eur, revenue_eur, cpl_eur, roi from snapshots.channel_month "
        "where snapshot_id = ?",
        [NEWEST],
    ).fetchall()
    sheet = books["en"]["Channels and costs"]
    heads = ("Channel", "Sessions", "Total cost", "Revenue", "Per lead (CPL)", "ROI")
    plain = [tuple(float(cell) if isinstance(cell, Decimal) else cell for cell in row) for row in rows]
    assert sorted(tuple(row[head].value for head in heads) for row in sheet.rows) == sorted(plain)
    assert "Per lead (CPL): no leads in this channel" in sheet.row(Channel="(unallocated)")["Why a cell is empty"].value


def test_the_two_funnels_are_those_of_the_snapshot(
    company: duckdb.DuckDBPyConnection, books: dict[str, dict[str, Read]]
) -> None:
    entered = company.execute(
        "select entered, rate_from_previous from snapshots.funnel_period where snapshot_id = ? order by stage_position",
        [NEWEST],
    ).fetchall()
    period = books["en"]["Funnel (period)"]
    assert list(zip(period.values("Entries"), period.values("Ratio to previous stage"), strict=True)) == entered
    assert period.rows[0]["Why a cell is empty"].value == "the funnel begins here"
    cohort = company.execute(
        """select cohort_month, cohort_leads, reached, rate, median_days from snapshots.funnel_cohort
        where snapshot_id = ? and is_mature and slice = 'total'
        qualify cohort_month = max(cohort_month) over () order by stage_position""",
        [NEWEST],
    ).fetchall()
    heads = ("Leads of", "Leads", "Reached", "Of all leads", "Median days")
    found = [tuple(row[head].value for head in heads) for row in books["en"]["Funnel (cohort)"].rows]
    assert found == [(datetime.combine(row[0], datetime.min.time()), *row[1:]) for row in cohort]


def test_every_check_stands_there_and_those_that_fail_stand_first(books: dict[str, dict[str, Read]]) -> None:
    sheet = books["en"]["Data checks"]
    assert sheet.above[0] == "41 of 43 checks hold."
    assert len(sheet.rows) == len(CHECKS)
    assert sheet.values("Holds")[:3] == ["✕ no", "✕ no", "✓ yes"]
    assert sheet.values("Rows")[:2] == [1, 12]


def test_every_cause_of_every_part_and_member_that_a_version_changed_is_a_row() -> None:
    month, two = month_at(12), "2026-09-v2"
    company = tell_of(
        sample_connection(),
        amounts=[
            (month, 1, 2, "new_leads", "total", "", "late_data", "numerator", 5),
            (month, 1, 2, "new_leads", "total", "", "merge", "numerator", -2),
            (month, 1, 2, "new_leads", "channel", "Email", "late_data", "numerator", 1),
        ],
    )
    for version, leads in ((1, 10), (2, 11)):
        company.execute(
            """insert into snapshots.kpi_value (snapshot_id, kpi_id, grain, period_start, slice, member, numerator,
                value, unit, status, trust, definition_version)
            values (?, 'new_leads', 'month', ?, 'channel', 'Email', ?, ?, 'count', 'final', 'ok', 1)""",
            [f"2026-09-v{version}", month, leads, leads],
        )
    rows = read(made(company, snapshot=two))["Restatement"].rows
    told = [
        tuple(row[head].value for head in ("Against version", "By", "Of", "Part", "Cause", "Came of it"))
        for row in rows
        if row["Id"].value == "new_leads" and row["Cause"].value
    ]
    assert told == [
        (1, "channel", "Email", "numerator", "Late data", 1),
        (1, "total", None, "numerator", "Merge", -2),
        (1, "total", None, "numerator", "Late data", 5),
    ]


def test_a_difference_without_a_recorded_cause_is_a_row_with_both_figures_and_no_cause() -> None:
    company = tell_of(sample_connection())
    company.execute(
        """update snapshots.kpi_value
        set numerator = numerator + 1, denominator = denominator + 4, value = (numerator + 1) / (denominator + 4)
        where snapshot_id = '2026-09-v2' and kpi_id = 'bounce_rate' and grain = 'month' and slice = 'total'"""
    )
    rows = read(made(company, snapshot="2026-09-v2"))["Restatement"].rows
    found = {
        (row["Id"].value, row["Part"].value): (row["Before"].value, row["After"].value, row["Cause"].value)
        for row in rows
        if row["By"].value == "total"
    }
    frozen_parts = {
        (kpi_id, part): (before, after, None)
        for kpi_id, *parts in company.execute(
            """select kpi_id, b.numerator, a.numerator, b.denominator, a.denominator, b.value, a.value
            from snapshots.kpi_value as b inner join snapshots.kpi_value as a using (kpi_id, grain, slice, period_start)
            where b.snapshot_id = '2026-09-v1' and a.snapshot_id = '2026-09-v2' and grain = 'month'
                and slice = 'total'"""
        ).fetchall()
        for part, before, after in zip(("numerator", "denominator", "value"), parts[::2], parts[1::2], strict=True)
        if before != after
    }
    assert {part for _, part in frozen_parts} == {"numerator", "denominator", "value"}
    assert {key: tuple(map(_number, told)) for key, told in found.items()} == {
        key: tuple(map(_number, told)) for key, told in frozen_parts.items()
    }


def _number(value: object) -> object:
    return pytest.approx(float(value)) if isinstance(value, (int, float, Decimal)) else value


def test_what_asks_for_attention_is_a_row_each_and_its_absence_is_said(company: duckdb.DuckDBPyConnection) -> None:
    sheet = read(made(company))["What needs attention"]
    assert [value.split(" ", 1)[0] for value in sheet.values("State")] == ["✕", "✕", "!"]
    assert sheet.values("Where") == ["Data checks"] * 3
    quiet = sample_connection()
    quiet.execute("delete from snapshots.rejection; delete from snapshots.refused_load")
    said = read(made(quiet, checks=()))["What needs attention"].page["A5"].value
    assert said.startswith("Nothing: no target is missed")


def test_every_day_of_the_month_is_a_row_with_its_figures(
    company: duckdb.DuckDBPyConnection, books: dict[str, dict[str, Read]]
) -> None:
    days = company.execute(
        """select period_start, max(value) filter (kpi_id = 'sessions'), max(value) filter (kpi_id = 'new_leads')
        from snapshots.kpi_value where snapshot_id = ? and grain = 'day' group by 1 order by 1""",
        [NEWEST],
    ).fetchall()
    shown = [tuple(cell.value for cell in row.values()) for row in books["en"]["Day by day"].rows]
    assert [(day.date(), *figures) for day, *figures in shown] == days


def test_what_people_noted_is_a_row_each() -> None:
    company = tell_of(
        sample_connection(),
        annotations=[(1, "2026-10-05", "2026-10-06", "new_leads", "Email", "Storing", "=Outage", "marketing")],
    )
    (row,) = read(made(company))["Annotations"].rows
    assert [cell.value for cell in row.values()] == [
        *(datetime(2026, 10, 5), datetime(2026, 10, 6), "New leads", "Email", "=Outage", "marketing"),  # noqa: DTZ001
    ]


def test_no_check_no_target_and_no_rejection_is_said_in_words() -> None:
    company = sample_connection()
    company.execute("delete from snapshots.rejection")
    book = read(made(company, checks=()))
    said = {name: book[name].page["A5"].value for name in ("Data checks", "Targets", "Rejections")}
    assert said == {
        "Data checks": "No checks were run for this page.",
        "Targets": "No targets were frozen with this version.",
        "Rejections": "Every row of the files was taken.",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_money_shares_and_days_are_numbers_in_the_form_of_their_kind(
    books: dict[str, dict[str, Read]], language: str
) -> None:
    names = {"nl": ("Alle cijfers", "Waarde", "Vanaf"), "en": ("All figures", "Value", "From")}
    sheet, value, starts = names[language]
    rows = books[language][sheet]
    formats = {kpi_id: next(row[value] for row in rows.rows if row["Id"].value == kpi_id).number_format
               for kpi_id in ("aov", "lead_to_mql_rate", "roas", "customers", "sales_cycle_days")}  # fmt: skip
    money = {"nl": "[$€-413] #,##0.00;[$€-413] -#,##0.00", "en": "[$€-809]#,##0.00;-[$€-809]#,##0.00"}[language]
    assert formats == {
        "aov": money,
        "lead_to_mql_rate": "0.00%",
        "roas": '0.00"\u00d7"',
        "customers": "#,##0",
        "sales_cycle_days": "#,##0.0####",
    }
    assert rows.rows[0][starts].is_date


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_what_a_name_says_stays_a_text(text: str) -> None:
    book = read(made(renamed(text)))
    cells = [
        book["Channels and costs"].row(Channel=text)["Channel"],
        book["All figures"].row(Id="revenue", Period="Month")["KPI"],
        book["Definitions"].row(Id="revenue")["Formula"],
        next(row["Stage"] for row in book["Funnel (period)"].rows if row["Stage"].value == text),
        next(row["File"] for row in book["Rejections"].rows if row["File"].value == text),
    ]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in cells] == [(text, "s", None)] * 5
    assert bool(cells[0].quotePrefix) == (text[0] in "=+-@")


def test_no_cell_of_a_book_is_a_formula_or_a_link() -> None:
    with zipfile.ZipFile(BytesIO(made(renamed(HOSTILE[0])))) as parts:
        names = parts.namelist()
        said = b"".join(parts.read(name) for name in names if name.startswith("xl/worksheets/"))
    assert b"<f>" not in said and b"hyperlink" not in said
    assert [name for name in names if "external" in name.lower() or "rels/sheet" in name] == []


def test_characters_that_act_on_a_screen_or_are_not_in_xml_are_question_marks() -> None:
    book = read(made(renamed("a\x07b\x1b[2Jc\u202ed\uffffe")))
    assert book["All figures"].row(Id="revenue", Period="Month")["KPI"].value == "a?b?[2Jc?d?e"


def test_a_text_that_is_too_long_for_a_cell_ends_with_a_sign_that_it_goes_on() -> None:
    shown = read(made(renamed("😀" * 40_000)))["Definitions"].row(Id="revenue")["Formula"].value
    assert shown.endswith("😀…")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("is_demo", [True, False])
def test_every_sheet_names_its_snapshot_on_screen_and_paper_and_says_demo_when_it_is_one(
    company: duckdb.DuckDBPyConnection, language: str, is_demo: bool
) -> None:
    for name, sheet in read(made(company, language, is_demo=is_demo)).items():
        for line in (sheet.above[1], sheet.page.oddHeader.left.text):
            assert NEWEST in line, name
            assert ("DEMO" in line) == is_demo, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_names_of_sheets_are_ones_that_excel_takes(books: dict[str, dict[str, Read]], language: str) -> None:
    names = list(books[language])
    assert [name for name in names if len(name) > 31 or re.search(r"[\[\]:*?/\\]|^'|'$", name)] == []
    assert len({name.casefold() for name in names}) == len(names) == 16


def test_both_languages_have_the_same_sheets_rows_and_numbers(books: dict[str, dict[str, Read]]) -> None:
    def numbers(book: dict[str, Read]) -> list[list[list[object]]]:
        # definitions stand in the order of their names, which differ
        return [
            [[cell.value for cell in row.values() if cell.data_type == "n"] for row in sheet.rows]
            for sheet in list(book.values())[:-1]
        ]

    assert numbers(books["nl"]) == numbers(books["en"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_prints_on_landscape_a4_and_keeps_its_head_in_sight(
    books: dict[str, dict[str, Read]], language: str
) -> None:
    for name, sheet in books[language].items():
        page = sheet.page
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9), name
        # one page wide, which is what it is when nothing is said, and as many pages high as it needs
        assert (page.sheet_properties.pageSetUpPr.fitToPage, page.page_setup.fitToWidth) == (True, None), name
        assert page.page_setup.fitToHeight == 0, name
        assert (page.freeze_panes, page.print_title_rows) == ("B5", "$4:$4"), name
        assert page.auto_filter.ref.startswith("A4:"), name


def test_the_overview_names_all_that_the_version_was_made_from(
    company: duckdb.DuckDBPyConnection, books: dict[str, dict[str, Read]]
) -> None:
    told = {row["What"].value: row["This version"].value for row in books["en"]["Overview"].rows}
    hashes = company.execute(
        "select content_sha256, definitions_hash, config_hash, models_hash from snapshots.snapshot "
        "where snapshot_id = ?",
        [NEWEST],
    ).fetchone()
    assert hashes is not None
    assert set(hashes) <= set(told.values())
    assert (told["Snapshot"], told["Version"]) == (NEWEST, 1)
    assert told["State of this version"] == "◐ Provisional"
    assert told["Frozen on (UTC)"] == datetime(2026, 11, 5, 4, 12)  # noqa: DTZ001


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_snapshot_gives_the_same_bytes(company: duckdb.DuckDBPyConnection, language: str) -> None:
    assert made(company, language) == made(sample_connection(), language)


def test_an_ampersand_in_the_companys_name_is_no_code_of_the_header(company: duckdb.DuckDBPyConnection) -> None:
    book = read(made(company, company="Jansen &D Zonen" + "!" * 300, checks=(Check("a.b", "key", "error", True, 0),)))
    header = book["Overview"].page.oddHeader
    assert "Jansen &&D Zonen" in header.left.text
    assert NEWEST in header.left.text
