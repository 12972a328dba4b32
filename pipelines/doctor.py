"""What a run needs and whether it is there: settings, configuration, credentials, zones, disk, permissions.

Each check looks at one thing and changes nothing; none opens the warehouse or talks to a network.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pipelines.configuration import Config, load_config
from pipelines.failures import KpiError, WrongUse
from pipelines.publishing import current_manifest
from pipelines.settings import PROJECT_ROOT, Settings, load_settings, uses_sandbox

NEEDED_BYTES = 1_000_000_000
# A run writes the published copy and the backup beside the warehouse.
COPIES_OF_THE_WAREHOUSE = 3


@dataclass(frozen=True)
class Finding:
    """What one check found; `exit_code` counts when it failed."""

    check: str
    state: Literal["ok", "warning", "failed"]
    text: str
    remedy: str = ""
    exit_code: int = 1
    # a file that --repair makes private
    exposed: Path | None = None

    def as_row(self) -> dict[str, Any]:
        """The finding as plain values."""
        return {"check": self.check, "state": self.state, "text": self.text, "remedy": self.remedy}


def examine(environ: Mapping[str, str] | None = None, root: Path = PROJECT_ROOT) -> list[Finding]:
    """Every check that can be made with these settings; the first failure may make later ones impossible."""
    try:
        settings = load_settings(environ, root)
    except KpiError as error:
        return [_failed("settings", error)]
    findings = [*_settings(settings), *_env_file(root / ".env"), *_disk(settings), *_permissions(settings)]
    try:
        config = load_config(settings.config_dir)
    except KpiError as error:
        return [_failed("configuration", error), *findings]
    return [_configuration(config), *findings, _zone(config), *_sources(settings, config)]


def repair(findings: Iterable[Finding]) -> list[Path]:
    """Makes private what other users can read; answers with the files."""
    repaired = [finding.exposed for finding in findings if finding.exposed]
    for path in repaired:
        path.chmod(0o600)
    return repaired


def look_at_freshness(published_dir: Path, limit: timedelta | None, now: datetime) -> Finding:
    """How old the published mart is; too old fails, and so does none when there has to be one."""
    try:
        told = current_manifest(published_dir)
        age = None if told is None else now - datetime.fromisoformat(told["published_at"])
        text = f"{told['version']} of {told['business_date']}" if told else ""
    except (OSError, ValueError, TypeError, KeyError) as error:
        text = f"its manifest cannot be read ({type(error).__name__})"
        return Finding("published mart", "failed", text, "publish again with `kpi publish`")
    if age is None:
        state: Literal["failed", "warning"] = "failed" if limit else "warning"
        return Finding("published mart", state, "nothing was published yet", "run `kpi nightly`")
    text += f" is {age.total_seconds() / 3600:.1f} hours old"
    if limit is not None and age > limit:
        return Finding("published mart", "failed", text, "look at `kpi status`, then run `kpi nightly`")
    return Finding("published mart", "ok", text)


def _failed(check: str, error: KpiError) -> Finding:
    return Finding(check, "failed", f"{error.what}: {error.why}", error.remedy, error.exit_code)


def _settings(settings: Settings) -> Iterator[Finding]:
    for warning in settings.warnings:
        text, _, remedy = warning.partition(": ")
        yield Finding("settings", "warning", text, remedy)
    if settings.production and settings.today:
        text = f"KPI_TODAY holds every run at {settings.today}, although KPI_PRODUCTION is 1"
        yield Finding("settings", "warning", text, "remove KPI_TODAY")
    if settings.production and not (settings.alert_webhook or settings.alert_email):
        text = "KPI_PRODUCTION is 1, and nobody is told when a night fails"
        yield Finding("settings", "warning", text, "set KPI_ALERT_WEBHOOK, or KPI_ALERT_EMAIL with SMTP_URL")
    if not settings.warnings:
        yield Finding("settings", "ok", "every variable is known and has a value it can have")


def _configuration(config: Config) -> Finding:
    return Finding("configuration", "ok", f"{len(config.kpis)} KPIs, {len(config.channel_rules)} channel rules")


def _env_file(path: Path) -> Iterator[Finding]:
    if path.is_file() and _is_open_to_others(path):
        yield Finding(
            ".env", "warning", "it holds secrets and other users can read it", f"chmod 600 {path}", exposed=path
        )


def _zone(config: Config) -> Finding:
    zone = config.company.time_zone
    now = datetime.now(UTC).astimezone(ZoneInfo(zone))
    return Finding("time zone", "ok", f"{zone}, where it is {now:%Y-%m-%d %H:%M}")


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = _existing(settings.data_dir)
    free = shutil.disk_usage(folder).free
    stored = sum(path.stat().st_size for path in settings.data_dir.glob("warehouse/*.duckdb"))
    needed = max(NEEDED_BYTES, COPIES_OF_THE_WAREHOUSE * stored)
    text = f"{free / 1e9:.1f} GB free at {folder}, a run needs {needed / 1e9:.1f} GB"
    if free < needed:
        yield Finding("disk", "failed", text, "free some space, or set KPI_DATA to a larger disk")
    else:
        yield Finding("disk", "ok", text)


def _permissions(settings: Settings) -> Iterator[Finding]:
    folder = _existing(settings.data_dir)
    if not os.access(folder, os.W_OK | os.X_OK):
        remedy = "give this user the right to write there, or set KPI_DATA"
        yield Finding("permissions", "failed", f"{folder} cannot be written", remedy, WrongUse.exit_code)
        return
    open_files = [path for path in sorted(settings.data_dir.glob("warehouse/*.duckdb")) if _is_open_to_others(path)]
    for path in open_files:
        yield Finding("permissions", "warning", f"other users can read {path}", f"chmod 600 {path}", exposed=path)
    if not open_files:
        yield Finding("permissions", "ok", f"{folder} can be written, and other users read no warehouse")


def _sources(settings: Settings, config: Config) -> Iterator[Finding]:
    try:
        is_demo = uses_sandbox(settings, config)
    except KpiError as error:
        yield _failed("sources", error)
        return
    if is_demo:
        yield Finding("sources", "ok", "no GA4 and no Mailchimp is set: the demo company is used")
        return
    yield _ga4(settings) if config.sources.ga4.enabled else Finding("ga4", "ok", "left out by sources.yaml")
    yield (
        _mailchimp(settings)
        if config.sources.mailchimp.enabled
        else Finding("mailchimp", "ok", "left out by sources.yaml")
    )
    if settings.pepper_is_demo:
        remedy = "set it before the first load and keep it: pseudonyms made with another one do not match"
        yield Finding("pepper", "warning", "KPI_PEPPER is the demo text, which is known to everyone", remedy)


def _ga4(settings: Settings) -> Finding:
    """Whether there is something to sign in with; whether Google accepts it is seen when it is used."""
    path = settings.google_application_credentials
    if settings.ga4_endpoint:
        return Finding("ga4", "ok", f"the server at {settings.ga4_endpoint}, without sign-in")
    if path is None:
        text = "GOOGLE_APPLICATION_CREDENTIALS is not set, so Google's default sign-in of this machine is used"
        return Finding("ga4", "warning", text, "set it to the key file of a service account")
    try:
        kind = json.loads(path.read_text(encoding="utf-8")).get("type")
    except OSError as error:
        remedy = "set GOOGLE_APPLICATION_CREDENTIALS to the key file of a service account"
        return Finding("ga4", "failed", f"{path} cannot be read ({error.strerror})", remedy, WrongUse.exit_code)
    except (ValueError, AttributeError):
        kind = None
    if not kind:
        remedy = "download the JSON key of the service account again"
        return Finding("ga4", "failed", f"{path} is no key file", remedy, WrongUse.exit_code)
    if _is_open_to_others(path):
        return Finding("ga4", "warning", f"other users can read the key {path}", f"chmod 600 {path}", exposed=path)
    return Finding("ga4", "ok", f"a key of kind {kind}")


def _mailchimp(settings: Settings) -> Finding:
    where = settings.mailchimp_base_url or f"data centre {settings.mailchimp_data_centre}"
    return Finding("mailchimp", "ok", f"an API key for {where}")


def _existing(folder: Path) -> Path:
    """The folder, or what it will be made in."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _is_open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
