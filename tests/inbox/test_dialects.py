"""Files of vendors as they come: recognised by their headers, their cells read in the notation of the file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.failures import WrongUse
from pipelines.inbox import FileRead, InboxFile, ReadingRules, Unreadable, read_dialects, read_file
from pipelines.inbox.persons import Persons

CONFIG = Path(__file__).parents[2] / "config"
SHIPPED = {f"exports/{path.name}": path.read_text(encoding="utf-8") for path in (CONFIG / "exports").glob("*.yaml")}
PEPPER = b"a test pepper"

GOOGLE = {
    "en": """Campaign report
"September 1, 2026 - September 2, 2026"
Campaign status,Campaign,Day,Currency code,Cost,Impr.,Clicks,Conversions
Enabled,Generic,2026-09-01,EUR,"1,234.50","10,000",120,3.50
Enabled,Brand,2026-09-01,EUR,12.00,100, --,0.00
Total: Campaigns, --,,EUR,"1,246.50","10,100",120,3.50
Total: Account, --,,EUR,"1,300.00","11,000",130,3.50
""",
    "de": """Kampagnenbericht
"1. September 2026 - 2. September 2026"
Kampagnenstatus,Tag,Kampagne,Währungscode,Kosten,Impr.,Klicks,Conversions
Aktiviert,01.09.2026,Generic,EUR,"1.234,50",10.000,120,"3,50"
Aktiviert,01.09.2026,Brand,EUR,"12,00",100, --,"0,00"
Gesamt: Konto, --, --,EUR,"1.300,00",11.000,130,"3,50"
""",
    "fr": """Rapport sur les campagnes
\tJour\tCampagne\tCode de la devise\tCoût\tImpr.\tClics\tConversions
Activée\t01/09/2026\tGeneric\tEUR\t1\u00a0234,50\t10\u202f000\t120\t3,50
Activée\t01/09/2026\tBrand\tEUR\t12,00\t100\t --\t0,00
Total : compte\t --\t --\tEUR\t1\u00a0300,00\t11\u202f000\t130\t3,50
""",
    "nl": """Campagnerapport
Campagnestatus;Dag;Campagne;Valutacode;Kosten;Vert.;Klikken;Conversies
Ingeschakeld;01-09-2026;Generic;EUR;1.234,50;10.000;120;3,50
Ingeschakeld;01-09-2026;Brand;EUR;12,00;100; --;0,00
Totaal: account; --; --;EUR;1.300,00;11.000;130;3,50
""",
}
META = {
    "en": ("Day", "Campaign name", "Amount spent (USD)", "Impressions", "Link clicks"),
    "nl": ("Dag", "Naam campagne", "Besteed bedrag (USD)", "Weergaven", "Klikken op links"),
    "pt": ("Dia", "Nome da campanha", "Valor usado (USD)", "Impressões", "Cliques no link"),
    "de": ("Tag", "Kampagnenname", "Ausgegebener Betrag (USD)", "Impressionen", "Link-Klicks"),
}


def read(folder: Path, data: bytes, kind: str = "ad_costs", texts: Mapping[str, str] = SHIPPED) -> FileRead:
    path = folder / "any.csv"
    path.write_bytes(data)
    looked, content_hash = path.stat(), hashlib.sha256(data).hexdigest()
    file = InboxFile(path, "any.csv", kind, False, looked.st_size, looked.st_mtime_ns, content_hash, "new")
    rules = ReadingRules("Europe/Amsterdam", PEPPER, {"facebook": "meta"}, read_dialects(texts))
    return read_file(file, rules, Persons(PEPPER))


def rows(found: FileRead, *names: str) -> list[tuple[Any, ...]]:
    return sorted(zip(*(found.arrivals[0].rows[name].to_pylist() for name in names), strict=True), key=str)


@pytest.mark.parametrize("language", GOOGLE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_campaign_report_of_google_ads_is_read_in_its_language_without_its_totals(
    tmp_path: Path, language: str, encoding: str
) -> None:
    found = read(tmp_path, GOOGLE[language].encode(encoding))
    assert (found.dialect, found.rows_in, found.rejected) == ("google_ads_campaigns", 2, [])
    assert rows(found, "campaign", "cost", "impressions", "clicks", "conversions") == [
        ("Brand", Decimal(12), 100, None, Decimal(0)),
        ("Generic", Decimal("1234.5"), 10_000, 120, Decimal("3.5")),
    ]
    said = set(rows(found, "platform", "currency", "level", "part"))
    assert said == {("google_ads", "EUR", "campaign", "google_ads||2026-09-01|campaign")}
    assert found.arrivals[0].flags["total_lines"] == (2 if language == "en" else 1)


@pytest.mark.parametrize("language", META)
def test_a_report_of_meta_tells_its_currency_in_a_header_and_its_total_by_an_empty_name(
    tmp_path: Path, language: str
) -> None:
    lines = [META[language], ("2026-09-01", "", "30.75", "1500", "12"), ("2026-09-01", "Spring", "30.75", "1500", "12")]
    found = read(tmp_path, "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode())
    assert (found.dialect, found.rows_in, found.rejected) == ("meta_ads_campaigns", 1, [])
    assert rows(found, "campaign", "cost", "currency", "platform", "clicks") == [
        ("Spring", Decimal("30.75"), "USD", "meta", 12)
    ]


CONTACTS = """Record ID,First Name,Last Name,Email,Lead Status,Create Date,Original Source
101,Jan,Smit,jan@example.com,New,2026-01-05 09:14,ORGANIC_SEARCH
102,Eva,Bos,,New,2026-07-05 09:14,unknown
"""


def test_contacts_of_hubspot_become_leads_without_a_name_or_address(tmp_path: Path) -> None:
    found = read(tmp_path, CONTACTS.encode(), "leads")
    assert (found.dialect, found.rows_in, found.rejected) == ("hubspot_contacts", 2, [])
    # in the zone of the company, in summer and in winter
    assert [(one.isoformat(" "), source) for one, source in rows(found, "created_at", "source")] == [
        ("2026-01-05 08:14:00", "ORGANIC_SEARCH"), ("2026-07-05 07:14:00", "unknown"),
    ]  # fmt: skip
    stored = str([arrival.rows.to_pylist() for arrival in found.arrivals])
    assert not any(word in stored for word in ("Jan", "Smit", "Eva", "Bos", "example"))


@pytest.mark.parametrize(
    ("times", "told"),
    [
        (["05 Mar, 2026 00:02:00", "2026-03-06 10:00:00"], ["2026-03-04 23:02:00", "2026-03-06 09:00:00"]),
        (["03-07-2026 01:09", "14-07-2026 01:09"], ["2026-07-02 23:09:00", "2026-07-13 23:09:00"]),
        (["03-07-2026 01:09", "03-14-2026 01:09"], ["2026-03-07 00:09:00", "2026-03-14 00:09:00"]),
        (["03-07-2026 01:09"], None),
    ],
    ids=["words", "days first", "months first", "undecidable"],
)
def test_leads_of_zoho_are_read_in_the_notation_of_the_file(
    tmp_path: Path, times: list[str], told: list[str] | None
) -> None:
    lines = [f'{place},Acme,Select,"{one}"' for place, one in enumerate(times)]
    text = "\n".join(["LEADID,Company,Lead Source,Created Time", *lines])
    if told is None:
        with pytest.raises(Unreadable, match="'created_at' can be read as day and month or as month and day"):
            read(tmp_path, text.encode(), "leads")
        return
    found = read(tmp_path, text.encode(), "leads")
    assert (found.dialect, found.rejected) == ("zoho_leads", [])
    read_as = sorted((one.isoformat(" "), source) for one, source in rows(found, "created_at", "source"))
    assert read_as == [(one, None) for one in told]


def test_a_canonical_file_stays_what_it_is(tmp_path: Path) -> None:
    text = "date,platform,campaign,cost,currency,clicks\n2026-09-01,meta,Spring,1.50,EUR,3\n"
    assert read(tmp_path, text.encode()).dialect == "canonical"


GERMAN = "Tag;Kampagne;Währungscode;Kosten;Impr.;Klicks\n"
ENGLISH = "Day,Campaign,Currency code,Cost,Impr.,Clicks\n"


def test_what_can_only_be_thousands_in_this_file_is(tmp_path: Path) -> None:
    """1.234 beside 12,50 is more than a thousand; alone the language of the header says so."""
    for cells in (("1.234", "12,50"), ("1.234", "12")):
        text = GERMAN + "".join(f"01.09.2026;C{place};EUR;{cell};;\n" for place, cell in enumerate(cells))
        assert rows(read(tmp_path, text.encode()), "cost")[-1] == (Decimal(1234),)


def test_two_notations_in_one_file_are_refused(tmp_path: Path) -> None:
    text = ENGLISH + '2026-09-01,A,EUR,"1.234,50",,\n2026-09-01,B,EUR,12.5,,\n'
    with pytest.raises(Unreadable, match="a dot before the decimals in some cells and a comma in others"):
        read(tmp_path, text.encode())


def test_a_day_that_could_be_a_month_is_refused_unless_the_file_decides_it(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="as day and month or as month and day"):
        read(tmp_path, f"{ENGLISH}03/04/2026,A,EUR,1.00,,\n".encode())
    decided = f"{ENGLISH}03/04/2026,A,EUR,1.00,,\n03/14/2026,B,EUR,1.00,,\n"
    assert {day.isoformat() for (day,) in rows(read(tmp_path, decided.encode()), "date")} == {
        "2026-03-04", "2026-03-14",
    }  # fmt: skip


def test_a_cell_that_is_no_number_is_rejected_with_its_line(tmp_path: Path) -> None:
    found = read(tmp_path, f"{ENGLISH}2026-09-01,A,EUR,much,,\n2026-09-01,B,EUR,2.50,,\n".encode())
    assert [(one.line, one.column_name, one.reason) for one in found.rejected] == [(2, "cost", "not a number")]
    assert rows(found, "cost") == [(Decimal("2.5"),)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("kind: ad_costs", "kind: ad_cost"), r"line 3.* 'ad_cost' is no kind of file: did you mean 'ad_costs'"),
        (("  clicks:", "  click:"), r"ad_costs has no column 'click': did you mean 'clicks'"),
        (("{platform: google_ads, ", "{"), r"nothing becomes the column 'platform', which ad_costs needs"),
        (("{en: Day, ", "{xx1: Day, "), r"'xx1' is no language: write a code such as en, nl, de or fr"),
        (("seen: in files", "seen: yes"), r"seen"),
    ],
)
def test_a_wrong_dialect_names_file_line_and_remedy(change: tuple[str, str], told: str) -> None:
    text = SHIPPED["exports/google_ads_campaigns.yaml"].replace(*change)
    with pytest.raises(WrongUse, match=rf"config/exports/google_ads_campaigns.yaml.*{told}"):
        read_dialects({"exports/google_ads_campaigns.yaml": text})
