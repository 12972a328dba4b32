"""The environment, read once: paths, dates, credentials. The only module that reads ``os.environ`` or ``.env``.

What the company decides is configuration, not a setting; what a setting leads to is decided by its users.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo

from pipelines.configuration.problems import nearest
from pipelines.configuration.sources import property_number
from pipelines.failures import WrongUse

if TYPE_CHECKING:
    from pipelines.configuration import Config

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DEMO_PEPPER = "demo-pepper-known-to-everyone"
CHECKED_PREFIXES = ("KPI_", "GA4_", "MAILCHIMP_")
SHORTEST_SECRET = 8


def _below_root(value: Any, info: ValidationInfo) -> Path:
    """A path as it stands, or below the project when it is relative."""
    root: Path = (info.context or {}).get("root", PROJECT_ROOT)
    return root / Path(str(value)).expanduser()


def _iso_day(value: Any) -> Any:
    """Only YYYY-MM-DD: pydantic would also take a number for a moment in time."""
    return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value


ProjectPath = Annotated[Path, BeforeValidator(_below_root)]
Address = Annotated[str, Field(pattern=r"^[^\s:/]+:\d{1,5}$")]
WebAddress = Annotated[str, Field(pattern=r"^https?://\S+$")]


def _secret_address(*schemes: str) -> AfterValidator:
    """Only an address of one of the schemes, with a host, and with a port that is a number."""

    def check(value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if parts.scheme not in schemes or not parts.hostname or parts.port == 0:
            raise ValueError("no such address")
        return value

    return AfterValidator(check)


class Settings(BaseModel, frozen=True, extra="forbid", hide_input_in_errors=True):
    """What the environment says; each alias is a variable, each description completes "NAME must be ..."."""

    config_dir: ProjectPath = Field(Path("config"), alias="KPI_CONFIG", validate_default=True, description="a folder")
    data_dir: ProjectPath = Field(Path("data"), alias="KPI_DATA", validate_default=True, description="a folder")
    dagster_home: ProjectPath = Field(Path(), alias="DAGSTER_HOME", validate_default=True, description="a folder")
    today: Annotated[date, BeforeValidator(_iso_day)] | None = Field(
        None, alias="KPI_TODAY", description="a day such as 2026-01-31"
    )
    threads: Annotated[int, Field(ge=1, le=1024)] | None = Field(
        None, alias="KPI_THREADS", description="a whole number above 0"
    )
    engine: Literal["duckdb"] = Field("duckdb", alias="KPI_ENGINE", description="duckdb, the only engine so far")
    pepper: SecretStr = Field(SecretStr(DEMO_PEPPER), alias="KPI_PEPPER", description="a long random text")
    production: bool = Field(False, alias="KPI_PRODUCTION", description="1 or 0")
    ga4_property_id: Annotated[str, BeforeValidator(property_number)] | None = Field(
        None, alias="GA4_PROPERTY_ID", description="the number of the property"
    )
    google_application_credentials: ProjectPath | None = Field(
        None, alias="GOOGLE_APPLICATION_CREDENTIALS", description="the path of a key file"
    )
    ga4_endpoint: Address | None = Field(None, alias="GA4_ENDPOINT", description="host:port, such as 127.0.0.1:8461")
    ga4_transport: Literal["grpc", "rest"] = Field("grpc", alias="GA4_TRANSPORT", description="grpc or rest")
    mailchimp_api_key: SecretStr | None = Field(None, alias="MAILCHIMP_API_KEY", description="an API key")
    mailchimp_server_prefix: Annotated[str, Field(pattern=r"^[a-z]{2,3}\d{1,3}$")] | None = Field(
        None, alias="MAILCHIMP_SERVER_PREFIX", description="a data centre such as us6"
    )
    mailchimp_base_url: WebAddress | None = Field(
        None, alias="MAILCHIMP_BASE_URL", description="an address such as http://127.0.0.1:8999/3.0"
    )
    alert_webhook: Annotated[SecretStr, _secret_address("http", "https")] | None = Field(
        None, alias="KPI_ALERT_WEBHOOK", description="an address such as https://hooks.slack.com/services/..."
    )
    alert_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = Field(
        None, alias="KPI_ALERT_EMAIL", description="an e-mail address"
    )
    smtp_url: Annotated[SecretStr, _secret_address("smtp", "smtps")] | None = Field(
        None, alias="SMTP_URL", description="an address such as smtp://user:password@host:587"
    )
    source_url: WebAddress | None = Field(
        None, alias="KPI_SOURCE_URL", description="an address such as https://github.com/company/kpi/blob/main"
    )
    warnings: tuple[str, ...] = ()

    @property
    def mailchimp_data_centre(self) -> str | None:
        """The data centre of the Mailchimp account: the setting, else what stands behind the dash of the key."""
        key = self.mailchimp_api_key.get_secret_value() if self.mailchimp_api_key else ""
        return self.mailchimp_server_prefix or key.partition("-")[2] or None

    @property
    def pepper_is_demo(self) -> bool:
        """Whether pseudonyms are made with the text that everyone can read in this repository."""
        return self.pepper.get_secret_value() == DEMO_PEPPER

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret as it might stand in a text, the longest first; what is too short to be told apart is none."""
        given = [value.get_secret_value() for _, value in self if isinstance(value, SecretStr)]
        password = urlsplit(self.smtp_url.get_secret_value()).password if self.smtp_url else None
        spelled = {*given, *([password, unquote(password)] if password else [])}
        return tuple(sorted((one for one in spelled if len(one) >= SHORTEST_SECRET), key=len, reverse=True))

    @property
    def pepper_bytes(self) -> bytes:
        """The key of the pseudonyms."""
        return self.pepper.get_secret_value().encode()


def load_settings(environ: Mapping[str, str] | None = None, root: Path = PROJECT_ROOT) -> Settings:
    """Read and check the settings; a given `environ` stands alone, else `.env` fills what the environment lacks.

    Relative paths are below `root`; an empty variable counts as not set.

    Raises:
        WrongUse: a variable has a value that it cannot have; all of them are named, secrets without their value.
    """
    given = {**_dotenv(root / ".env"), **os.environ} if environ is None else environ
    names = {str(field.alias): field for field in Settings.model_fields.values() if field.alias}
    values = {name: given[name].strip() for name in names if given.get(name, "").strip()}
    warnings = (*_unknown(given, names), *_mail_to_nobody(values))
    try:
        settings = Settings.model_validate({**values, "warnings": warnings}, context={"root": root})
    except ValidationError as error:
        raise _wrong_settings(error, values) from None
    _refuse_demo_pepper_in_production(settings)
    _refuse_mail_without_server(settings)
    return settings


def dagster_environment(settings: Settings) -> dict[str, str]:
    """The environment of a Dagster process that is to use the same instance and, with `.env`, the same settings."""
    return {**os.environ, "DAGSTER_HOME": str(settings.dagster_home)}


def uses_sandbox(settings: Settings, config: Config) -> bool:
    """Whether the demo company stands in for GA4 and Mailchimp: nothing is configured and nothing left out.

    Raises:
        WrongUse: a source is neither complete nor left out; a configured one is never replaced by demo data.
    """
    ga4 = {
        "GA4_PROPERTY_ID": ga4_property_id(settings, config),
        "GA4_ENDPOINT": settings.ga4_endpoint,
        "GOOGLE_APPLICATION_CREDENTIALS": settings.google_application_credentials,
    }
    mailchimp = {
        "MAILCHIMP_API_KEY": settings.mailchimp_api_key,
        "MAILCHIMP_SERVER_PREFIX": settings.mailchimp_server_prefix,
        "MAILCHIMP_BASE_URL": settings.mailchimp_base_url,
    }
    sources = config.sources
    if sources.ga4.enabled and sources.mailchimp.enabled and not any([*ga4.values(), *mailchimp.values()]):
        return True
    if sources.ga4.enabled:
        _refuse_incomplete("ga4", ga4)
    if sources.mailchimp.enabled:
        _refuse_incomplete("mailchimp", mailchimp)
    if sources.mailchimp.enabled and not settings.mailchimp_base_url and not settings.mailchimp_data_centre:
        raise WrongUse(
            "mailchimp",
            "the API key does not end in its data centre, as in ...-us6",
            "set MAILCHIMP_API_KEY to the whole key, or MAILCHIMP_SERVER_PREFIX",
        )
    return False


def ga4_property_id(settings: Settings, config: Config) -> str | None:
    """The GA4 property to read: the setting, else the configuration."""
    return settings.ga4_property_id or config.sources.ga4.property_id


def _refuse_incomplete(source: str, given: Mapping[str, object]) -> None:
    """A source that is to be read needs its first setting, whatever else is set."""
    needed = next(iter(given))
    if given[needed]:
        return
    others = [name for name, value in given.items() if value]
    why = f"{needed} is not set{f', although {others[0]} is' if others else ''}"
    remedy = f"set {needed}, or set {source}.enabled to false in sources.yaml"
    raise WrongUse(source, why, f"{remedy}; demo data is used only when nothing of GA4 and Mailchimp is set")


def _dotenv(path: Path) -> dict[str, str]:
    """The variables of a `.env` file, literally: a dollar sign in a password stays one."""
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8") as stream:
            for binding in parse_stream(stream):
                if binding.error:
                    line = f".env line {binding.original.line}"
                    raise WrongUse(line, "not of the form NAME=value", "correct the line; quote a value with spaces")
        read = dotenv_values(path, interpolate=False, encoding="utf-8")
    except UnicodeDecodeError as error:
        raise WrongUse(".env", "the text is not UTF-8", "save it again as UTF-8") from error
    except OSError as error:
        raise WrongUse(".env", f"it cannot be read ({error.strerror})", "make it readable for this user") from error
    return {name: value for name, value in read.items() if value is not None}


def _unknown(given: Mapping[str, str], names: Mapping[str, object]) -> tuple[str, ...]:
    """A warning for each variable that looks like a setting and is none."""
    return tuple(
        f"{name} is set but is no setting: {nearest(name, names)}"
        for name in sorted(given)
        if name.startswith(CHECKED_PREFIXES) and name not in names
    )


def _mail_to_nobody(values: Mapping[str, str]) -> Iterator[str]:
    if "SMTP_URL" in values and "KPI_ALERT_EMAIL" not in values:
        remedy = "set KPI_ALERT_EMAIL, or remove SMTP_URL unless reports.mail_to needs it"
        yield f"SMTP_URL is set and no alert is mailed: {remedy}"


def _wrong_settings(error: ValidationError, values: Mapping[str, str]) -> WrongUse:
    """What pydantic found, as one line; the value of a secret is never repeated."""
    fields = {str(field.alias): field for field in Settings.model_fields.values()}
    wrong = dict.fromkeys(str(one["loc"][0]) for one in error.errors(include_input=False, include_url=False))
    each = []
    for name in wrong:
        is_secret = "SecretStr" in str(fields[name].annotation)
        shown = "its value" if is_secret else repr(values.get(name, ""))
        each.append(f"{shown} is not {fields[name].description}")
    if len(each) == 1:
        return WrongUse(next(iter(wrong)), each[0], "correct it")
    pairs = "; ".join(f"{name} {why}" for name, why in zip(wrong, each, strict=True))
    return WrongUse("settings", pairs, "correct them, or leave them out for the defaults")


def _refuse_demo_pepper_in_production(settings: Settings) -> None:
    if settings.production and settings.pepper_is_demo:
        raise WrongUse(
            "KPI_PEPPER",
            "KPI_PRODUCTION is 1, and the demo default is known to everyone",
            "set it to a long random text, for example the output of `openssl rand -hex 32`, and never change it",
        )


def _refuse_mail_without_server(settings: Settings) -> None:
    if settings.alert_email and settings.smtp_url is None:
        raise WrongUse("KPI_ALERT_EMAIL", "SMTP_URL is not set, so no mail could be sent", "set both, or neither")
