"""The words: both languages say everything, and whatever a table, a check or the catalogue can say is translated."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
import sqlglot
import yaml
from rejection_reasons import reasons_and_remedies
from sample_snapshot import sample_connection
from sqlglot import exp

from pipelines.checks import KEY_CHECK
from pipelines.configuration import Config, load_config
from pipelines.configuration.catalogue import Family, Kpi
from pipelines.configuration.problems import nearest
from pipelines.review import reading
from pipelines.review.figures import OTHER_FAMILIES, READING_ORDER, TOPICS
from pipelines.review.wording import TEXTS, Wording, load_wording
from pipelines.tables import read_table

ROOT = Path(__file__).parents[2]
GIVING_REASONS = [ROOT / "assets" / "marts" / f"{name}.sql" for name in ("kpi_figure", "kpi_derived", "trust_signal")]
# every reason the KPI tables give, with the words it fills in
REASONS = {
    "no source is configured or was ever loaded": "er is geen bron ingesteld of ooit geladen",
    "the company does not use the stage sal, sql": "het bedrijf werkt niet met de fase SAL, SQL",
    "12 rows without an exchange rate: load the missing rates": (
        "12 rijen zonder wisselkoers: laad de ontbrekende koersen"
    ),
    "1 rows without an exchange rate: load the missing rates": "1 rij zonder wisselkoers: laad de ontbrekende koers",
    "ga4 is read up to 2026-09-03": "Google Analytics 4: geladen tot en met 3 september 2026",
    "no amount is known of it": "hiervan is geen bedrag bekend",
    "not loaded or not asked for in this period": "voor deze periode niet geladen of niet opgevraagd",
    "the source does not tell it for this period": "de bron geeft dit niet voor deze periode",
    "46 % of the opens were made by mail proxies": "46% van de openingen is automatisch",
    "ga4 heard of 79 % of the 400 web leads": "Google Analytics 4: 79% van de 400 webleads is gemeten",
    "38 % has no known channel": "van 38% is het kanaal niet bekend",
    "opens by mail proxies are not told apart": (
        "automatische openingen zijn niet te onderscheiden van die van lezers"
    ),
    "a send has over 3 times the clicks of those before it, link scanners may have clicked": (
        "een mailing heeft meer dan 3 keer de klikken van die ervoor: mogelijk klikten linkscanners"
    ),
    "unsubscribes from automations are in the months only": (
        "uitschrijvingen via automations staan alleen in de maanden"
    ),
    "sends of which nobody knows what was delivered are left out": (
        "mailings waarvan niemand weet wat is bezorgd tellen niet mee"
    ),
    "the window of 90 days is not over for every member": "de termijn van 90 dagen is nog niet voor iedereen voorbij",
    "the period is not over": "de periode is nog niet voorbij",
    "crm_leads was last read on 2026-09-03, 4 days ago": (
        "CRM (leads): voor het laatst geladen op 3 september 2026, toen 4 dagen geleden"
    ),
    "orders was last read on 2026-09-03, 1 days ago": (
        "bestellingen: voor het laatst geladen op 3 september 2026, toen 1 dag geleden"
    ),
    "mailchimp may still change until 7 days after the period": (
        "Mailchimp: cijfers kunnen nog wijzigen tot 7 dagen na de periode"
    ),
    "ga4 may still change until 3 days after the window of 7 days": (
        "Google Analytics 4: cijfers kunnen nog wijzigen tot 3 dagen na de termijn van 7 dagen"
    ),
    "no new leads; the period is not over": "geen nieuwe leads; de periode is nog niet voorbij",
    "ad_cost is not up to date": "advertentie- en marketingkosten: niet bijgewerkt",
    "1 days of ga4 are missing": "één dag van Google Analytics ontbreekt",
    "3 days of ga4 are missing": "3 dagen van Google Analytics ontbreken",
    "ga4 sampled its answers": "Google Analytics 4: berekend op een steekproef",
    "ga4 left out small rows": "Google Analytics 4: kleine groepen zijn weggelaten",
    "ga4 does not tell of these members": "Google Analytics 4: over deze groepen is niets bekend",
    "ga4 merged rare rows into (other)": "Google Analytics 4: zeldzame waarden zijn samengevoegd tot (other)",
    "fell from 300.00 to 12.00 (sessions)": "daalde van 300.00 naar 12.00 (sessies)",
    "full export fell from 40 to 9 (rows)": "de hele export daalde van 40 naar 9 (rijen)",
    "holds 12 of the 300 sessions in ga4.day_total": "bevat 12 van de 300 sessies van de dag",
    "ga4 no longer has all of the period": "Google Analytics 4: een deel van de periode is er niet meer",
    "the data begins on 2026-09-03": "de gegevens beginnen pas op 3 september 2026",
    "it was looked for and not found": "gezocht en niet gevonden",
    "handed in with the metrics file, for want of its own sources": (
        "aangeleverd met het metrics-bestand, omdat de eigen bronnen ontbreken"
    ),
    "not known of the period a year before": "van de periode een jaar eerder is niets bekend",
    "no new leads in the period a year before": "geen nieuwe leads in de periode een jaar eerder",
    "the interval holds what is expected": "de verwachting valt binnen het interval",
    "the baseline is not known": "de uitgangswaarde is niet bekend",
    "the baseline period is not whole": "de periode van de uitgangswaarde is niet volledig bekend",
    "the baseline is 0": "de uitgangswaarde is 0",
    "the months do not all have a figure": "niet elke maand heeft een cijfer",
    "it lacks value, deadline": "hieraan ontbreekt: getal, einddatum",
    "not built yet": "wordt nog niet berekend",
    "no plan asks for this month": "geen plan vraagt iets van deze maand",
    "benchmarks stand in for own rates": "benchmarks vervangen eigen percentages",
}


@pytest.fixture(scope="module")
def dutch() -> Wording:
    return load_wording("nl")


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config(ROOT / "config")


def _keys(texts: object, prefix: str = "") -> set[str]:
    if not isinstance(texts, dict):
        return {prefix}
    return {key for name, value in texts.items() for key in _keys(value, f"{prefix}.{name}")}


def _texts(language: str) -> dict[str, object]:
    loaded = yaml.safe_load((TEXTS / f"{language}.yaml").read_text(encoding="utf-8"))
    return {key: value for key, value in loaded.items() if key != "reasons"}


def _places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_dutch_and_english_have_the_same_texts() -> None:
    assert _keys(_texts("nl")) == _keys(_texts("en"))


def test_dutch_and_english_fill_in_the_same_values() -> None:
    nl, en = load_wording("nl"), load_wording("en")
    keys = [key.strip(".") for key in _keys(_texts("en"))]
    assert [key for key in keys if _places(nl.known(key) or "") != _places(en.known(key) or "")] == []


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_told_in_dutch(dutch: Wording, reason: str) -> None:
    assert dutch.reason(reason).text == REASONS[reason]


@pytest.mark.parametrize("table", GIVING_REASONS, ids=lambda path: str(path.stem))
def test_every_reason_in_a_kpi_table_has_a_dutch_example_here(table: Path) -> None:
    query = sqlglot.parse_one(read_table(table.read_text("utf-8"), table.name).query, dialect="duckdb")
    said = [
        literal.name for literal in query.find_all(exp.Literal) if literal.is_string and " " in literal.name.strip()
    ]
    assert [part for part in said if not any(part.strip() in reason for reason in REASONS)] == []


def test_every_reason_and_remedy_of_the_inbox_is_told_in_dutch(dutch: Wording) -> None:
    said = reasons_and_remedies()
    assert len(said) > 80
    assert [f"{place}: {text}" for text, place in said.items() if dutch.rejection(text).language] == []


def test_every_dutch_sentence_about_rejected_rows_is_one_that_the_inbox_says() -> None:
    patterns = [line["when"] for line in yaml.safe_load((TEXTS / "rejections.nl.yaml").read_text(encoding="utf-8"))]
    said = [*reasons_and_remedies(), nearest("", ())]
    assert [pattern for pattern in patterns if not any(re.fullmatch(pattern, text) for text in said)] == []


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("backfilled", "achteraf gemaakt; bij de eerste keer inladen was de maand al voorbij"),
        ("closed by hand", "met de hand afgesloten"),
        ("day 35", "vastgelegd op dag 35 na de maand"),
        ("of another release", "of another release"),
    ],
)
def test_why_a_version_was_frozen_is_told_in_dutch(dutch: Wording, note: str, told: str) -> None:
    assert dutch.noted(note) == told


def test_a_reason_nobody_translated_is_marked_as_english(dutch: Wording) -> None:
    assert dutch.reason("a brand new reason").language == "en"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_check_between_tables_has_a_title_and_a_remedy(language: str) -> None:
    wording = load_wording(language)
    names = [path.stem for path in (ROOT / "assets/checks").glob("*.sql")]
    assert [name for name in names if not _is_explained(name, wording)] == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_named_rule_of_a_table_has_a_title_and_a_remedy(language: str) -> None:
    wording = load_wording(language)
    folders = [path for path in (ROOT / "assets").glob("*/*.sql") if path.parent.name != "checks"]
    names = {name for path in folders for name, _ in read_table(path.read_text("utf-8"), path.name).checks}
    assert [name for name in sorted({KEY_CHECK, *names}) if not _is_explained(name, wording)] == []


def _is_explained(name: str, wording: Wording) -> bool:
    return bool(wording.known(f"check.{name}.title") and wording.known(f"check.{name}.remedy"))


def test_every_shipped_kpi_is_told_in_dutch(config: Config) -> None:
    assert [kpi.id for kpi in config.kpis for one in kpi.definitions if not one.formula_nl] == []
    assert [kpi.id for kpi in config.kpis if (kpi.note is None) is not (kpi.note_nl is None)] == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_denominator_can_be_named_when_it_is_zero(config: Config, language: str) -> None:
    wording = load_wording(language)
    named = {kpi.denominator.removesuffix("_eur").replace("_", " ") for kpi in config.kpis if kpi.denominator}
    assert [name for name in sorted(named) if not wording.known(f"nothing.{name}")] == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_source_has_a_name(config: Config, language: str) -> None:
    wording = load_wording(language)
    sources = {source for kpi in config.kpis for source in kpi.source_kinds}
    assert [source for source in sorted(sources) if not wording.known(f"source.{source}")] == []


def test_every_family_has_a_table() -> None:
    shown = [*OTHER_FAMILIES, *(family for families in TOPICS.values() for family in families)]
    assert sorted(shown) == sorted(get_args(Family))


@pytest.mark.parametrize("family", get_args(Family))
def test_every_family_has_a_heading(dutch: Wording, family: str) -> None:
    assert dutch.known(f"family.{family}")


def test_the_reading_order_names_kpis_that_exist(config: Config) -> None:
    assert set(READING_ORDER) <= {kpi.id for kpi in config.kpis}


@pytest.mark.parametrize("unit", get_args(Kpi.model_fields["unit"].annotation))
def test_a_value_of_every_unit_can_be_written(dutch: Wording, unit: str) -> None:
    assert dutch.figure("some_kpi", unit, 1234.5).replace("€\u00a0", "").startswith(("1.23", "123.450,0%"))


@pytest.mark.parametrize(
    ("kpi_id", "value", "written"),
    [
        ("cpa_to_margin_ratio", 0.4, "0,40\u00d7"),
        ("clv_cac_ratio", 3, "3,00\u00d7"),
        ("ab_test_uplift", -0.012, "\u22121,2 procentpunt"),
        ("win_rate", 0.31, "31,0%"),
        ("marketing_roi", 1.5, "150,0%"),
    ],
)
def test_a_ratio_is_written_as_what_it_is(dutch: Wording, kpi_id: str, value: float, written: str) -> None:
    assert dutch.figure(kpi_id, "ratio", value) == written


@pytest.mark.parametrize(
    ("value", "written"), [(0.5, "50,0%"), (0.0042, "0,42%"), (0, "0,0%"), (-0.125, "\u221212,5%"), (12.34, "1.234,0%")]
)
def test_a_small_rate_gets_a_second_decimal(dutch: Wording, value: float, written: str) -> None:
    assert dutch.percentage(value) == written


def test_a_negative_amount_has_its_sign_after_the_euro_sign_in_dutch(dutch: Wording) -> None:
    assert dutch.amount(-1234.5, cents=True) == "€\u00a0\u22121.234,50"


def test_a_month_is_named_in_dutch(dutch: Wording) -> None:
    assert dutch.month(date(2026, 3, 1)) == "maart 2026"


@pytest.mark.parametrize(
    "table", ["kpi_value", "channel_month", "funnel_period", "funnel_cohort", "definition_bridge", "rejection"]
)
def test_a_snapshot_table_of_the_sample_has_only_columns_of_its_mart(table: str) -> None:
    path = ROOT / f"assets/marts/{table}.sql"
    frozen = {column.name for column in read_table(path.read_text("utf-8"), path.name).columns} | {"snapshot_id"}
    described = sample_connection().execute(f"describe snapshots.{table}").fetchall()
    assert {row[0] for row in described} <= frozen


def test_the_daily_chart_shows_kpis_that_exist_by_day(config: Config) -> None:
    by_day = {kpi.id for kpi in config.kpis if "day" in kpi.slices_by_grain}
    assert set(reading.DAILY_KPIS) <= by_day
