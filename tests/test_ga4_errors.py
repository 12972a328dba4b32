"""When GA4 refuses, fails or does not tell the truth: what is tried again, what is said, what is never stored."""

from __future__ import annotations

import pickle
import socket
from datetime import timedelta
from typing import Any

import grpc
import pyarrow as pa
import pytest
from ga4_reading import HASTY, LATER, NEXT, REPORT, reading
from ga4_truth import FIRST, PROPERTY, ad, session, sessions_of, truth_of
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta.services.beta_analytics_data.transports import BetaAnalyticsDataGrpcTransport

from pipelines.failures import DataFailed, KpiError, NotThereYet, SourceUnavailable, WrongUse
from pipelines.ga4 import Ga4Source, connect
from pipelines.ga4_errors import Patience
from pipelines.ga4_replies import refuse_repeated_keys
from pipelines.sandbox.ga4_faults import (
    CONCURRENT,
    PROJECT_HOUR,
    PROPERTY_DAY,
    Converted,
    Failure,
    Hidden,
    Oversized,
    Shortened,
)
from pipelines.sandbox.ga4_server import serve_ga4


def failure_of(faults: Any, report: str = "day_total", sessions: Any = (), ads: Any = (), **more: Any) -> KpiError:
    with reading(sessions, ads, faults=faults, **more) as (source, _), pytest.raises(KpiError) as caught:
        source.read(REPORT[report], FIRST, NEXT)
    return caught.value


def test_two_outages_are_waited_out() -> None:
    with reading(sessions_of(FIRST, 1), faults=[Failure(calls=(1, 2))]) as (source, server):
        arrival = source.read(REPORT["day_total"], FIRST, FIRST)

    assert arrival.rows["sessions"].to_pylist() == [1]
    assert len(server.calls) == 3


@pytest.mark.parametrize(
    ("code", "calls"), [("UNAVAILABLE", 4), ("INTERNAL", 4), ("DEADLINE_EXCEEDED", 4), ("UNKNOWN", 3)]
)
def test_an_outage_that_lasts_is_given_up_after_few_tries(code: str, calls: int) -> None:
    with (
        reading(faults=[Failure(code, "no luck", calls=())]) as (source, server),
        pytest.raises(SourceUnavailable, match=r"ga4.day_total: .*no luck"),
    ):
        source.read(REPORT["day_total"], FIRST, FIRST)

    assert len(server.calls) == calls


@pytest.mark.parametrize(
    ("wording", "bucket", "when"),
    [
        (PROJECT_HOUR, "property tokens for a project per hour", "in an hour"),
        (PROPERTY_DAY, "property tokens for a property per day", "tomorrow"),
        (CONCURRENT, "concurrent requests", "in a minute"),
        ("Something new.", "a quota that is not named (429 Something new.)", "in an hour"),
    ],
)
def test_a_spent_quota_is_named_and_never_waited_for(wording: str, bucket: str, when: str) -> None:
    with (
        reading(faults=[Failure("RESOURCE_EXHAUSTED", wording, calls=())]) as (source, server),
        pytest.raises(NotThereYet) as caught,
    ):
        source.read(REPORT["day_total"], FIRST, FIRST)

    assert caught.value.why == f"quota spent: {bucket}"
    assert when in caught.value.remedy
    assert len(server.calls) == 1


def test_an_answer_of_five_megabytes_is_read() -> None:
    with reading(sessions_of(FIRST, 1), faults=[Oversized(5_000_000)]) as (source, _):
        assert source.read(REPORT["day_total"], FIRST, FIRST).rows_read == 1


def test_a_channel_that_refuses_large_answers_is_a_wrong_setting_and_no_quota() -> None:
    with serve_ga4(truth_of([]), LATER, faults=[Oversized(5_000_000)]) as server:
        channel = grpc.insecure_channel(server.endpoint)
        client = BetaAnalyticsDataClient(transport=BetaAnalyticsDataGrpcTransport(channel=channel))
        with (
            Ga4Source(client, PROPERTY, patience=HASTY, rows_per_page=10) as source,
            pytest.raises(WrongUse, match=r"larger than max.*this is no quota"),
        ):
            source.read(REPORT["day_total"], FIRST, FIRST)


@pytest.mark.parametrize(
    ("code", "wording", "kind", "remedy"),
    [
        ("INVALID_ARGUMENT", "Field x is not a valid metric.", WrongUse, "GA4 will refuse it every time"),
        ("UNAUTHENTICATED", "Request had invalid authentication", WrongUse, "GOOGLE_APPLICATION_CREDENTIALS"),
        ("PERMISSION_DENIED", "User does not have sufficient permissions", WrongUse, "the Viewer role"),
        ("PERMISSION_DENIED", "API has not been used in project 5", WrongUse, "enable the Google Analytics Data API"),
        ("UNIMPLEMENTED", "Method not found!", WrongUse, "check GA4_ENDPOINT"),
        ("UNAVAILABLE", "plugin failed: invalid_grant", WrongUse, "GOOGLE_APPLICATION_CREDENTIALS"),
        ("DEADLINE_EXCEEDED", "Deadline Exceeded", SourceUnavailable, "GA4_TRANSPORT=rest"),
    ],
)
def test_a_refusal_says_what_to_do(code: str, wording: str, kind: type[KpiError], remedy: str) -> None:
    failure = failure_of([Failure(code, wording, calls=())])

    assert type(failure) is kind
    assert wording in failure.why
    assert remedy in failure.remedy


def test_an_address_in_a_refusal_is_masked_and_the_failure_survives_pickling() -> None:
    failure = failure_of([Failure("PERMISSION_DENIED", "no right for\n jan@example.org", calls=())])

    copied = pickle.loads(pickle.dumps(failure))  # noqa: S301 - our own
    assert str(copied).startswith("ga4.day_total: 403 no right for (address): ")


def test_a_late_answer_is_given_up_and_asked_for_again() -> None:
    patience = Patience(first_pause_s=0.001, longest_pause_s=0.002, answer_s=0.3)
    with reading(sessions_of(FIRST, 1), faults=[Failure("", delay_s=5)], patience=patience) as (source, server):
        assert source.read(REPORT["day_total"], FIRST, FIRST).rows_read == 1

    assert len(server.calls) == 2


@pytest.mark.parametrize("transport", ["grpc", "rest"])
def test_a_server_that_is_not_there_is_unavailable(transport: Any) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"127.0.0.1:{unused.getsockname()[1]}"
        with (
            connect(PROPERTY, endpoint, transport=transport, patience=HASTY) as source,
            pytest.raises(SourceUnavailable, match="check the network and GA4_ENDPOINT"),
        ):
            source.read(REPORT["day_total"], FIRST, FIRST)


def test_hidden_costs_are_refused_instead_of_stored_as_zeros() -> None:
    failure = failure_of([Hidden()], "cost_day", ads=[ad()])

    assert isinstance(failure, DataFailed)
    assert failure.why == "advertiserAdCost is hidden (COST_DATA), so GA4 sends zeros"


def test_hidden_revenue_is_refused() -> None:
    assert isinstance(failure_of([Hidden("purchaseRevenue", "REVENUE_DATA")], "shop_day"), DataFailed)


def test_money_in_another_currency_is_refused() -> None:
    assert failure_of([Converted("USD")]).why == "asked for EUR, answered in USD"


def test_pages_that_lack_rows_are_not_stored() -> None:
    visits = [session(source=f"site-{number}") for number in range(5)]

    failure = failure_of([Shortened(1)], "campaign_day", visits, rows_per_page=5)

    assert isinstance(failure, SourceUnavailable)
    assert failure.why == "4 of 5 rows came"


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
        source.read(REPORT["campaign_day"], FIRST, FIRST)


# Google warns of key files from strangers; this one is the operator's own
@pytest.mark.filterwarnings("ignore:The load_credentials_from_file")
def test_a_key_file_that_is_none_is_a_wrong_setting(tmp_path: Any) -> None:
    key = tmp_path / "key.json"
    key.write_text("no json")

    for path in (key, tmp_path / "missing.json"):
        with pytest.raises(WrongUse, match="GOOGLE_APPLICATION_CREDENTIALS"):
            connect(PROPERTY, credentials_path=path)


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with reading() as (source, _), pytest.raises(WrongUse, match="is no window"):
        source.read(REPORT["day_total"], NEXT, FIRST)
