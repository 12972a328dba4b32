"""The official client of the GA4 Data API, for Google's own server or for a plaintext one on this machine.

What is asked of it belongs to `ga4`. No client talks to anybody before its first call.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import google.auth
import grpc
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta.services.beta_analytics_data.transports import BetaAnalyticsDataGrpcTransport
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import GoogleAuthError

from pipelines.failures import WrongUse
from pipelines.ga4_errors import KEY_FILE, wording

SCOPES = ("https://www.googleapis.com/auth/analytics.readonly",)

Transport = Literal["grpc", "rest"]
Renewal = Callable[[], None]


class _NoSignIn(AnonymousCredentials):
    """Nothing to sign in with: a refusal then is the server's, in its own words."""

    def refresh(self, request: Any) -> None:
        """There is nothing to renew."""


def local_client(endpoint: str, transport: Transport) -> BetaAnalyticsDataClient:
    """A client of a plaintext server without sign-in."""
    if transport == "rest":
        return BetaAnalyticsDataClient(
            credentials=_NoSignIn(),  # type: ignore[no-untyped-call]
            transport="rest",
            client_options={"api_endpoint": f"http://{endpoint}"},
        )
    return BetaAnalyticsDataClient(
        credentials=_NoSignIn(),  # type: ignore[no-untyped-call]
        client_options={"api_endpoint": endpoint},
        transport=lambda **given: BetaAnalyticsDataGrpcTransport(**given, channel=_plaintext_channel),
    )


def _plaintext_channel(host: str, **given: Any) -> grpc.Channel:
    """Keeps the client's channel options: among them the unlimited size of answers."""
    return grpc.insecure_channel(host, options=given.get("options"))


def google_credentials(credentials_path: Path | str | None) -> Credentials:
    """What to sign in with: the key file, else Google's default sign-in of this machine.

    Raises:
        WrongUse: there is nothing, or the file is no key.
    """
    try:
        if credentials_path is None:
            credentials, _ = google.auth.default(scopes=SCOPES)
        else:
            path = str(credentials_path)
            credentials, _ = google.auth.load_credentials_from_file(path, scopes=SCOPES)  # type: ignore[no-untyped-call]
    except (GoogleAuthError, OSError, ValueError) as error:
        raise WrongUse("GA4 sign-in", wording(error), KEY_FILE) from error
    return credentials


def google_client(credentials: Credentials, transport: Transport) -> BetaAnalyticsDataClient:
    """A client of Google's own server."""
    return BetaAnalyticsDataClient(credentials=credentials, transport=transport)


def forgetting(credentials: Credentials) -> Renewal:
    """What makes the next call fetch a new token, for one that the server no longer takes."""

    def forget() -> None:
        credentials.token = None

    return forget
