"""Telling people that a run failed: a structured log line always, a webhook when one is configured.

What is told is what, why and what to do; never a secret, never a row.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import requests
import structlog

from pipelines.settings import Settings

WEBHOOK_TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Alert:
    """One message about one run."""

    kind: str
    run_id: str
    job: str
    message: str

    @property
    def text(self) -> str:
        """The message as one line, in the form that Slack-compatible webhooks show."""
        return f"[{self.kind}] {self.job} {self.run_id[:8]}: {self.message}"


def send_alert(alert: Alert, settings: Settings) -> bool:
    """Logs the alert and posts it; False when the webhook did not take it, which is logged and never raised."""
    log = structlog.get_logger("kpi.alert")
    log.error("alert", **asdict(alert))
    if settings.alert_webhook is None:
        return True
    try:
        answer = requests.post(
            settings.alert_webhook.get_secret_value(),
            json={"text": alert.text, **asdict(alert)},
            timeout=WEBHOOK_TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
    except requests.RequestException as error:
        # the address of a webhook is a secret, and the exception's text holds it
        log.error("alert not delivered", reason=type(error).__name__, remedy="check KPI_ALERT_WEBHOOK")
        return False
    return True
