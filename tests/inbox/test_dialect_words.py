"""What each word of a dialect does to a file: one story per word."""

from __future__ import annotations

import io
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook
from vendor_files import PEPPER, read_with, said

from pipelines.failures import WrongUse
from pipelines.inbox import Persons, ReadingRules, Unreadable, discover, read_dialects, read_file

COSTS = """
kind: ad_costs
seen: in files
constants: {platform: vendor, currency: EUR}
columns:
  date: {en: Day, de: Tag}
  campaign: {en: Campaign, de: Kampagne}
  cost: {en: Spend, de: Kosten}
"""
DEALS = """
kind: deals
seen: in files
constants: {currency: EUR}
columns:
  deal_id: {en: Deal}
  created_at: {en: Created}
  stage: {en: Stage}
  amount: {en: Value}
"""


@pytest.mark.parametrize(
    ("unit", "cell", "cost"),
    [("micros", "12340000", "12.34"), ("cents", "1234", "12.34"), ("percent", "1234%", "12.34")],
)
def test_a_unit_is_what_a_cell_is_divided_by(tmp_path: Path, unit: str, cell: str, cost: str) -> None:
    read = read_with(tmp_path, f"{COSTS}units: {{cost: {unit}}}\n", f"Day,Campaign,Spend\n2026-09-01,A,{cell}\n")
    assert said(read, "cost") == [(Decimal(cost),)]


@pytest.mark.parametrize(
    ("cell", "cost"),
    [
        ("$12.34K", "12340"), ('"$1,234.50K"', "1234500"), ("2M", "2000000"), ("(1.50)", "-1.5"),
        ("\u22121.50", "-1.5"), ("-$1.50", "-1.5"), ("1'234.50", "1234.5"), ("EUR 7.10", "7.1"), ("7.10 EUR", "7.1"),
    ],
)  # fmt: skip
def test_signs_scales_and_currencies_are_taken_off_a_number(tmp_path: Path, cell: str, cost: str) -> None:
    dialect = COSTS.replace("EUR", "USD") if "$" in cell else COSTS
    read = read_with(tmp_path, dialect, f"Day,Campaign,Spend\n2026-09-01,A,{cell}\n")
    assert said(read, "cost") == [(Decimal(cost),)]


@pytest.mark.parametrize(
    "cell", ["$5", "USD 5", "£5", "1 2", '"1,2,3"', "12ABC", "12%", '"5\n6"', "(5", "5m", "--5", "1.2.3"]
)
def test_a_cell_that_is_no_amount_of_its_row_is_rejected_as_it_is(tmp_path: Path, cell: str) -> None:
    read = read_with(tmp_path, COSTS, f"Day,Campaign,Spend\n2026-09-01,A,{cell}\n2026-09-01,B,7 €\n")
    assert [(one.line, one.column_name) for one in read.rejected] == [(2, "cost")]
    assert said(read, "campaign", "cost") == [("B", Decimal(7))]


def test_a_count_has_no_unit(tmp_path: Path) -> None:
    dialect = COSTS + "  clicks: {en: Clicks}\n"
    read = read_with(tmp_path, dialect, "Day,Campaign,Spend,Clicks\n2026-09-01,A,1,5K\n2026-09-01,B,1,12%\n")
    assert [(one.line, one.column_name) for one in read.rejected] == [(3, "clicks")]
    assert said(read, "clicks") == [(5_000,)]


def test_numbers_of_a_workbook_and_texts_in_another_notation_are_not_mixed(tmp_path: Path) -> None:
    book, stream = Workbook(), io.BytesIO()
    for row in (("Tag", "Kampagne", "Kosten"), ("2026-09-01", "A", 1.234), ("2026-09-01", "B", "1.234,50")):
        book.worksheets[0].append(row)
    book.save(stream)
    with pytest.raises(Unreadable, match="a dot before the decimals in some cells and a comma in others"):
        read_with(tmp_path, COSTS, stream.getvalue(), "export.xlsx")


def test_a_row_that_is_said_twice_with_other_figures_is_taken_in_no_part(tmp_path: Path) -> None:
    read = read_with(tmp_path, COSTS, "Day,Campaign,Spend,Country\n2026-09-01,A,6,NL\n2026-09-01,A,4,BE\n")
    assert [(one.line, one.remedy) for one in read.rejected] == [
        (2, "export it without the column that divides the row"),
        (3, "export it without the column that divides the row"),
    ]


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (
            ("13/02/2026", "02/14/2026"),
            "some of its days are written with the day first and others with the month first",
        ),
        (("09/01/2026", "09/13/2026"), "its days are written with the month first, which its dialect does not know"),
    ],
)
def test_days_that_contradict_each_other_or_the_dialect_end_the_file(
    tmp_path: Path, days: tuple[str, ...], told: str
) -> None:
    text = "Day,Campaign,Spend\n" + "".join(f"{day},A,1\n" for day in days)
    with pytest.raises(Unreadable, match=told):
        read_with(tmp_path, COSTS + 'days: ["%d/%m/%Y"]\n', text)


def test_days_can_be_written_otherwise_in_each_language(tmp_path: Path) -> None:
    dialect = COSTS + 'days: {en: "%m/%d/%Y", de: "%d/%m/%Y"}\n'
    for header, day in (("Day,Campaign,Spend", date(2026, 9, 1)), ("Tag,Kampagne,Kosten", date(2026, 1, 9))):
        read = read_with(tmp_path / str(day), dialect, f"{header}\n09/01/2026,A,1\n")
        assert said(read, "date") == [(day,)]


def test_two_notations_that_say_the_same_order_may_stand_in_one_file(tmp_path: Path) -> None:
    dialect = COSTS + 'days: ["%d-%m-%Y", "%d/%m/%Y"]\n'
    read = read_with(tmp_path, dialect, "Day,Campaign,Spend\n13-02-2026,A,1\n05/03/2026,B,1\n")
    assert said(read, "date") == [(date(2026, 2, 13),), (date(2026, 3, 5),)]


def test_the_noise_of_binary_numbers_is_rounded_where_the_dialect_says_so(tmp_path: Path) -> None:
    noisy = "Day,Campaign,Spend\n2026-09-01,A,12.340000152587890625\n"
    assert read_with(tmp_path / "kept", COSTS, noisy).rejected[0].reason == "more than 6 decimals"
    read = read_with(tmp_path / "rounded", f"{COSTS}decimals: {{cost: 2}}\n", noisy)
    assert said(read, "cost") == [(Decimal("12.34"),)]


def test_months_and_weekdays_are_read_in_the_language_of_the_header(tmp_path: Path) -> None:
    dialect = COSTS + 'days: ["%a, %d. %B %Y"]\n'
    read = read_with(tmp_path, dialect, 'Tag;Kampagne;Kosten\n"Do., 1. Oktober 2026";A;"1,50"\n')
    assert said(read, "date", "cost") == [(date(2026, 10, 1), Decimal("1.5"))]


def test_one_day_that_nobody_can_read_is_one_rejected_row(tmp_path: Path) -> None:
    read = read_with(tmp_path, COSTS + 'days: ["%d/%m/%Y"]\n', "Day,Campaign,Spend\n14/09/2026,A,1\nsoon,B,2\n")
    assert [(one.line, one.column_name, one.value) for one in read.rejected] == [(3, "date", "soon")]
    assert said(read, "campaign") == [("A",)]


def test_what_the_file_does_not_say_has_to_be_written_in_its_dialect(tmp_path: Path) -> None:
    dialect = COSTS.replace(", currency: EUR}", "}") + "parameters: {currency: null}\n"
    text = "Day,Campaign,Spend\n2026-09-01,A,1.50\n"
    told = "it does not say currency: write it under parameters in config/exports/vendor_report.yaml"
    with pytest.raises(Unreadable, match=told):
        read_with(tmp_path, dialect, text)
    read = read_with(tmp_path, dialect.replace("null", "USD"), text)
    assert said(read, "currency") == [("USD",)]


def test_a_formula_is_exact_and_knows_what_is_empty(tmp_path: Path) -> None:
    dialect = """
kind: costs
seen: in files
constants: {currency: EUR, category: software}
columns: {cost_id: {en: Invoice}, period_start: {en: From}, period_end: {en: To}}
further: {gross: {nl: Bedrag}, vat: {nl: Btw}}
formulas: {amount: gross / (1 + vat / 100)}
"""
    rows = "Invoice,From,To,Bedrag,Btw\nA,2026-01-01,2026-01-31,121,21\nB,2026-01-01,2026-01-31,-100,21\n"
    read = read_with(tmp_path, dialect, f"{rows}C,2026-01-01,2026-01-31,much,21\nD,2026-01-01,2026-01-31,5,\n")
    assert said(read, "cost_id", "amount") == [("A", Decimal(100)), ("B", Decimal("-82.644628"))]
    assert [(one.line, one.column_name, one.value, one.reason) for one in read.rejected] == [
        (4, "amount", "much", "not a number"), (5, "amount", None, "it is empty"),
    ]  # fmt: skip


def test_a_text_is_made_of_cells_and_of_the_line(tmp_path: Path) -> None:
    dialect = """
kind: social_posts
seen: in files
constants: {platform: facebook}
columns: {likes: {en: like}}
further: {month: {en: Month}}
texts: {post_id: "2014-{line}", published_at: "2014-{month:0>2}-01"}
"""
    read = read_with(tmp_path, dialect, "Month,like\n3,7\n12,9\n")
    assert [(one, moment.isoformat()) for one, moment in said(read, "post_id", "published_at")] == [
        ("2014-2", "2014-02-28T23:00:00"), ("2014-3", "2014-11-30T23:00:00"),
    ]  # fmt: skip


ORDERS = """
kind: orders
seen: in files
constants: {currency: EUR, status: paid}
columns: {order_id: {en: Order}, ordered_at: {en: Day}}
further: {price: {en: Price}}
formulas: {net_amount: price}
group: {sum: [net_amount]}
also:
  - kind: order_lines
    constants: {quantity: "1"}
    columns: {order_id: {en: Order}, product_id: {en: Article}}
    further: {price: {en: Price}}
    formulas: {net_amount: price}
    numbered: {line_no: order_id}
"""


def test_lines_are_numbered_within_their_order_whatever_stands_above_them(tmp_path: Path) -> None:
    lines = ["A,2026-09-02,mug,3", "B,2026-09-02,lid,1", "A,2026-09-02,jar,4", "A,2026-09-02,mug,3"]
    early = read_with(tmp_path, ORDERS, "\n".join(["Order,Day,Article,Price", *lines]))
    late = read_with(
        tmp_path, ORDERS, "\n".join(["Order,Day,Article,Price", "C,2026-09-03,mug,3", *lines]), "later.csv"
    )
    numbered = [("A", "1", "mug"), ("A", "2", "jar"), ("A", "3", "mug"), ("B", "1", "lid")]
    for read, expected in ((early, numbered), (late, [*numbered, ("C", "1", "mug")])):
        (order_lines,) = read.also
        assert sorted(said(order_lines, "order_id", "line_no", "product_id")) == expected


def test_a_file_without_the_headers_of_its_other_kind_says_what_is_not_made_of_it(tmp_path: Path) -> None:
    read = read_with(tmp_path, ORDERS, "Order,Day,Price\nA,2026-09-02,3\n")
    assert (read.rows_in, read.also) == (1, ())
    assert read.arrivals[0].flags["not_made"] == "order_lines: no header is product_id"


GROUPED = COSTS + "further: {device: {en: Device}}\ngroup: {sum: [cost]}\n"
DEVICES = "Day,Campaign,Spend,Device\n2026-09-01,A,1.50,phone\n2026-09-01,A,1.50,phone\n2026-09-01,A,2.25,desktop\n"


def test_lines_of_one_row_are_summed_and_all_of_them_counted(tmp_path: Path) -> None:
    read = read_with(tmp_path, GROUPED, f"{DEVICES}2026-09-01,B,1,phone\n")
    assert said(read, "campaign", "cost") == [("A", Decimal("5.25")), ("B", Decimal(1))]
    assert (read.rows_in, read.rows_repeated, read.rejected) == (4, 2, [])


def test_lines_that_are_the_same_in_every_cell_are_one_where_the_dialect_says_so(tmp_path: Path) -> None:
    read = read_with(tmp_path, GROUPED.replace("[cost]", "[cost], identical_lines: once"), DEVICES)
    assert said(read, "cost") == [(Decimal("3.75"),)]
    assert (read.rows_in, read.rows_repeated) == (3, 2)


def test_a_row_of_which_one_line_cannot_be_taken_is_not_taken_at_all(tmp_path: Path) -> None:
    read = read_with(tmp_path, GROUPED, f"{DEVICES}2026-09-01,A,much,tv\n2026-09-01,B,1,phone\n")
    assert said(read, "campaign") == [("B",)]
    assert [one.line for one in read.rejected] == [2, 3, 4, 5]
    assert read.rejected[3].value == "much"
    assert {one.reason for one in read.rejected[:3]} == {"the same row goes on in line 5, which cannot be taken"}


def test_what_lines_of_a_row_repeat_counts_once_and_has_to_agree(tmp_path: Path) -> None:
    dialect = COSTS + "  conversions: {en: Conversions}\ngroup: {sum: [conversions]}\n"
    lines = "Day,Campaign,Spend,Conversions\n2026-09-01,A,5,1\n2026-09-01,A,5,2\n"
    assert said(read_with(tmp_path / "a", dialect, lines), "cost", "conversions") == [(Decimal(5), Decimal(3))]
    read = read_with(tmp_path / "b", dialect, f"{lines}2026-09-01,A,6,1\n")
    assert {(one.line, one.reason) for one in read.rejected} == {
        (line, "lines of the same row differ in cost") for line in (2, 3, 4)
    }


def test_the_words_of_a_vendor_become_those_of_the_kind(tmp_path: Path) -> None:
    dialect = DEALS + "  status: {en: State}\nvalues: {status: {won: [Gewonnen, closed won], lost: Verloren}}\n"
    dialect += 'missing_in: {amount: "0"}\n'
    dialect = dialect.replace("  amount: {en: Value}", "  amount: {en: Value}\n  closed_at: {en: Closed}")
    text = "Deal,Created,Stage,Value,Closed,State\n1,2026-01-01,End,0.00,2026-02-01,gewonnen\n"
    read = read_with(tmp_path, dialect, f"{text}2,2026-01-01,End,5,2026-02-01,VERLOREN\n3,2026-01-01,End,5,,dunno\n")
    assert said(read, "status", "amount") == [("won", None), ("lost", Decimal(5))]
    assert [(one.line, one.column_name) for one in read.rejected] == [(4, "status")]


def test_of_several_ids_in_a_cell_the_first_one_counts(tmp_path: Path) -> None:
    dialect = DEALS + '  account_id: {en: Companies}\nfirst_of: {account_id: ";"}\n'
    read = read_with(tmp_path, dialect, "Deal,Created,Stage,Value,Companies\n1,2026-01-01,New,5,77;78\n")
    assert said(read, "account_id") == [("77",)]


def test_headers_can_be_rows_and_a_file_more_than_one_kind(tmp_path: Path) -> None:
    dialect = """
kind: leads
seen: in files
columns: {lead_id: {en: Id}, created_at: {en: Created}}
also:
  - kind: lead_stages
    columns: {lead_id: {en: Id}}
    spread: {into: stage, value: entered_at, headers: {mql: {en: Became MQL}, sql: {en: Became SQL}}}
days: ["%d-%m-%Y"]
"""
    text = "Id,Created,Became MQL,Became SQL\n1,31-01-2026,01-02-2026,13-02-2026\n2,31-01-2026,,\n"
    leads = read_with(tmp_path, dialect, text)
    (stages,) = leads.also
    assert (leads.file.kind, leads.rows_in, stages.file.kind, stages.rows_in) == ("leads", 2, "lead_stages", 2)
    assert sorted((stage, str(at)) for stage, at in said(stages, "stage", "entered_at")) == [
        ("mql", "2026-01-31 23:00:00"), ("sql", "2026-02-12 23:00:00"),
    ]  # fmt: skip


def test_times_are_in_the_zone_of_the_dialect(tmp_path: Path) -> None:
    text = "Deal,Created,Stage,Value\n1,2026-07-01 12:00,New,5\n"
    read = read_with(tmp_path, DEALS + "time_zone: America/New_York\n", text)
    assert str(said(read, "created_at")[0][0]) == "2026-07-01 16:00:00"


PREAMBLE = (
    COSTS.replace("  date: {en: Day, de: Tag}\n", "")
    + """
preamble: {en: ["Spend report", "# Start date: {date}", "# End date: {date}"]}
days: ["%Y%m%d"]
when_missing: {date: download one day at a time}
"""
)


def test_what_stands_above_the_header_can_tell_a_column(tmp_path: Path) -> None:
    text = "Spend report, all campaigns\n# Start date: 20260901\n# End date: {}\n\nCampaign,Spend\nA,5\n"
    assert said(read_with(tmp_path / "a", PREAMBLE, text.format("20260901")), "date") == [(date(2026, 9, 1),)]
    with pytest.raises(Unreadable, match="tell 2 values of 'date', which its rows do not tell apart: download one day"):
        read_with(tmp_path / "b", PREAMBLE, text.format("20260930"))


def test_a_file_without_the_preamble_of_the_dialect_is_another_one(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="its header fits no kind of file"):
        read_with(tmp_path, PREAMBLE, "Campaign,Spend\nA,5\n")


def test_notes_totals_and_what_stands_beneath_the_table_are_no_rows(tmp_path: Path) -> None:
    dialect = COSTS + "notes: {empty: cost}\ntotals: {starts_with: Total, control: Total}\nends_at_blank_line: true\n"
    table = "Day,Campaign,Spend\n2026-09-01,what it is called,\n2026-09-01,A,5\nTotal,,6\n"
    read = read_with(tmp_path, dialect, f"{table}\nExported by somebody\nAll rights reserved\n")
    assert (read.rows_in, said(read, "campaign"), read.rejected) == (1, [("A",)], [])
    flags = read.arrivals[0].flags
    assert (flags["note_lines"], flags["total_lines"], flags["lines_after_end"]) == (1, 1, 2)
    assert [(one.column_name, one.line, one.label, one.told, one.taken) for one in read.totals] == [
        ("cost", 4, "Total", Decimal(6), Decimal(5))
    ]


def test_a_grand_total_may_say_so_beyond_the_last_header(tmp_path: Path) -> None:
    dialect = COSTS + "totals: {ends_with: Grand total, empty: date}\n"
    read = read_with(tmp_path, dialect, "Day,Campaign,Spend\n,,5,Grand total\n2026-09-01,A,5\n")
    assert (read.rows_in, said(read, "campaign"), read.rejected) == (1, [("A",)], [])
    assert [(one.column_name, one.told, one.taken) for one in read.totals] == [("cost", Decimal(5), Decimal(5))]


def test_an_old_encoding_and_a_delimiter_of_its_own_are_read_when_the_dialect_says_them(tmp_path: Path) -> None:
    text = "Day|Campaign|Spend\n2026-09-01|Zażółć|5\n".encode("iso8859-2")
    read = read_with(tmp_path, COSTS + 'encoding: iso8859-2\ndelimiter: "|"\n', text)
    assert said(read, "campaign") == [("Zażółć",)]


def test_of_two_headers_for_one_column_the_first_one_named_counts(tmp_path: Path) -> None:
    dialect = COSTS.replace("{en: Campaign, de: Kampagne}", "{en: [Campaign, Campaign name]}")
    read = read_with(tmp_path, dialect, "Day,Campaign name,Campaign,Spend\n2026-09-01,long,short,5\n")
    assert said(read, "campaign") == [("short",)]


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("formulas: {clicks: cost * much}\n", "no header is called 'much'"),
        ("formulas: {clicks: cost ** 2}\n", "a formula knows names, numbers, "),
        ('formulas: {clicks: "__import__(0)"}\n', "a formula knows names, numbers"),
        ('texts: {ad: "{campaign.upper}"}\n', "is no template"),
        ('texts: {ad: "{campaign!r}"}\n', "is no template"),
        ('texts: {ad: "{campaign:>999999999}"}\n', "is no width"),
        ("units: {costs: micros}\n", "ad_costs has no column 'costs': did you mean 'cost'"),
        ("recognised_by: clicks\n", "'clicks' has no header"),
        ("further: {cost: {en: Other}}\n", "'cost' is a name already"),
        ("further: {other: {en: Spend}}\n", "the header 'spend' stands for two columns"),
        ("notes: {empty: clicks}\n", "'clicks' has no header"),
        ("totals: {ends_with: Grand total}\n", "ends_with tells no row by itself"),
        ('preamble: {en: "from {date} to {date}"}\n', "does not tell a column of ad_costs, once"),
        ('preamble: {en: "from {nonsense}"}\n', "does not tell a column of ad_costs, once"),
        ('days: ["%Q"]\n', "'%Q' is no notation of days"),
        ("encoding: base64\n", "'base64' is no encoding"),
        ("group: {sum: [campaign]}\n", "'campaign' is no number that can be summed"),
        ("spread: {into: ad, value: clicks, headers: {a: {en: Spend}}}\n", "is a column and a row of its own"),
        ("time_zone: Mars\n", "'Mars' is no time zone"),
        ("encoding: utf-99\n", "'utf-99' is no encoding"),
        ("also: [{kind: orders, columns: {order_id: {en: Day}}}]\n", "nothing becomes the column 'ordered_at'"),
        ("group: {sum: [spent]}\n", "ad_costs has no column 'spent'"),
    ],
)
def test_a_word_that_means_nothing_is_told_with_its_line(added: str, told: str) -> None:
    with pytest.raises(WrongUse, match=f"vendor_report.yaml line [0-9]+.*{told}"):
        read_dialects({"exports/vendor_report.yaml": COSTS + added})


def test_the_moment_at_which_a_file_was_saved_can_stand_for_the_moment_of_a_look(tmp_path: Path) -> None:
    dialect = """
kind: social_posts
seen: in files
constants: {platform: facebook}
columns: {post_id: {en: Post ID}, published_at: {en: Posted}}
texts: {observed_at: "{modified_at}"}
"""
    (tmp_path / "export.csv").write_text("Post ID,Posted\n1,2026-09-01 10:00\n")
    os.utime(tmp_path / "export.csv", (1_788_800_000, 1_788_800_000))
    (found,) = discover(tmp_path, [])
    rules = ReadingRules("Europe/Amsterdam", PEPPER, dialects=read_dialects({"exports/any.yaml": dialect}))
    assert str(said(read_file(found, rules, Persons(PEPPER)), "observed_at")[0][0]) == "2026-09-07 16:53:20"
