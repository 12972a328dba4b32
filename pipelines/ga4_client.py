"""The official client of the GA4 Data API, for Google's own server or for a plaintext one on this machine.

What is asked of it belongs to `ga4`. No client talks to anybody before its first call.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import google.auth
import grpc
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta.services.beta_analytics_data.transports import BetaAnalyticsDataGrpcTransport
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError

from pipelines.failures import WrongUse
from pipelines.ga4_errors import wording

SCOPES = ("https://www.googleapis.com/auth/analytics.readonly",)

Transport = Literal["grpc", "rest"]


def local_client(endpoint: str, transport: Transport) -> BetaAnalyticsDataClient:
    """A client of a plaintext server without sign-in."""
    if transport == "rest":
        return BetaAnalyticsDataClient(
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
            transport="rest",
            client_options={"api_endpoint": f"http://{endpoint}"},
        )
    return BetaAnalyticsDataClient(
        credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
        client_options={"api_endpoint": endpoint},
        transport=lambda **given: BetaAnalyticsDataGrpcTransport(**given, channel=_plaintext_channel),
    )


def _plaintext_channel(host: str, **given: Any) -> grpc.Channel:
    """Keeps the client's channel options: among them the unlimited size of answers."""
    return grpc.insecure_channel(host, options=given.get("options"))


def google_client(credentials_path: Path | str | None, transport: Transport) -> BetaAnalyticsDataClient:
    """A client of Google's own server."""
    try:
        credentials = None
        if credentials_path is not None:
            path = str(credentials_path)
            credentials, _ = google.auth.load_credentials_from_file(path, scopes=SCOPES)  # type: ignore[no-untyped-call]
        return BetaAnalyticsDataClient(credentials=credentials, transport=transport)
    except (GoogleAuthError, OSError, ValueError) as error:
        remedy = "set GOOGLE_APPLICATION_CREDENTIALS to the key file of a service account"
        raise WrongUse("GA4 sign-in", wording(error), remedy) from error
