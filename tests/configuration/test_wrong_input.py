"""Every kind of wrong input is told with file, line and the nearest right name."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.configuration import config_from_texts
from pipelines.failures import WrongUse


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def refusal(texts: Any) -> str:
    with pytest.raises(WrongUse) as caught:
        config_from_texts(texts)
    message = str(caught.value)
    assert "\n" not in message, "an error is one line"
    return message


THIRTEEN = (
    "revenue, orders, aov, cpl, cpc, customers, mqls, sqls, new_leads, opportunities, roas, ad_spend, marketing_roi"
)


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        pytest.param("sources.yaml", "blog: [/blog/*]", "blog: [blog/*]", ["'blog/*' is no page address"], id="page"),
        pytest.param("sources.yaml", "blog: [/blog/*]", 'blog: ["/blog?a=*"]', ["has a query"], id="page with query"),
        pytest.param("sources.yaml", "blog: [/blog/*]", "blog: []", ["the list is empty"], id="no page"),
        pytest.param("company.yaml", "time_zone:", "time_zon:", ["'time_zon'", "'time_zone'"], id="wrong key"),
        pytest.param("company.yaml", "mailchimp: 7,", "mailchim: 7,", ["'mailchim'", "'mailchimp'"], id="key below"),
        pytest.param("company.yaml", "window_days: 90", "window_days: ninety", ["'ninety'", "whole number"], id="type"),
        pytest.param("company.yaml", "window_days: 90", "window_days: '90'", ["'90'", "whole number"], id="quoted"),
        pytest.param("company.yaml", "window_days: 90", "window_days: 0", ["0", "greater than"], id="number too small"),
        pytest.param("company.yaml", "margin: 0.62", "margin: 62", ["62", "less than or equal to 1"], id="not a rate"),
        pytest.param("company.yaml", "/Amsterdam", "/Amsterdm", ["'Europe/Amsterdam'"], id="time zone"),
        pytest.param("company.yaml", "Europe/Amsterdam", "CET+1", ["'CET+1' is no time zone"], id="no time zone"),
        pytest.param("company.yaml", "qualified_stage: mql", "qualified_stage: mqll", ["'mql'"], id="qualified stage"),
        pytest.param("company.yaml", "[lead, mql", "[mql", ["begin with lead"], id="stages without lead"),
        pytest.param("company.yaml", "[lead, mql", "[lead, lead, mql", ["'lead' stands twice"], id="stage twice"),
        pytest.param("company.yaml", "[lead, mql", "[lead, MQL", ["'MQL' is no id"], id="stage id"),
        pytest.param("company.yaml", "  sal: {nl", "  sall: {nl", ["'sall'", "'sal'"], id="label of an unknown stage"),
        pytest.param("company.yaml", "[5, 35]", "[35, 5]", ["rising order"], id="close days"),
        pytest.param("company.yaml", "revenue_from: both", "revenue_from: order", ["'orders'"], id="choice"),
        pytest.param("company.yaml", ", Display,", ", Displai,", ["'Displai'", "'Display'"], id="unknown channel"),
        pytest.param("company.yaml", "headline_pack: b2b", "headline_pack: b2c", ["'b2c'", "'b2b'"], id="unknown pack"),
        pytest.param("company.yaml", "pack: b2b", "pack: [cpl, cpll]", ["'cpll'", "'cpl'"], id="unknown headline"),
        pytest.param("company.yaml", "pack: b2b", f"pack: [{THIRTEEN}]", ["at most 12"], id="thirteen headlines"),
        pytest.param("packs.yaml", "- new_leads", "- new_lead", ["'new_lead'", "'new_leads'"], id="unknown KPI"),
        pytest.param("packs.yaml", "kpis: [retail_revenue, ", f"kpis: [{THIRTEEN}, ", ["at most 12"], id="big pack"),
        pytest.param(
            "goals.yaml", "[cost_per_qualified_lead,", "[cost_per_lead,", ["'cost_per_lead'"], id="goal's KPI"
        ),
        pytest.param("goals.yaml", "leads: [new_leads", "leads: [leads", ["'leads'"], id="objective's KPI"),
        pytest.param("targets.yaml", "kpi: revenue", "kpi: revenu", ["'revenue'"], id="target's KPI"),
        pytest.param("targets.yaml", "goal: grow_revenue", "goal: grow", ["grow_revenue"], id="target's goal"),
        pytest.param("targets.yaml", "channel: Paid Search", "channel: Search", ["'Search'"], id="target's channel"),
        pytest.param("targets.yaml", "objective: leads", "objective: lead", ["'leads'"], id="objective"),
        pytest.param("targets.yaml", "id: better_leads", "id: revenue_2026", ["stands twice"], id="target twice"),
        pytest.param("targets.yaml", "change_type: pp", "change_type: points", ["relative_pct"], id="change type"),
        pytest.param(
            "targets.yaml",
            "line: {measured_in: 2025-Q4",
            "line: {measured_in: 2025-Q5",
            ["'2025-Q5'"],
            id="baseline period",
        ),
        pytest.param(
            "targets.yaml", "deadline: 2026-12-31", "deadline: 2025-12-31", ["after the start"], id="deadline"
        ),
        pytest.param("targets.yaml", "owner: marketing\n", "owner: a@b.nl\n", ["e-mail address"], id="owner's address"),
        pytest.param("targets.yaml", "  reason: The first", "  note: The first", ["'note'"], id="target's key"),
        pytest.param(
            "targets.yaml",
            "change_type: relative_pct\n  value: -",
            "change_type: pp\n  value: -",
            ["cost_per_qualified_lead is no percentage"],
            id="points of euros",
        ),
        pytest.param("company.yaml", "{caution: 0.85", "{caution: 0.5", ["0.6 is above"], id="coverage"),
        pytest.param("company.yaml", "bad: 0.75", "bad: 75", ["75", "less than or equal to 1"], id="opens"),
        pytest.param("company.yaml", "0.25, bad: 0.5", "0.25, bad: 0.2", ["0.2 is below"], id="shares"),
        pytest.param("company.yaml", "unread_days: {api", "unread_days: {apis", ["'apis'", "'api'"], id="unread"),
        pytest.param("company.yaml", "name: Demo company", "name:", ["name is empty", "a text"], id="no name"),
        pytest.param("company.yaml", "gross_margin: 0.62", "", ["'gross_margin' is missing"], id="missing key"),
        pytest.param("sources.yaml", "enabled: true", "enabled: yes", ["'yes'", "true or false"], id="yes is a text"),
        pytest.param("sources.yaml", "property_id:  ", "property_id: G-AB1", ["'G-AB1'"], id="measurement id"),
        pytest.param("sources.yaml", "start_date:  ", "start_date: 1-1-25 ", ["'1-1-25'", "2026-01-31"], id="date"),
        pytest.param("sources.yaml", "lookback_days: 4", "lookback_days: 40", ["make it shorter"], id="look-back"),
        pytest.param(
            "sources.yaml",
            "stop_above_share_rejected: 0.5",
            "stop_above_share_rejected: 0.005",
            ["it is below warn_above_share_rejected", "make it larger"],
            id="stops before it warns",
        ),
        pytest.param(
            "sources.yaml",
            "stop_above_share_rejected: 0.5",
            "stop_above_share_rejected: 50",
            ["stop_above_share_rejected", "1"],
            id="a percentage as a share",
        ),
        pytest.param("sources.yaml", "publish_stale\n", "publish\n", ["'publish_stale'"], id="on_failure"),
        pytest.param("sources.yaml", "mailchimp:", "mailchip:", ["'mailchip'", "'mailchimp'"], id="source"),
        pytest.param("kpis/traffic.yaml", "direction: up_good", "direction: up", ["'up'", "up_good"], id="KPI choice"),
        pytest.param("kpis/traffic.yaml", "name_en:", "name_eng:", ["'name_eng'", "'name_en'"], id="KPI key"),
        pytest.param("kpis/traffic.yaml", "source: ga4", "source: ga", ["'ga'", "'ga4'"], id="KPI source"),
        pytest.param("kpis/traffic.yaml", "[day, week,", "[day, weak,", ["grains", "'week'"], id="grain"),
        pytest.param("kpis/traffic.yaml", "[total, channel, dev", "[total, chanel, dev", ["'channel'"], id="slice"),
        pytest.param("kpis/traffic.yaml", "day: [total,", "day: [totl,", ["'total'"], id="slice of a grain"),
        pytest.param("kpis/traffic.yaml", "month: [total", "mont: [total", ["'month'"], id="grain as key"),
        pytest.param("kpis/lead_gen.yaml", "same_measure_as: mqls", "same_measure_as: mql", ["'mqls'"], id="KPI twin"),
        pytest.param("kpis/lead_gen.yaml", "[qualified_stage]", "[qualified]", ["'qualified_stage'"], id="parameter"),
        pytest.param("kpis/lead_gen.yaml", "stages: [lead]", "stages: [laed]", ["'lead'"], id="KPI stage"),
        pytest.param("kpis/lead_gen.yaml", "- id: cpl", "- id: new_leads", ["'new_leads' stands in"], id="KPI twice"),
        pytest.param("kpis/seo.yaml", "- id: org", "- family: seo\n    id: org", ["name of the file"], id="KPI family"),
        pytest.param(
            "kpis/seo.yaml", "- id: organic_sessions", "- id: sessions", ["kpis/traffic.yaml too"], id="twice"
        ),
    ],
)
def test_a_wrong_value_is_told_with_its_line_and_what_to_write(
    texts: Any, name: str, old: str, new: str, words: list[str]
) -> None:
    wrong = texts.changed(name, old, new)
    message = refusal(wrong)
    pairs = zip(wrong[name].splitlines(), texts[name].splitlines(), strict=False)
    changed_lines = [number for number, (line, before) in enumerate(pairs, 1) if line != before]
    assert message.startswith(f"config/{name}")
    for word in words:
        assert word in message
    is_of_a_block = "missing" in message or "at most" in message
    assert is_of_a_block or any(f"line {line}" in message for line in changed_lines), message


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        pytest.param("channels.csv", "source,medium,", "source,medum,", ["'medum'", "'medium'"], id="column"),
        pytest.param("channels.csv", "direct,,,,Direct", "direct,,,Direct", ["4 cells under 5"], id="cells"),
        pytest.param("channels.csv", "direct,,,,Direct", "direct,,,,", ["channel cannot be ''"], id="no channel"),
        pytest.param("channels.csv", "direct,,,,Direct", ",,,,Direct", ["matches everything"], id="no pattern"),
        pytest.param("channels.csv", "lnkd.in,,,,", "t.co,,,,", ["same patterns"], id="never reached"),
        pytest.param("exclusions.csv", "*pay.nl,Direct", "*pay.nl,Drect", ["'Drect'", "'Direct'"], id="channel"),
        pytest.param("exclusions.csv", "*pay.nl,Direct,payment page", "*pay.nl,Direct,", ["reason"], id="no reason"),
        pytest.param("cost_drivers.csv", "software,Email", "sofware,Email", ["'software'"], id="category"),
        pytest.param("cost_drivers.csv", "software,Email", "software,Mail", ["'Mail'", "'Email'"], id="driver channel"),
        pytest.param("cost_drivers.csv", "Email,0.4", "Email,a lot", ["'a lot'", "0.25"], id="share"),
        pytest.param("cost_drivers.csv", "Email,0.4", "Email,-0.4", ["greater than 0"], id="negative share"),
        pytest.param("cost_drivers.csv", "Email,0.4", "Email,NaN", ["share"], id="share that is no number"),
        pytest.param("cost_drivers.csv", "Paid Social,0.1", "Paid Social,0.10001", ["sum to 1.00001"], id="sum"),
        pytest.param("cost_drivers.csv", "software,Organic Search", "software,Email", ["twice"], id="pair twice"),
    ],
)
def test_a_wrong_csv_row_is_told_with_its_line(texts: Any, name: str, old: str, new: str, words: list[str]) -> None:
    message = refusal(texts.changed(name, old, new))
    assert message.startswith(f"config/{name}")
    assert "line" in message
    for word in words:
        assert word in message


def test_the_line_of_a_csv_row_counts_comments_and_the_header(texts: Any) -> None:
    line = line_of(texts["exclusions.csv"], "*pay.nl")
    message = refusal(texts.changed("exclusions.csv", "*pay.nl,Direct", "*pay.nl,Drect"))
    assert message == f"config/exclusions.csv line {line}: unknown channel 'Drect': did you mean 'Direct'?"


def test_all_problems_of_a_file_are_told_at_once_in_its_order(texts: Any) -> None:
    wrong = texts.changed("company.yaml", "conversion_window_days: 90", "conversion_window_day: 90")
    wrong = wrong.changed("company.yaml", "revenue_from: both", "revenue_from: bth")
    first = line_of(wrong["company.yaml"], "conversion_window_day:")
    second = line_of(wrong["company.yaml"], "revenue_from: bth")
    assert refusal(wrong) == (
        f"config/company.yaml: line {first} unknown key 'conversion_window_day' "
        f"(did you mean 'conversion_window_days'?); line {second} revenue_from cannot be 'bth' "
        "(did you mean 'both'?): correct these lines and run again"
    )


def test_a_vanity_kpi_is_no_headline(texts: Any) -> None:
    wrong = texts.changed("kpis/sales.yaml", "- id: revenue\n", "- id: revenue\n    vanity: true\n")
    assert "'revenue' is a vanity KPI" in refusal(wrong)


def test_a_missing_file_is_named(texts: Any) -> None:
    without = {name: text for name, text in texts.items() if name != "exclusions.csv"}
    assert refusal(without).startswith("config/exclusions.csv: the file is missing")


def test_a_file_that_nothing_reads_is_not_passed_over(texts: Any) -> None:
    assert "did you mean config/channels.csv?" in refusal({**texts, "chanels.csv": ""})
    assert "did you mean config/kpis/sales.yaml?" in refusal({**texts, "kpis/sale.yaml": "kpis: []"})
