"""Google Analytics 4 as a source: reports and batches of requests over days, through the official client.

What is asked for belongs to `ga4_reports` and `ga4_requests`, what is due to `ga4_lookback`, what an answer becomes to
`ga4_replies`, what a refusal means to `ga4_errors`. Nothing here stores anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import pyarrow as pa
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta.types import (
    BatchRunReportsRequest,
    BatchRunReportsResponse,
    DateRange,
    GetMetadataRequest,
    Metadata,
    RunReportRequest,
    RunReportResponse,
)

from pipelines.failures import SourceUnavailable, WrongUse
from pipelines.ga4_arrivals import arrival_of, incomplete
from pipelines.ga4_client import Renewal, Transport, forgetting, google_client, google_credentials, local_client
from pipelines.ga4_errors import Patience, with_patience
from pipelines.ga4_lookback import Window
from pipelines.ga4_quota import Tally
from pipelines.ga4_replies import Fields, columns_of, is_inexact, refuse_hidden_money, refuse_other_currency
from pipelines.ga4_reports import Report
from pipelines.ga4_requests import CURRENCY, MOST_REQUESTS, ROWS_PER_PAGE, compatibility_request, report_request
from pipelines.loads import Arrival

Answer = TypeVar("Answer")
ONE_DAY = timedelta(days=1)


def connect(
    property_id: str,
    endpoint: str | None = None,
    credentials_path: Path | str | None = None,
    transport: Transport = "grpc",
    *,
    patience: Patience | None = None,
    rows_per_page: int = ROWS_PER_PAGE,
) -> Ga4Source:
    """A source for one property; the property is not asked anything yet.

    `endpoint` is host:port of a plaintext server that asks for no sign-in. Without `credentials_path` Google's default
    sign-in of this machine is looked for.

    Raises:
        WrongUse: there is nothing to sign in with.
    """
    renew = None
    if endpoint:
        client = local_client(endpoint, transport)
    else:
        credentials = google_credentials(credentials_path)
        client, renew = google_client(credentials, transport), forgetting(credentials)
    return Ga4Source(client, property_id, patience=patience or Patience(), rows_per_page=rows_per_page, renew=renew)


class Ga4Source:
    """One property, read report by report; `quota` adds up what its answers say that they cost."""

    def __init__(
        self,
        client: BetaAnalyticsDataClient,
        property_id: str,
        *,
        patience: Patience,
        rows_per_page: int,
        renew: Renewal | None = None,
    ) -> None:
        self.property_id = property_id
        self.quota = Tally()
        self._client, self._patience, self._rows_per_page, self._renew = client, patience, rows_per_page, renew

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def property_name(self) -> str:
        """How requests call the property."""
        return f"properties/{self.property_id}"

    def close(self) -> None:
        """Gives the connection back."""
        self._client.transport.close()  # type: ignore[no-untyped-call]

    def read(self, report: Report, first_day: date, last_day: date) -> Iterator[Arrival]:
        """The report over a window of days, oldest first, as arrivals whose parts replace what is stored.

        An arrival is one answer of at most `report.days_per_request` days. An answer that is inexact because of its
        length is asked for again in halves, down to single days; what follows is asked for in that length.

        Raises:
            NotThereYet: a quota is spent. SourceUnavailable: no complete answer came.
            DataFailed: the answer cannot be true. WrongUse: GA4 refuses the request or the sign-in.
        """
        if last_day < first_day:
            raise WrongUse(report.object, f"{first_day} to {last_day} is no window", "give the earlier day first")
        longest = report.days_per_request
        while first_day <= last_day:
            window = (first_day, min(last_day, first_day + timedelta(days=longest - 1)))
            arrival = self._read_window(report, window)
            if arrival is None:
                longest = ((window[1] - window[0]).days + 1) // 2
                continue
            yield arrival
            first_day = window[1] + ONE_DAY

    def batch(self, requests: Sequence[RunReportRequest], what: str) -> list[Any]:
        """The raw `RunReportResponse` messages of any number of requests, in their order; `what` names them in errors.

        A batch saves round trips and no tokens. Whether an answer is whole (`row_count`) is for the caller to look at.

        Raises:
            KpiError: as `read`.
        """
        replies: list[Any] = []
        # GA4 reference §4: at most 5 requests in a call
        for first in range(0, len(requests), MOST_REQUESTS):
            replies += self._batch(requests[first : first + MOST_REQUESTS], what)
        return replies

    def metadata(self) -> Any:
        """The raw `Metadata` of the property: every field it knows, with the names the field had before.

        Raises:
            KpiError: as `read`.
        """
        request = GetMetadataRequest(name=f"{self.property_name}/metadata")
        return Metadata.pb(self._patiently(lambda wait_s: self._client.get_metadata(request, timeout=wait_s)))

    def time_zone(self) -> str:
        """The IANA name of the zone in which the property counts its days, as an answer about yesterday says it.

        Raises:
            KpiError: as `read`.
        """
        request = report_request(self.property_name, (), ("sessions",), [], limit=1)
        request.date_ranges = [DateRange(start_date="yesterday", end_date="yesterday")]
        zone: str = self._run(request, self.property_name).metadata.time_zone
        return zone

    def check(self, report: Fields) -> None:
        """Asks GA4 whether the fields of the report go together, all at once: pairs do not tell.

        Raises:
            WrongUse: they do not, or a field does not exist. Others as `read`.
        """
        request = compatibility_request(self.property_name, report.dimensions, report.metrics)
        self._patiently(lambda wait_s: self._client.check_compatibility(request, timeout=wait_s), report.object)

    def _read_window(self, report: Report, window: Window) -> Arrival | None:
        """All pages of one request; None when fewer days at a time may give a truer answer."""
        pages: list[pa.Table] = []
        received, row_count = 0, 0
        while True:
            reply = self._page(report, window, offset=received)
            if window[0] < window[1] and is_inexact(reply, self._rows_per_page):
                return None
            page = columns_of(reply, report)
            if pages and reply.row_count != row_count:
                raise incomplete(report, f"the answer changed from {row_count} to {reply.row_count} rows meanwhile")
            pages.append(page)
            received, row_count = received + page.num_rows, reply.row_count
            if received >= row_count or not page.num_rows:
                return arrival_of(report, self.property_id, window, pages, reply)

    def _page(self, report: Report, window: Window, offset: int) -> Any:
        fields = report.dimensions, report.metrics
        request = report_request(self.property_name, *fields, [window], limit=self._rows_per_page, offset=offset)
        return self._run(request, report.object)

    def _run(self, request: RunReportRequest, what: str) -> Any:
        """One answer as a raw message: proto-plus rows cost ten times as much."""
        answered = self._patiently(lambda wait_s: self._client.run_report(request, timeout=wait_s), what)
        return self._looked_at(RunReportResponse.pb(answered), what)

    def _batch(self, requests: Sequence[RunReportRequest], what: str) -> list[Any]:
        asked = BatchRunReportsRequest(property=self.property_name, requests=list(requests))
        answered = self._patiently(lambda wait_s: self._client.batch_run_reports(asked, timeout=wait_s), what)
        replies = list(BatchRunReportsResponse.pb(answered).reports)
        if len(replies) != len(requests):
            raise SourceUnavailable(what, f"{len(replies)} of {len(requests)} answers came", "run again")
        return [self._looked_at(reply, what) for reply in replies]

    def _looked_at(self, reply: Any, what: str) -> Any:
        """An answer whose cost is noted and whose money is what was asked for."""
        self.quota.note(reply, what)
        refuse_hidden_money(reply, what)
        refuse_other_currency(reply, what, CURRENCY)
        return reply

    def _patiently(self, call: Callable[[float], Answer], what: str = "") -> Answer:
        """The answer of a call that is told how many seconds it may take."""
        patience = self._patience
        return with_patience(lambda: call(patience.answer_s), patience, what or self.property_name, self._renew)
