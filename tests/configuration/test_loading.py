"""The shipped configuration loads, and its hashes change with every option and nothing else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.configuration import Config, config_from_texts, known_channels, load_config
from pipelines.failures import WrongUse


def test_the_shipped_configuration_counts_as_the_documents_say(shipped: Config) -> None:
    company = shipped.company
    assert company.stages == ("lead", "mql", "sal", "sql", "opportunity", "customer")
    assert (company.qualified_stage, company.conversion_window_days, company.month_close_days) == ("mql", 90, (5, 35))
    assert (company.customers_from, company.revenue_from) == ("deals", "both")
    assert company.gross_margin == Decimal("0.62"), "a number with a point is exactly what was written"
    assert company.headline_pack == "b2b"
    assert (shipped.sources.ga4.lookback_days, shipped.sources.ga4.weekly_lookback_days) == (4, 35)
    assert shipped.sources.on_failure == "publish_stale"


def test_the_shipped_channel_map_names_only_channels_that_ga4_has(shipped: Config) -> None:
    assert {rule.channel for rule in shipped.channel_rules} <= set(known_channels(shipped))
    assert [rule.position for rule in shipped.channel_rules] == list(range(1, len(shipped.channel_rules) + 1))


def test_a_channel_that_only_the_map_names_is_known_too(texts: Any) -> None:
    config = config_from_texts({**texts, "channels.csv": texts["channels.csv"] + "fair*,,,,Trade fair\n"})
    assert known_channels(config)[-1] == "Trade fair"


def test_the_stored_texts_give_the_same_configuration_again(shipped: Config, texts: Any) -> None:
    again = config_from_texts(texts)
    assert again == shipped
    assert (again.config_hash, again.definitions_hash) == (shipped.config_hash, shipped.definitions_hash)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("company.yaml", "conversion_window_days: 90", "conversion_window_days: 91"),
        ("company.yaml", "attribution_lookback_days: 30", "attribution_lookback_days: 31"),
        ("company.yaml", "gross_margin: 0.62", "gross_margin: 0.621"),
        ("company.yaml", "ad_cost: 30", "ad_cost: 31"),
        ("company.yaml", "api: 7, file: 45", "api: 7, file: 46"),
        ("company.yaml", "en: Customer", "en: Client"),
        ("sources.yaml", "lookback_days: 4", "lookback_days: 5"),
        ("sources.yaml", "on_failure: publish_stale", "on_failure: hold"),
        ("sources.yaml", "bing: microsoft_ads", "bing: bing"),
        ("channels.csv", "lnkd.in,,,,Organic Social\n", ""),
        ("exclusions.csv", "*pay.nl,Direct,payment page\n", ""),
        ("targets.yaml", "value: 540000", "value: 530000"),
        ("packs.yaml", "- new_leads", "- mqls"),
        ("cost_drivers.csv", "agency,Paid Search,0.6\nagency,Paid Social,0.4", "agency,Paid Search,1"),
    ],
)
def test_any_option_that_changes_changes_the_config_hash_and_no_definition(
    shipped: Config, texts: Any, name: str, old: str, new: str
) -> None:
    other = config_from_texts(texts.changed(name, old, new))
    assert other.config_hash != shipped.config_hash
    assert other.definitions_hash == shipped.definitions_hash


def test_a_definition_that_changes_changes_the_definitions_hash_only(shipped: Config, texts: Any) -> None:
    other = config_from_texts(texts.changed("kpis/funnel.yaml", "window_days: 90", "window_days: 60"))
    assert other.definitions_hash != shipped.definitions_hash
    assert other.config_hash == shipped.config_hash


def test_a_comment_changes_no_hash(shipped: Config, texts: Any) -> None:
    remarked = {name: f"# a remark\n{text}" for name, text in texts.items()}
    other = config_from_texts(remarked)
    assert (other.config_hash, other.definitions_hash) == (shipped.config_hash, shipped.definitions_hash)


def test_a_funnel_without_sal_loads_and_its_rates_say_which_stage_is_missing(texts: Any) -> None:
    config = config_from_texts(texts.changed("company.yaml", "[lead, mql, sal, sql,", "[lead, mql, sql,"))
    assert config.missing_stages(config.kpi("mql_to_sal_rate")) == ("sal",)
    assert config.missing_stages(config.kpi("mql_to_sql_rate")) == ()


def test_a_stage_of_ones_own_gets_a_label_from_its_id(texts: Any) -> None:
    config = config_from_texts(texts.changed("company.yaml", "[lead, mql,", "[lead, first_call, mql,"))
    assert config.company.stage_label("first_call", "nl") == "First call"
    assert config.company.stage_label("customer", "nl") == "Klant"


def test_a_folder_that_is_not_there_names_the_setting() -> None:
    with pytest.raises(WrongUse, match="there is no such folder: set KPI_CONFIG"):
        load_config(Path("nowhere"))


def test_a_file_saved_in_an_old_encoding_is_told(tmp_path: Path, texts: Any) -> None:
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "exclusions.csv").write_bytes(b"source,channel,reason\ncaf\xe9.nl,Direct,own site\n")
    with pytest.raises(WrongUse, match=r"exclusions\.csv: the text is not UTF-8: save it again as UTF-8"):
        load_config(tmp_path)


def test_a_file_that_begins_with_a_byte_order_mark_is_read(tmp_path: Path, shipped: Config) -> None:
    for name, text in shipped.texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8-sig")
    assert load_config(tmp_path).config_hash == shipped.config_hash
