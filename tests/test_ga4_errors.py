"""When GA4 refuses, fails or does not tell the truth: what is tried again, what is said, what is never stored.

Over gRPC and over REST the same failure has to mean the same thing.
"""

from __future__ import annotations

import pickle
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import grpc
import pyarrow as pa
import pytest
from ga4_reading import HASTY, LATER, NEXT, REPORT, read_one, reading
from ga4_truth import FIRST, PROPERTY, ad, session, sessions_of, truth_of
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta.services.beta_analytics_data.transports import BetaAnalyticsDataGrpcTransport

from pipelines.failures import DataFailed, KpiError, NotThereYet, SourceUnavailable, WrongUse
from pipelines.ga4 import Ga4Source, connect
from pipelines.ga4_client import Transport
from pipelines.ga4_errors import Patience
from pipelines.ga4_replies import refuse_repeated_keys
from pipelines.loads import Arrival
from pipelines.sandbox.ga4_faults import Broken, Converted, Failure, Fault, Hidden, Oversized, Shortened
from pipelines.sandbox.ga4_quota import Quota
from pipelines.sandbox.ga4_server import Ga4Server, serve_ga4
from pipelines.sandbox.ga4_wordings import REFUSALS


@pytest.fixture(params=["grpc", "rest"])
def transport(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def property_server() -> Iterator[Ga4Server]:
    """One session and one ad on the first day; so many server errors an hour that no test meets their limit."""
    quota = Quota(server_errors_per_project_per_hour=1_000)
    with serve_ga4(truth_of(sessions_of(FIRST, 1), [ad()]), LATER, quota=quota) as server:
        yield server


class Failing:
    """The property with faults, read over one transport."""

    def __init__(self, server: Ga4Server, transport: Transport) -> None:
        self._server, self._transport = server, transport

    @contextmanager
    def source(self, *faults: Fault, **more: Any) -> Iterator[Ga4Source]:
        self._server.plan(*faults)
        self._server.calls.clear()
        endpoint = self._server.rest_endpoint if self._transport == "rest" else self._server.endpoint
        with connect(PROPERTY, endpoint, transport=self._transport, **{"patience": HASTY, **more}) as source:
            yield source

    def read(self, *faults: Fault, report: str = "day_total", **more: Any) -> Arrival:
        with self.source(*faults, **more) as source:
            return read_one(source, REPORT[report], FIRST, NEXT)

    def failure(self, *faults: Fault, report: str = "day_total", **more: Any) -> KpiError:
        with pytest.raises(KpiError) as caught:
            self.read(*faults, report=report, **more)
        return caught.value

    @property
    def calls(self) -> int:
        return len(self._server.calls)


@pytest.fixture
def failing(property_server: Ga4Server, transport: Transport) -> Failing:
    return Failing(property_server, transport)


def test_two_outages_are_waited_out(failing: Failing) -> None:
    assert failing.read(Failure(calls=(1, 2))).rows["sessions"].to_pylist() == [1]
    assert failing.calls == 3


@pytest.mark.parametrize("code", ["UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED", "UNKNOWN"])
def test_an_outage_that_lasts_is_given_up_after_few_tries(code: str, failing: Failing, transport: Transport) -> None:
    failure = failing.failure(Failure(code, "no luck", calls=()))

    assert type(failure) is SourceUnavailable
    assert "no luck" in failure.why
    # what has no code over gRPC is a 500 over REST
    assert failing.calls == (3 if code == "UNKNOWN" and transport == "grpc" else 4)


@pytest.mark.parametrize(
    ("refusal", "bucket", "when"),
    [
        ("tokens of the project's hour gone", "property tokens for a project per hour", "in an hour"),
        ("tokens of the hour gone", "property tokens for a property per hour", "in an hour"),
        ("tokens of the day gone", "property tokens for a property per day", "tomorrow"),
        ("concurrency", "concurrent requests", "in a minute"),
        ("thresholded", "potentially thresholded requests", "in an hour"),
        ("server-error budget", "server errors", "in an hour"),
    ],
)
def test_a_spent_quota_is_named_and_never_waited_for(refusal: str, bucket: str, when: str, failing: Failing) -> None:
    failure = failing.failure(Failure(*REFUSALS[refusal], calls=()))

    assert isinstance(failure, NotThereYet)
    assert failure.why == f"quota spent: {bucket}"
    assert when in failure.remedy
    assert failing.calls == 1


def test_a_quota_in_other_words_is_a_quota_too(failing: Failing) -> None:
    failure = failing.failure(Failure("RESOURCE_EXHAUSTED", "Something new.", calls=()))

    assert isinstance(failure, NotThereYet)
    assert failure.why == "quota spent: a quota that is not named (429 Something new.)"


def test_an_answer_of_five_megabytes_is_read(failing: Failing) -> None:
    assert failing.read(Oversized(5_000_000)).rows_read == 1


def test_a_channel_that_refuses_large_answers_is_a_wrong_setting_and_no_quota() -> None:
    with serve_ga4(truth_of([]), LATER, faults=[Oversized(5_000_000)]) as server:
        channel = grpc.insecure_channel(server.endpoint)
        client = BetaAnalyticsDataClient(transport=BetaAnalyticsDataGrpcTransport(channel=channel))
        with (
            Ga4Source(client, PROPERTY, patience=HASTY, rows_per_page=10) as source,
            pytest.raises(WrongUse, match=r"larger than max.*this is no quota"),
        ):
            read_one(source, REPORT["day_total"], FIRST, FIRST)


@pytest.mark.parametrize(
    ("refusal", "kind", "remedy"),
    [
        ("bad dimension", WrongUse, "GA4 will refuse it every time"),
        ("bad metric", WrongUse, "GA4 will refuse it every time"),
        ("misspelt metric", WrongUse, "GA4 will refuse it every time"),
        ("incompatible", WrongUse, "GA4 will refuse it every time"),
        ("too many", WrongUse, "GA4 will refuse it every time"),
        ("no access", WrongUse, "the Viewer role"),
        ("API not enabled", WrongUse, "enable the Google Analytics Data API"),
        ("no token", WrongUse, "GOOGLE_APPLICATION_CREDENTIALS"),
        ("bad token", WrongUse, "GOOGLE_APPLICATION_CREDENTIALS"),
        ("server", SourceUnavailable, "try again later"),
        ("server away", SourceUnavailable, "try again later"),
        ("no code", SourceUnavailable, "try again later"),
        ("timeout", SourceUnavailable, "GA4_TRANSPORT=rest"),
    ],
)
def test_a_refusal_repeats_what_ga4_said_and_says_what_to_do(
    refusal: str, kind: type[KpiError], remedy: str, failing: Failing
) -> None:
    code, wording = REFUSALS[refusal]

    failure = failing.failure(Failure(code, wording, calls=()))

    assert type(failure) is kind
    assert " ".join(wording.split())[:150] in failure.why
    assert "http://127" not in failure.why
    assert remedy in failure.remedy


def test_a_method_that_the_server_does_not_have_is_a_wrong_address(failing: Failing) -> None:
    failure = failing.failure(Failure("UNIMPLEMENTED", "Method not found!", calls=()))

    assert (type(failure), failure.remedy) == (WrongUse, "check GA4_ENDPOINT")


def test_a_page_instead_of_an_answer_is_a_wrong_address(property_server: Ga4Server) -> None:
    endpoint = f"{property_server.rest_endpoint}/wrong"
    with (
        connect(PROPERTY, endpoint, transport="rest", patience=HASTY) as source,
        pytest.raises(WrongUse, match=r"404 .*check GA4_ENDPOINT"),
    ):
        source.metadata()


def test_a_property_of_somebody_else_is_named(property_server: Ga4Server, transport: Transport) -> None:
    endpoint = property_server.rest_endpoint if transport == "rest" else property_server.endpoint
    with (
        connect("815", endpoint, transport=transport, patience=HASTY) as source,
        pytest.raises(WrongUse, match=r"properties/815: 403 .*sufficient permissions.*the Viewer role"),
    ):
        source.metadata()


def test_an_address_in_a_refusal_is_masked_and_the_failure_survives_pickling(failing: Failing) -> None:
    failure = failing.failure(Failure("PERMISSION_DENIED", "no right for\n jan@example.org", calls=()))

    copied = pickle.loads(pickle.dumps(failure))  # noqa: S301 - our own
    assert str(copied).startswith("ga4.day_total: 403 no right for (address): ")


def test_a_late_answer_is_given_up_and_asked_for_again(failing: Failing) -> None:
    patience = Patience(first_pause_s=0.001, longest_pause_s=0.002, answer_s=0.8)

    assert failing.read(Failure("", delay_s=1.5), patience=patience).rows_read == 1
    assert failing.calls == 2


def test_an_answer_that_always_comes_late_is_unavailable(failing: Failing) -> None:
    patience = Patience(tries=2, first_pause_s=0.001, longest_pause_s=0.002, answer_s=0.2)

    failure = failing.failure(Failure("", delay_s=0.5, calls=()), patience=patience)

    assert isinstance(failure, SourceUnavailable)
    assert failure.why.startswith("no answer in time")
    assert "GA4_TRANSPORT=rest" in failure.remedy


def test_a_connection_that_ends_without_an_answer_is_tried_again(failing: Failing) -> None:
    assert failing.read(Broken(is_cut=True)).rows_read == 1
    assert failing.calls == 2


def test_an_answer_that_nobody_can_read_is_unavailable_and_nothing_is_stored(failing: Failing) -> None:
    assert type(failing.failure(Broken(calls=()))) is SourceUnavailable


def test_a_server_that_is_not_there_is_unavailable(transport: Transport) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"127.0.0.1:{unused.getsockname()[1]}"
        with (
            connect(PROPERTY, endpoint, transport=transport, patience=HASTY) as source,
            pytest.raises(SourceUnavailable, match="check the network and GA4_ENDPOINT"),
        ):
            read_one(source, REPORT["day_total"], FIRST, FIRST)


def test_an_hour_of_tokens_is_spent_and_comes_back_with_the_next_hour(transport: Transport) -> None:
    clock, quota = [datetime(2026, 7, 1, 6, 10)], Quota(tokens_per_project_per_hour=2)  # noqa: DTZ001 - wall time
    with reading(clock=lambda: clock[0], quota=quota, transport=transport) as (source, _):
        read_one(source, REPORT["shop_day"], FIRST, FIRST)
        read_one(source, REPORT["shop_day"], FIRST, FIRST)
        with pytest.raises(NotThereYet, match="tokens for a project per hour"):
            read_one(source, REPORT["shop_day"], FIRST, FIRST)
        clock[0] += timedelta(minutes=50)
        read_one(source, REPORT["shop_day"], FIRST, FIRST)


@pytest.mark.parametrize(
    ("fault", "report"),
    [(Hidden("advertiserAdCost", "COST_DATA"), "cost_day"), (Hidden("purchaseRevenue", "REVENUE_DATA"), "shop_day")],
)
def test_hidden_money_is_refused_instead_of_stored_as_zeros(fault: Hidden, report: str, failing: Failing) -> None:
    failure = failing.failure(fault, report=report)

    assert isinstance(failure, DataFailed)
    assert failure.why == f"{fault.metric} is hidden ({fault.kind}), so GA4 sends zeros"


def test_money_in_another_currency_is_refused(failing: Failing) -> None:
    assert failing.failure(Converted("USD")).why == "asked for EUR, answered in USD"


def test_pages_that_lack_rows_are_not_stored() -> None:
    visits = [session(source=f"site-{number}") for number in range(5)]

    with (
        reading(visits, faults=[Shortened(1)], rows_per_page=5) as (source, _),
        pytest.raises(SourceUnavailable, match="4 of 5 rows came"),
    ):
        read_one(source, REPORT["campaign_day"], FIRST, NEXT)


def test_a_row_that_came_twice_is_an_error() -> None:
    with pytest.raises(DataFailed, match="1 of 2 rows came twice"):
        refuse_repeated_keys(pa.table({"date": ["20260601", "20260601"]}), REPORT["day_total"])


def test_an_answer_that_changes_between_its_pages_is_not_stored() -> None:
    days = iter([LATER, FIRST + timedelta(days=2)])
    visits = [session(source=f"site-{number}", arrives_after_days=number) for number in range(3)]
    with (
        reading(visits, clock=lambda: next(days), rows_per_page=2) as (source, _),
        pytest.raises(SourceUnavailable, match="changed from 3 to 2 rows"),
    ):
        read_one(source, REPORT["campaign_day"], FIRST, FIRST)


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with reading() as (source, _), pytest.raises(WrongUse, match="is no window"):
        read_one(source, REPORT["day_total"], NEXT, FIRST)
