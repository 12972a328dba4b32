"""The environment is read once, exactly, without repeating a secret; demo data never stands in for a source."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path

import pytest

from pipelines.configuration import Config, config_from_texts, load_config
from pipelines.failures import WrongUse
from pipelines.settings import PROJECT_ROOT, load_settings, uses_sandbox

VARIABLES = [
    "KPI_CONFIG",
    "KPI_DATA",
    "DAGSTER_HOME",
    "KPI_TODAY",
    "KPI_THREADS",
    "KPI_ENGINE",
    "SPARK_REMOTE",
    "KPI_PEPPER",
    "KPI_PRODUCTION",
    "KPI_SOURCE_URL",
    "GA4_PROPERTY_ID",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GA4_ENDPOINT",
    "GA4_TRANSPORT",
    "MAILCHIMP_API_KEY",
    "MAILCHIMP_SERVER_PREFIX",
    "MAILCHIMP_BASE_URL",
    "KPI_ALERT_WEBHOOK",
    "KPI_ALERT_EMAIL",
    "SMTP_URL",
]
GA4 = {"GA4_PROPERTY_ID": "123456789"}
MAILCHIMP = {"MAILCHIMP_API_KEY": "0123456789abcdef-us6"}


@pytest.fixture(scope="module")
def shipped() -> Config:
    return load_config(PROJECT_ROOT / "config")


def with_sources(shipped: Config, sources_yaml: str) -> Config:
    return config_from_texts({**shipped.texts, "sources.yaml": sources_yaml})


def test_nothing_set_gives_the_defaults() -> None:
    settings = load_settings({})
    assert settings.config_dir == PROJECT_ROOT / "config"
    assert settings.data_dir == PROJECT_ROOT / "data"
    assert settings.dagster_home == PROJECT_ROOT
    assert (settings.today, settings.threads, settings.engine, settings.production) == (None, None, "duckdb", False)
    assert settings.pepper_is_demo
    assert settings.warnings == ()


def test_values_have_their_types() -> None:
    settings = load_settings(
        {
            "KPI_CONFIG": "/srv/config",
            "KPI_DATA": "elsewhere",
            "KPI_TODAY": "2026-03-01",
            "KPI_THREADS": " 2 ",
            "KPI_PRODUCTION": "1",
            "KPI_PEPPER": "a long random text",
            "GA4_PROPERTY_ID": "properties/123456789",
            "GOOGLE_APPLICATION_CREDENTIALS": "keys/ga4.json",
        }
    )
    assert (settings.config_dir, settings.data_dir) == (Path("/srv/config"), PROJECT_ROOT / "elsewhere")
    assert (settings.today, settings.threads, settings.production) == (date(2026, 3, 1), 2, True)
    assert settings.ga4_property_id == "123456789"
    assert settings.google_application_credentials == PROJECT_ROOT / "keys/ga4.json"
    assert settings.pepper_bytes == b"a long random text"
    assert not settings.pepper_is_demo


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load_settings({"KPI_TODAY": "", "KPI_THREADS": " ", "KPI_PEPPER": ""}) == load_settings({})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("KPI_TODAY", "1-3-2026", "'1-3-2026' is not a day such as 2026-01-31"),
        ("KPI_TODAY", "1772323200", "is not a day"),
        ("KPI_TODAY", "2026-02-30", "is not a day"),
        ("KPI_THREADS", "0", "'0' is not a whole number above 0"),
        ("KPI_THREADS", "all", "'all' is not a whole number above 0"),
        ("KPI_ENGINE", "spark", "'spark' is not duckdb"),
        ("KPI_PRODUCTION", "maybe", "'maybe' is not 1 or 0"),
        ("GA4_PROPERTY_ID", "G-ABC123", "'G-ABC123' is not the number of the property"),
        ("GA4_ENDPOINT", "http://localhost", "is not host:port"),
        ("GA4_TRANSPORT", "http", "'http' is not grpc or rest"),
        ("MAILCHIMP_SERVER_PREFIX", "https://us6", "is not a data centre such as us6"),
        ("MAILCHIMP_BASE_URL", "localhost:8999", "is not an address such as"),
        ("KPI_ALERT_EMAIL", "nobody", "is not an e-mail address"),
    ],
)
def test_a_wrong_value_names_the_variable_and_what_it_must_be(name: str, value: str, words: str) -> None:
    with pytest.raises(WrongUse) as caught:
        load_settings({name: value})
    assert str(caught.value).startswith(f"{name}: ")
    assert words in str(caught.value)


def test_all_wrong_values_are_told_in_one_line() -> None:
    with pytest.raises(WrongUse) as caught:
        load_settings({"KPI_THREADS": "x", "KPI_TODAY": "y"})
    assert "KPI_THREADS" in str(caught.value)
    assert "KPI_TODAY" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_secret_is_never_shown() -> None:
    secrets = {
        "KPI_PEPPER": "hush-pepper",
        "MAILCHIMP_API_KEY": "hush-key-us6",
        "KPI_ALERT_WEBHOOK": "https://hooks.example/hush-hook",
        "SMTP_URL": "smtp://user:hush-password@mail.example:587",
    }
    settings = load_settings(secrets)
    assert "hush" not in repr(settings)
    assert "hush" not in str(settings)
    assert "hush" not in settings.model_dump_json()
    with pytest.raises(WrongUse) as caught:
        load_settings({**secrets, "KPI_THREADS": "x"})
    assert "hush" not in repr(caught.value)
    assert "hush" not in repr(caught.value.__cause__)


def test_the_demo_pepper_is_refused_in_production() -> None:
    for environ in ({"KPI_PRODUCTION": "1"}, {"KPI_PRODUCTION": "1", "KPI_PEPPER": "demo-pepper-known-to-everyone"}):
        with pytest.raises(WrongUse, match=r"KPI_PEPPER: .* set it to a long random text"):
            load_settings(environ)
    assert load_settings({"KPI_PRODUCTION": "1", "KPI_PEPPER": "a long random text"}).production


def test_a_misspelt_variable_is_told_with_the_right_name() -> None:
    settings = load_settings({"KPI_THRAEDS": "2", "MAILCHIMP_APIKEY": "x", "GA4_PROPERTY": "1", "PATH": "/bin"})
    assert settings.warnings == (
        "GA4_PROPERTY is set but is no setting: did you mean 'GA4_PROPERTY_ID'?",
        "KPI_THRAEDS is set but is no setting: did you mean 'KPI_THREADS'?",
        "MAILCHIMP_APIKEY is set but is no setting: did you mean 'MAILCHIMP_API_KEY'?",
    )


def test_the_env_file_fills_what_the_environment_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".env").write_text("# mine\nKPI_THREADS=3\nKPI_TODAY=2026-01-01\nKPI_PEPPER='a$b ${KPI_TODAY}'\n")
    monkeypatch.setenv("KPI_TODAY", "2026-02-02")
    settings = load_settings(root=tmp_path)
    assert (settings.threads, settings.today) == (3, date(2026, 2, 2)), "a real variable wins"
    assert settings.pepper_bytes == b"a$b ${KPI_TODAY}", "a dollar sign in a secret stays one"
    assert settings.config_dir == tmp_path / "config"


def test_a_line_of_the_env_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KPI_THREADS=3\nhush hush\n")
    with pytest.raises(WrongUse) as caught:
        load_settings(root=tmp_path)
    assert str(caught.value).startswith(".env line 2: ")
    assert "hush" not in str(caught.value)


def test_the_example_lists_every_variable_and_sets_only_defaults() -> None:
    lines = (PROJECT_ROOT / ".env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert sorted(given) == sorted(VARIABLES)
    given.pop("SPARK_REMOTE")
    assert load_settings(given) == load_settings({})


def test_settings_can_be_sent_to_another_process() -> None:
    settings = load_settings({"KPI_THREADS": "2", "KPI_PEPPER": "x"})
    assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301 - our own bytes


def test_nothing_set_and_nothing_left_out_is_the_demo_company(shipped: Config) -> None:
    assert uses_sandbox(load_settings({}), shipped)


def test_both_sources_set_is_not_the_demo(shipped: Config) -> None:
    assert not uses_sandbox(load_settings(GA4 | MAILCHIMP), shipped)


def test_a_property_in_the_configuration_counts_as_set(shipped: Config) -> None:
    config = with_sources(shipped, "ga4: {property_id: 123456789}\nmailchimp: {enabled: false}\n")
    assert not uses_sandbox(load_settings({}), config)


def test_both_sources_left_out_leaves_the_inbox_alone_and_is_not_the_demo(shipped: Config) -> None:
    config = with_sources(shipped, "ga4: {enabled: false}\nmailchimp: {enabled: false}\n")
    assert not uses_sandbox(load_settings({}), config)


def test_one_source_set_and_the_other_left_out_is_not_the_demo(shipped: Config) -> None:
    assert not uses_sandbox(load_settings(GA4), with_sources(shipped, "mailchimp: {enabled: false}\n"))
    assert not uses_sandbox(load_settings(MAILCHIMP), with_sources(shipped, "ga4: {enabled: false}\n"))


@pytest.mark.parametrize(
    ("environ", "sources_yaml", "words"),
    [
        (GA4, "", "mailchimp: MAILCHIMP_API_KEY is not set: set MAILCHIMP_API_KEY, or set mailchimp.enabled to false"),
        (MAILCHIMP, "", "ga4: GA4_PROPERTY_ID is not set: set GA4_PROPERTY_ID, or set ga4.enabled to false"),
        ({}, "ga4: {enabled: false}", "mailchimp: MAILCHIMP_API_KEY is not set"),
        ({"GA4_ENDPOINT": "127.0.0.1:1"}, "", "ga4: GA4_PROPERTY_ID is not set, although GA4_ENDPOINT is"),
        ({"GOOGLE_APPLICATION_CREDENTIALS": "k.json"}, "", "although GOOGLE_APPLICATION_CREDENTIALS is"),
        ({"MAILCHIMP_SERVER_PREFIX": "us6"} | GA4, "", "although MAILCHIMP_SERVER_PREFIX is"),
        (
            {"MAILCHIMP_API_KEY": "nodatacentre"} | GA4,
            "",
            "set MAILCHIMP_API_KEY to the whole key, or MAILCHIMP_SERVER_PREFIX",
        ),
    ],
)
def test_a_source_that_is_half_set_is_never_replaced_by_demo_data(
    shipped: Config, environ: dict[str, str], sources_yaml: str, words: str
) -> None:
    with pytest.raises(WrongUse) as caught:
        uses_sandbox(load_settings(environ), with_sources(shipped, sources_yaml))
    assert words in str(caught.value)
