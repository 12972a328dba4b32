"""The first screen of a failed run: what failed, why and what to do stand before everything that Dagster says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg
import pytest

from pipelines.failures import DataFailed, SourceUnavailable
from pipelines.running import failure_of
from pipelines.shown_failures import shows_failure

Result = dg.MaterializeResult[None]


def _away() -> Result:
    raise SourceUnavailable("mailchimp", "nobody answers", "try again later")


def _wrong_after_its_rows() -> Iterator[Result]:
    yield dg.MaterializeResult()
    raise DataFailed("marts.x", "2 rows are double", "look at them")


def _run(made: Callable[[], Any]) -> dg.ExecuteInProcessResult:
    asset = dg.asset(name="one")(shows_failure(made))
    return dg.materialize([asset], raise_on_error=False)


@pytest.mark.parametrize(
    ("made", "exit_code", "line"),
    [
        (_away, 3, "mailchimp: nobody answers: try again later"),
        (_wrong_after_its_rows, 1, "marts.x: 2 rows are double: look at them"),
    ],
    ids=["returning", "yielding"],
)
def test_what_ends_a_run_is_the_line_for_people_with_its_exit_code(
    made: Callable[[], Any], exit_code: int, line: str
) -> None:
    result = _run(made)
    assert failure_of(result.all_events) == (exit_code, (line,))
    (ended,) = [event.job_failure_data for event in result.all_events if event.is_job_failure]
    assert ended.error.message.strip() == f"dagster._core.definitions.events.Failure: {line}"


def test_the_parts_of_the_line_are_a_table_on_the_step() -> None:
    (event,) = [event for event in _run(_away).all_events if event.is_step_failure]
    told = {name: value.value for name, value in event.step_failure_data.user_failure_data.metadata.items()}
    assert told == {"what": "mailchimp", "why": "nobody answers", "what to do": "try again later", "exit_code": 3}


def test_rows_that_were_made_before_the_failure_are_still_told() -> None:
    assert [event for event in _run(_wrong_after_its_rows).all_events if event.is_step_materialization]
