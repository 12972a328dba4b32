"""What a reader is told about a number: its value, how sure it is, what it is compared with, and why it is missing."""

from __future__ import annotations

import duckdb
import pytest
from read_page import Page, Written
from sample_snapshot import NEWEST, month_at


def _change(connection: duckdb.DuckDBPyConnection, kpi_id: str, columns: str, snapshot: str = NEWEST) -> None:
    connection.execute(
        f"update snapshots.kpi_value set {columns} where snapshot_id = ? and kpi_id = ? and grain = 'month'",
        [snapshot, kpi_id],
    )


def test_dutch_money_has_points_for_thousands(newest: dict[str, Page]) -> None:
    assert newest["nl"].card("Omzet").text.startswith("Omzet € 207.848 ")


def test_dutch_cents_follow_a_comma(newest: dict[str, Page]) -> None:
    assert "€ 180,15" in newest["nl"].card("Kosten per gekwalificeerde lead").text


def test_dutch_rates_have_a_comma(newest: dict[str, Page]) -> None:
    assert "79,2%" in newest["nl"].card("Marketing-ROI").text


def test_english_money_has_commas_for_thousands(newest: dict[str, Page]) -> None:
    assert newest["en"].card("Revenue").text.startswith("Revenue €207,848 ")


def test_the_axis_of_a_dutch_chart_has_points_for_thousands(newest: dict[str, Page]) -> None:
    page = newest["nl"]
    assert "1.500" in {text.text for text in page.every("text", inside=page.section("daily"))}


def test_a_rate_shows_what_it_counts_and_its_interval(newest: dict[str, Page]) -> None:
    assert "146 van 434waarschijnlijk tussen 29,2% en 38,1%" in newest["nl"].card("Verhouding leads - MQL").text


def test_both_ends_of_an_interval_have_the_same_decimals(newest: dict[str, Page]) -> None:
    row = newest["nl"].row("Bouncepercentage van e-mail", "E-mail")
    assert "tussen 0,95% en 1,22%" in row.text


def test_a_doubtful_source_lowers_the_trust_and_is_named(newest: dict[str, Page]) -> None:
    row = newest["nl"].row("Bezoekers", "Verkeer en media")
    assert "Met voorbehoud: Google Analytics 4: niet bijgewerkt" in row.text


def test_every_card_says_how_far_it_can_be_relied_on(newest: dict[str, Page]) -> None:
    page = newest["nl"]
    assert all("Betrouwbaar" in card.text for card in page.every("article"))


def test_a_card_with_a_value_that_may_change_says_until_when(newest: dict[str, Page]) -> None:
    card = newest["nl"].card("Kosten per gekwalificeerde lead")
    assert "Nog niet vast advertentie- en marketingkosten: cijfers kunnen nog wijzigen tot 30 dagen" in card.text


@pytest.mark.parametrize(("language", "name"), [("nl", "Omzet"), ("en", "Revenue")])
def test_a_missing_value_is_a_dash_and_no_zero(
    company: duckdb.DuckDBPyConnection, written: Written, language: str, name: str
) -> None:
    _change(
        company, "revenue", "value = null, numerator = null, status = 'not_available', status_reason = 'no sessions'"
    )
    page = written(company, languages=(language,))[language]
    (value,) = page.every("p", "value", inside=page.card(name))
    assert value.text.startswith("—")
    assert "0" not in value.text


def test_a_missing_value_says_why_on_its_card(company: duckdb.DuckDBPyConnection, written: Written) -> None:
    reason = "no source is configured or was ever loaded"
    _change(company, "revenue", f"value = null, numerator = null, status = 'no_source', status_reason = '{reason}'")
    assert "Geen bron er is geen bron ingesteld of ooit geladen" in written(company)["nl"].card("Omzet").text


def test_a_missing_value_says_why_in_its_table(newest: dict[str, Page]) -> None:
    row = newest["nl"].row("Openpercentage", "E-mail")
    assert "— a (geen mailings waarvan de automatische openingen bekend zijn)" in row.text.replace("—a", "— a")


def test_a_kpi_that_had_no_figure_for_a_year_is_named_below_its_section_and_is_no_row(
    company: duckdb.DuckDBPyConnection, written: Written
) -> None:
    company.execute(
        """update snapshots.kpi_value set value = null, status = 'no_source', status_reason = 'orders was never loaded'
        where kpi_id = 'mqls'"""
    )
    section = written(company, NEWEST, languages=("en",))["en"].section("figures")
    said = "Without a figure in the last thirteen months: Marketing qualified leads (MQLs). The reason: "
    assert f"{said}orders was never loaded." in section.text
    # of the month alone it is a row, which says what it was before
    _change(company, "new_leads", "value = null, status = 'no_source', status_reason = 'orders was never loaded'")
    page = written(company, NEWEST, languages=("en",))["en"]
    assert "No source" in page.row("New leads", "Leads").text


def test_a_month_without_any_other_figure_says_why(company: duckdb.DuckDBPyConnection, written: Written) -> None:
    company.execute(
        """update snapshots.kpi_value
        set value = null, status = 'no_source', status_reason = 'orders was never loaded'"""
    )
    section = written(company, NEWEST, languages=("en",))["en"].section("figures")
    assert section.text == "All other figures There are no other figures: orders was never loaded."


def test_the_line_of_a_young_company_begins_with_its_first_month(
    company: duckdb.DuckDBPyConnection, written: Written
) -> None:
    company.execute("delete from snapshots.kpi_value where kpi_id = 'revenue' and period_start < ?", [month_at(11)])
    card = written(company, NEWEST, languages=("en",))["en"].card("Revenue").text
    assert "Aug 2026 \u2013 Oct 2026" in card and "Oct 2025 \u2013" not in card


def test_a_kpi_without_a_row_says_that_the_snapshot_lacks_it(
    company: duckdb.DuckDBPyConnection, written: Written
) -> None:
    company.execute("delete from snapshots.kpi_value where kpi_id = 'revenue' and snapshot_id = ?", [NEWEST])
    assert "dit cijfer staat niet in deze momentopname" in written(company)["nl"].card("Omzet").text


def test_a_channel_without_leads_has_no_cost_per_lead(newest: dict[str, Page]) -> None:
    row = newest["nl"].row("(niet verdeeld)", "Kosten en rendement per kanaal")
    assert "geen leads via dit kanaal" in row.text


def test_a_channel_whose_cost_is_unknown_has_leads_and_says_what_lacks(
    company: duckdb.DuckDBPyConnection, written: Written
) -> None:
    company.execute(
        """update snapshots.channel_month set spend_full_eur = null, cpl_eur = null, cac_blended_eur = null
        where channel = 'Direct' and snapshot_id = ?""",
        [NEWEST],
    )
    row = written(company)["nl"].row("Direct", "Kosten en rendement per kanaal")
    assert "van dit kanaal zijn geen kosten bekend" in row.text
    assert "geen leads via dit kanaal" not in row.text


def test_a_cohort_that_can_still_convert_is_compared_with_nothing(newest: dict[str, Page]) -> None:
    card = newest["nl"].card("Verhouding leads - MQL")
    assert "Geen vergelijking: deze groep heeft nog tijd om door te stromen." in card.text


def test_a_cohort_that_can_still_convert_is_a_value_so_far(newest: dict[str, Page]) -> None:
    assert "33,6% tot nu toe" in newest["nl"].card("Verhouding leads - MQL").text


def test_a_finished_cohort_is_not_compared_with_one_that_could_still_convert(
    company: duckdb.DuckDBPyConnection, written: Written
) -> None:
    _change(company, "lead_to_mql_rate", "status = 'final', status_reason = null")
    card = written(company)["nl"].card("Verhouding leads - MQL")
    assert "Geen vergelijking: in september 2026 (versie 2) liep het percentage nog op." in card.text


def test_values_of_two_definitions_are_not_compared(company: duckdb.DuckDBPyConnection, written: Written) -> None:
    _change(company, "revenue", "definition_version = 2")
    assert "de definitie is gewijzigd van 1 naar 2" in written(company)["nl"].card("Omzet").text


def test_more_revenue_is_better(newest: dict[str, Page]) -> None:
    assert "beter € 17.139 (9,0%) hoger dan in september 2026" in newest["nl"].card("Omzet").text


def test_a_higher_cost_per_lead_is_worse(newest: dict[str, Page]) -> None:
    assert "slechter € 6,04 (3,5%) hoger" in newest["nl"].card("Kosten per gekwalificeerde lead").text


def test_ad_spend_is_neither_better_nor_worse(newest: dict[str, Page]) -> None:
    text = newest["nl"].row("Advertentiekosten", "Verkeer en media").text
    assert "beter" not in text
    assert "slechter" not in text


def test_rates_whose_intervals_overlap_get_no_verdict(newest: dict[str, Page]) -> None:
    row = newest["nl"].row("Doorklikpercentage (CTR)", "E-mail")
    assert "\u22120,49 procentpunt Het verschil kan toeval zijn." in row.text


@pytest.mark.parametrize(
    ("now", "before", "told", "untold"),
    [
        (318, 270, "Het verschil kan toeval zijn.", "beter"),
        (318, 255, "beter", "toeval"),
        # as many a day in a month of one day less
        (31_000, 30_000, "Het verschil kan toeval zijn.", "beter"),
        (-10, -4, "slechter", "toeval"),
    ],
    ids=["chance", "no chance", "a shorter month", "a net figure"],
)
def test_a_count_that_chance_alone_may_have_moved_gets_no_verdict(
    company: duckdb.DuckDBPyConnection, written: Written, now: int, before: int, told: str, untold: str
) -> None:
    for snapshot, count in ((NEWEST, now), ("2026-09-v2", before)):
        _change(company, "new_leads", f"numerator = {count}, value = {count}", snapshot)
    page = written(company)["nl"]
    (change,) = page.every("p", "change", inside=page.card("Nieuwe leads"))
    assert told in change.text and untold not in change.text


def test_a_line_stops_at_the_last_month_that_no_longer_rises(newest: dict[str, Page]) -> None:
    assert "okt 2025 \u2013 jul 2026; latere maanden lopen nog op" in newest["nl"].card("Verhouding leads - MQL").text


def test_the_table_of_months_names_the_version_of_each(newest: dict[str, Page]) -> None:
    assert newest["nl"].row("sep 2026 versie 2", "Kerncijfers per maand").text.startswith("sep 2026 versie 2 € 190.709")


def test_a_month_that_ends_a_quarter_shows_the_quarter(company: duckdb.DuckDBPyConnection, written: Written) -> None:
    page = written(company, "2026-09-v2")["nl"]
    assert "€ 625.311" in page.row("Omzet", "Omzet en rendement").text


def test_the_funnel_of_the_month_is_labelled_as_period(newest: dict[str, Page]) -> None:
    page = newest["nl"]
    headings = [heading.text for heading in page.every("h3", inside=page.section("funnel"))]
    assert headings[0] == "Periode Instroom in oktober 2026"


def test_the_funnel_of_one_group_is_labelled_as_cohort(newest: dict[str, Page]) -> None:
    page = newest["nl"]
    headings = [heading.text for heading in page.every("h3", inside=page.section("funnel"))]
    assert headings[1] == "Cohort Doorstroom van de leads van juni 2026"


def test_the_cohort_is_the_latest_one_whose_window_is_over(
    company: duckdb.DuckDBPyConnection, written: Written
) -> None:
    company.execute("update snapshots.funnel_cohort set is_mature = false where cohort_month = ?", [month_at(9)])
    page = written(company)["nl"]
    assert "Leads van mei 2026, bereikt binnen 90 dagen" in {caption.text for caption in page.every("caption")}


def test_totals_of_channels_are_those_of_the_kpis(newest: dict[str, Page]) -> None:
    row = newest["nl"].row("Totaal", "Verkeer, kosten en resultaat per kanaal")
    assert row.text == "Totaal 46.166 € 15.799 € 22.594 € 32.787 434 182 24 € 207.848"


def test_a_ratio_without_a_kpi_has_no_total(newest: dict[str, Page]) -> None:
    row = newest["nl"].row("Totaal", "Kosten en rendement per kanaal")
    assert "geen totaal: dit cijfer staat niet als KPI in de catalogus" in row.text


@pytest.mark.parametrize(
    ("table", "section", "text"),
    [
        ("channel_month", "channels", "Deze momentopname bevat geen kanalen."),
        ("funnel_period", "funnel", "Deze momentopname bevat geen aantallen per fase."),
        ("funnel_cohort", "funnel", "Er is nog geen groep leads waarvoor de termijn helemaal voorbij is."),
        ("kpi_value", "email", "Deze maand zijn er geen e-mailcijfers."),
        ("kpi_value", "daily", "Deze momentopname bevat geen dagcijfers."),
        ("kpi_value", "figures", "Er zijn geen andere cijfers."),
    ],
)
def test_a_part_without_rows_says_so(
    company: duckdb.DuckDBPyConnection, written: Written, table: str, section: str, text: str
) -> None:
    company.execute(f"delete from snapshots.{table} where snapshot_id = ?", [NEWEST])
    page = written(company)["nl"]
    assert text in {empty.text for empty in page.every("p", "empty", inside=page.section(section))}


def test_a_failed_check_says_what_to_do(newest: dict[str, Page]) -> None:
    page = newest["nl"]
    finding = page.every("li", "warning", inside=page.section("checks"))[0].text
    assert finding.startswith("Waarschuwing Leads zonder herkomst Vul in het leadbestand de kolom origin")


def test_the_gravest_failed_check_comes_first(newest: dict[str, Page]) -> None:
    page = newest["nl"]
    findings = page.every("ul", "findings")[0]
    assert [item.attributes["class"] for item in page.every("li", inside=findings)] == ["error", "warning"]


def test_a_page_without_checks_says_so(company: duckdb.DuckDBPyConnection, written: Written) -> None:
    page = written(company, checks=())["nl"]
    assert "Voor deze pagina zijn geen controles uitgevoerd." in page.section("checks").text
