"""Google Analytics 4 as a source: whole reports over a window of days, through the official client.

What is asked for belongs to `ga4_reports`, what is due to `ga4_lookback`, what an answer becomes to `ga4_replies`, what
a refusal means to `ga4_errors`. Nothing here stores anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta.types import (
    CheckCompatibilityRequest,
    GetMetadataRequest,
    RunReportRequest,
    RunReportResponse,
)

from pipelines.failures import SourceUnavailable, WrongUse
from pipelines.ga4_client import Transport, google_client, local_client
from pipelines.ga4_errors import Patience, with_patience
from pipelines.ga4_lookback import Window
from pipelines.ga4_replies import (
    columns_of,
    concatenated,
    metadata_of,
    parts_between,
    refuse_hidden_money,
    refuse_other_currency,
    refuse_repeated_keys,
    with_parts,
    without_personal_text,
)
from pipelines.ga4_reports import Report
from pipelines.loads import Arrival

# Asked for by name, so that a change of the property's setting cannot rescale the history.
CURRENCY = "EUR"
ROWS_PER_PAGE = 100_000


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
    client = local_client(endpoint, transport) if endpoint else google_client(credentials_path, transport)
    return Ga4Source(client, property_id, patience=patience or Patience(), rows_per_page=rows_per_page)


class Ga4Source:
    """One property, read report by report."""

    def __init__(
        self, client: BetaAnalyticsDataClient, property_id: str, *, patience: Patience, rows_per_page: int
    ) -> None:
        self.property_id = property_id
        self._client, self._patience, self._rows_per_page = client, patience, rows_per_page

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the connection back."""
        self._client.transport.close()  # type: ignore[no-untyped-call]

    def read(self, report: Report, first_day: date, last_day: date) -> Arrival:
        """The report over a window of days, as parts that replace what is stored.

        A monthly report is read from the first day of `first_day`'s month, so that its users are those of the whole
        month; `last_day` then is the last day of a month, or yesterday for the month that is running.

        Raises:
            NotThereYet: a quota is spent. SourceUnavailable: no complete answer came.
            DataFailed: the answer cannot be true. WrongUse: GA4 refuses the request or the sign-in.
        """
        if last_day < first_day:
            raise WrongUse(report.object, f"{first_day} to {last_day} is no window", "give the earlier day first")
        window = (first_day.replace(day=1) if report.is_monthly else first_day, last_day)
        tables, answers = [], []
        for part_of_window in _requests(report, window):
            table, metadata = self._read_window(report, part_of_window)
            tables.append(table)
            answers.append(metadata)
        rows = concatenated(tables, report)
        property_column = pa.array([self.property_id] * rows.num_rows, pa.string())
        return Arrival(
            object=report.object,
            table=report.table,
            key=report.key,
            rows=rows.add_column(0, "property_id", property_column),
            parts_read=parts_between(report, window),
            keep_unchanged=True,
            gate=report.gate,
            window=window,
            rows_read=rows.num_rows,
            flags=_flags(answers),
        )

    def ping(self) -> str:
        """Asks the property for its fields and says in one line what answered.

        Raises:
            KpiError: as `read`.
        """
        request = GetMetadataRequest(name=f"properties/{self.property_id}/metadata")
        reply = with_patience(
            lambda: self._client.get_metadata(request, timeout=self._patience.answer_s), self._patience, self._name
        )
        return f"{self._name} answers, with {len(reply.dimensions)} dimensions and {len(reply.metrics)} metrics"

    def check(self, report: Report) -> None:
        """Asks GA4 whether the fields of the report go together, all at once: pairs do not tell.

        Raises:
            WrongUse: they do not, or a field does not exist. Others as `read`.
        """
        request = CheckCompatibilityRequest(
            property=self._name,
            dimensions=[{"name": field} for field in report.dimensions],
            metrics=[{"name": field} for field in report.metrics],
        )
        with_patience(
            lambda: self._client.check_compatibility(request, timeout=self._patience.answer_s),
            self._patience,
            report.object,
        )

    @property
    def _name(self) -> str:
        return f"properties/{self.property_id}"

    def _read_window(self, report: Report, window: Window) -> tuple[pa.Table, dict[str, Any]]:
        """All pages of one request, checked against the number of rows that GA4 says there are."""
        pages: list[pa.Table] = []
        received, row_count = 0, 0
        while True:
            reply = self._page(report, window, offset=received)
            refuse_hidden_money(reply, report)
            refuse_other_currency(reply, report, CURRENCY)
            page = columns_of(reply, report)
            if pages and reply.row_count != row_count:
                _refuse_incomplete(report, f"the answer changed from {row_count} to {reply.row_count} rows meanwhile")
            pages.append(page)
            received, row_count = received + page.num_rows, reply.row_count
            if received >= row_count or not page.num_rows:
                break
        if received != row_count:
            _refuse_incomplete(report, f"{received} of {row_count} rows came")
        rows = concatenated(pages, report)
        refuse_repeated_keys(rows, report)
        rows = without_personal_text(with_parts(rows, report, window), report)
        return rows, {"from": str(window[0]), "to": str(window[1]), "rows": received, **metadata_of(reply)}

    def _page(self, report: Report, window: Window, offset: int) -> Any:
        """One page as a raw message: proto-plus rows cost ten times as much."""
        first, last = window
        request = RunReportRequest(
            property=self._name,
            dimensions=[{"name": field} for field in report.dimensions],
            metrics=[{"name": field} for field in report.metrics],
            date_ranges=[{"start_date": first.isoformat(), "end_date": last.isoformat()}],
            # without an order over all dimensions, pages overlap
            order_bys=[{"dimension": {"dimension_name": field}} for field in report.dimensions],
            currency_code=CURRENCY,
            limit=self._rows_per_page,
            offset=offset,
            return_property_quota=True,
        )
        return RunReportResponse.pb(
            with_patience(
                lambda: self._client.run_report(request, timeout=self._patience.answer_s), self._patience, report.object
            )
        )


def _requests(report: Report, window: Window) -> Iterator[Window]:
    """The window in pieces: single months, or so many days that one answer stays exact and small."""
    first, last = window
    while first <= last:
        if report.is_monthly:
            next_first = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        else:
            next_first = first + timedelta(days=report.days_per_request)
        yield first, min(last, next_first - timedelta(days=1))
        first = next_first


def _refuse_incomplete(report: Report, why: str) -> None:
    raise SourceUnavailable(report.object, why, "run again; nothing of this report was stored")


def _flags(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """What the answers say together, and each of them."""
    return {
        "currency_code": answers[-1]["currency_code"],
        "time_zone": answers[-1]["time_zone"],
        "data_loss_from_other_row": any(one["data_loss_from_other_row"] for one in answers),
        "subject_to_thresholding": any(one["subject_to_thresholding"] for one in answers),
        "is_sampled": any(one["sampling"] for one in answers),
        "requests": answers,
    }
