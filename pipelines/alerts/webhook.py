"""Alerts by a webhook that takes Slack's form."""

from __future__ import annotations

import html
from collections.abc import Sequence

import requests

TIMEOUT_SECONDS = 10.0


def post(lines: Sequence[str], address: str) -> None:
    """Posts one message.

    Raises:
        requests.RequestException: the address did not take it; its text may hold the address, which is a secret.
    """
    # Slack takes <, > and & for mentions and links
    text = html.escape("\n".join(lines), quote=False)
    with requests.post(
        address, json={"text": text}, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True
    ) as answer:
        if not 200 <= answer.status_code < 300:
            raise requests.HTTPError(response=answer)
