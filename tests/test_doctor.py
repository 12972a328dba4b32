"""The doctor names what is missing before a run finds out, and the remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.cli.doctor import exit_code_of, line_of
from pipelines.doctor import Finding, examine
from pipelines.settings import PROJECT_ROOT

CONNECTED = {"GA4_PROPERTY_ID": "123456789", "MAILCHIMP_API_KEY": "0123456789abcdef-us6", "KPI_PEPPER": "random"}


def findings(root: Path, **environ: str) -> dict[str, Finding]:
    """The findings by check, over the shipped configuration and an empty project."""
    return {finding.check: finding for finding in examine({"KPI_CONFIG": f"{PROJECT_ROOT}/config"} | environ, root)}


def key_file(folder: Path, text: str, mode: int = 0o600) -> str:
    path = folder / "key.json"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def test_a_bare_checkout_is_well_and_runs_the_demo(tmp_path: Path) -> None:
    found = findings(tmp_path)
    assert {finding.state for finding in found.values()} == {"ok"}
    assert "demo company" in found["sources"].text
    assert "Europe/Amsterdam" in found["time zone"].text


def test_a_wrong_setting_is_all_that_can_be_said(tmp_path: Path) -> None:
    found = examine({"KPI_THREADS": "many"}, tmp_path)
    assert [(finding.state, finding.exit_code) for finding in found] == [("failed", 2)]
    assert line_of(found[0]).startswith("FAILED   settings: KPI_THREADS: 'many' is not a whole number above 0: ")


def test_a_misspelt_variable_is_a_warning_with_the_right_name(tmp_path: Path) -> None:
    found = findings(tmp_path, KPI_THRAEDS="2")["settings"]
    assert (found.state, found.remedy) == ("warning", "did you mean 'KPI_THREADS'?")


def test_a_wrong_configuration_fails_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    found = findings(tmp_path, KPI_CONFIG=str(tmp_path / "config"))
    assert found["configuration"].state == "failed"
    assert "company.yaml" in found["configuration"].text
    assert exit_code_of(list(found.values())) == 2
    assert "disk" in found, "the other checks are made all the same"


def test_half_a_connection_fails_and_says_what_to_set(tmp_path: Path) -> None:
    found = findings(tmp_path, GA4_PROPERTY_ID="123456789")["sources"]
    assert (found.state, found.exit_code) == ("failed", 2)
    assert "set MAILCHIMP_API_KEY" in found.remedy


@pytest.mark.parametrize(
    ("text", "mode", "state", "words"),
    [
        ('{"type": "service_account"}', 0o600, "ok", "a key of kind service_account"),
        ('{"type": "service_account"}', 0o644, "warning", "other users can read the key"),
        ("[]", 0o600, "failed", "is no key file"),
        ("not json", 0o600, "failed", "is no key file"),
    ],
)
def test_the_ga4_key_is_looked_at_before_it_is_used(
    tmp_path: Path, text: str, mode: int, state: str, words: str
) -> None:
    found = findings(tmp_path, **CONNECTED, GOOGLE_APPLICATION_CREDENTIALS=key_file(tmp_path, text, mode))
    assert found["ga4"].state == state
    assert words in found["ga4"].text
    assert found["mailchimp"].text == "an API key for data centre us6"


def test_a_key_that_is_not_there_fails(tmp_path: Path) -> None:
    found = findings(tmp_path, **CONNECTED, GOOGLE_APPLICATION_CREDENTIALS="nowhere.json")["ga4"]
    assert (found.state, found.exit_code) == ("failed", 2)


def test_no_key_is_a_warning_because_google_may_know_the_machine(tmp_path: Path) -> None:
    assert findings(tmp_path, **CONNECTED)["ga4"].state == "warning"


def test_a_local_server_needs_no_key(tmp_path: Path) -> None:
    found = findings(tmp_path, **CONNECTED, GA4_ENDPOINT="127.0.0.1:8461")["ga4"]
    assert (found.state, found.text) == ("ok", "the server at 127.0.0.1:8461, without sign-in")


def test_real_data_under_the_demo_pepper_is_a_warning(tmp_path: Path) -> None:
    assert findings(tmp_path, **CONNECTED | {"KPI_PEPPER": ""})["pepper"].state == "warning"


def test_secrets_that_other_users_can_read_are_a_warning(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KPI_PEPPER=random\n")
    (tmp_path / ".env").chmod(0o644)
    assert findings(tmp_path)[".env"].remedy == f"chmod 600 {tmp_path / '.env'}"
    (tmp_path / ".env").chmod(0o600)
    assert ".env" not in findings(tmp_path)


def test_a_warehouse_that_other_users_can_read_is_a_warning(tmp_path: Path) -> None:
    warehouse = tmp_path / "data/warehouse/warehouse.duckdb"
    warehouse.parent.mkdir(parents=True)
    warehouse.touch(mode=0o644)
    warehouse.chmod(0o644)
    assert findings(tmp_path)["permissions"].state == "warning"
    warehouse.chmod(0o600)
    assert findings(tmp_path)["permissions"].state == "ok"


def test_a_full_disk_fails_before_the_run_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.doctor.NEEDED_BYTES", 10**18)
    found = findings(tmp_path)["disk"]
    assert (found.state, found.exit_code) == ("failed", 1)


def test_a_run_held_at_a_day_in_production_is_a_warning(tmp_path: Path) -> None:
    found = examine({"KPI_TODAY": "2026-01-31", "KPI_PRODUCTION": "1", "KPI_PEPPER": "random"}, tmp_path)
    assert any("KPI_TODAY holds every run at 2026-01-31" in finding.text for finding in found)


def test_a_production_that_tells_nobody_of_a_failed_night_is_a_warning(tmp_path: Path) -> None:
    production = {"KPI_PRODUCTION": "1", "KPI_PEPPER": "random"}
    told = {**production, "KPI_ALERT_WEBHOOK": "https://hooks.example/1"}
    says = "nobody is told when a night fails"
    assert any(says in finding.text for finding in examine(production, tmp_path))
    assert not any(says in finding.text for finding in examine(told, tmp_path))
    assert not any(says in finding.text for finding in examine({}, tmp_path))


def test_no_secret_is_in_what_the_doctor_says(tmp_path: Path) -> None:
    said = [finding.as_row() for finding in findings(tmp_path, **CONNECTED).values()]
    assert "0123456789abcdef" not in json.dumps(said)
