"""Opening the sources of a run: the configured ones, or the demo company's servers in this process.

Servers are started only when a source is asked for and stopped with the run; credentials go to the clients and nowhere
else.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pipelines import ga4
from pipelines.mailchimp import MailchimpSource
from pipelines.mailchimp_client import connect as connect_mailchimp
from pipelines.mailchimp_client import disconnect
from pipelines.runtime import Runtime

if TYPE_CHECKING:
    from pipelines.sandbox.truth import Truth


class OpenSources:
    """The sources of one run; a context manager that stops what it started."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @cached_property
    def ga4(self) -> ga4.Ga4Source:
        """The GA4 property."""
        settings = self._runtime.settings
        if not self._runtime.is_demo:
            source = ga4.connect(
                self._runtime.property_id,
                endpoint=settings.ga4_endpoint,
                credentials_path=settings.google_application_credentials,
                transport=settings.ga4_transport,
            )
        else:
            from pipelines.sandbox.ga4_server import serve_ga4

            server = self._stack.enter_context(serve_ga4(self._truth, self._clock))
            source = ga4.connect(self._truth.property_id, endpoint=server.endpoint)
        return self._stack.enter_context(source)

    @cached_property
    def mailchimp(self) -> MailchimpSource:
        """The Mailchimp account."""
        settings = self._runtime.settings
        if not self._runtime.is_demo:
            key = settings.mailchimp_api_key.get_secret_value() if settings.mailchimp_api_key else ""
            client = connect_mailchimp(key, settings.mailchimp_server_prefix, settings.mailchimp_base_url)
        else:
            from pipelines.sandbox.mailchimp_server import DEMO_API_KEY, serve_mailchimp

            server = self._stack.enter_context(serve_mailchimp(self._truth, self._clock))
            client = connect_mailchimp(DEMO_API_KEY, base_url=server.base_url)
        self._stack.callback(disconnect, client)
        return MailchimpSource(client)

    def deliver_demo_files(self) -> None:
        """In the demo the night's exports are put into the inbox; real ones are put there by their systems."""
        if self._runtime.is_demo:
            from pipelines.sandbox.exports import write_exports

            write_exports(self._truth, self._runtime.settings.data_dir / "inbox", self._clock)

    @property
    def _clock(self) -> date:
        return self._runtime.business_date

    @cached_property
    def _truth(self) -> Truth:
        from pipelines.sandbox.demo_company import DEMO, demo_company

        return demo_company(DEMO)
