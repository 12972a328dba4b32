"""The quotas of the demo company's GA4 property: what empties a bucket, how it is refused, when it fills again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pipelines.sandbox.ga4_checks import RefusedError
from pipelines.sandbox.ga4_quota import Quota
from pipelines.sandbox.ga4_wordings import (
    CONCURRENT,
    PROJECT_HOUR,
    PROPERTY_DAY,
    PROPERTY_HOUR,
    SERVER_ERRORS,
    THRESHOLDED,
)

NOW = datetime(2026, 7, 1, 6, 10)  # noqa: DTZ001 - wall time of the property
NEXT_HOUR, NEXT_DAY = NOW + timedelta(minutes=50), NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("bucket", "wording", "back_at"),
    [
        ("tokens_per_project_per_hour", PROJECT_HOUR, NEXT_HOUR),
        ("tokens_per_hour", PROPERTY_HOUR, NEXT_HOUR),
        ("tokens_per_day", PROPERTY_DAY, NEXT_DAY),
    ],
)
def test_tokens_are_refused_by_bucket_until_its_time_is_over(bucket: str, wording: str, back_at: datetime) -> None:
    quota = Quota(**{bucket: 5})
    quota.spend(5, NOW)
    with pytest.raises(RefusedError, match=wording):
        quota.spend(1, NOW + timedelta(minutes=40))
    quota.spend(5, back_at)
    assert quota.spent == 10


def test_a_refused_request_costs_nothing() -> None:
    quota = Quota(tokens_per_project_per_hour=5)
    with pytest.raises(RefusedError):
        quota.spend(6, NOW)
    quota.spend(5, NOW)


def test_ten_server_errors_close_the_property_for_the_rest_of_the_hour() -> None:
    quota = Quota()
    for code in ("INTERNAL", "UNAVAILABLE") * 5:
        quota.note_failure(code, NOW)
    quota.note_failure("INVALID_ARGUMENT", NOW)
    with pytest.raises(RefusedError, match=SERVER_ERRORS), quota.running(NOW):
        pass
    with quota.running(NEXT_HOUR):
        pass


def test_a_place_for_a_request_is_taken_while_it_is_answered() -> None:
    quota = Quota(concurrent_requests=1)
    with quota.running(NOW), pytest.raises(RefusedError, match=CONCURRENT), quota.running(NOW):
        pass
    with quota.running(NOW):
        pass


def test_requests_about_people_have_a_bucket_of_their_own() -> None:
    quota = Quota(potentially_thresholded_requests_per_hour=1)
    quota.spend(1, NOW, may_be_thresholded=True)
    quota.spend(1, NOW)
    with pytest.raises(RefusedError, match=THRESHOLDED):
        quota.spend(1, NOW, may_be_thresholded=True)
