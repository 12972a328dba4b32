"""What fails in an asset as the run's page shows it first: what, why and what to do, before any stack trace.

Dagster puts its own error before ours unless what is raised is its `Failure`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import dagster as dg

from pipelines.failures import KpiError

Made = TypeVar("Made", bound=Callable[..., Any])


def failure(error: KpiError) -> dg.Failure:
    """The error as Dagster's own; `running` reads the exit code from it."""
    told = {"what": error.what, "why": error.why, "what to do": error.remedy}
    return dg.Failure(description=str(error), metadata={**told, "exit_code": error.exit_code}, allow_retries=False)


def shows_failure(made: Made) -> Made:
    """Decorates what makes an asset, whether it returns its result or yields several."""

    @functools.wraps(made)
    def yielding(*given: Any, **named: Any) -> Iterator[Any]:
        with _shown():
            yield from made(*given, **named)

    @functools.wraps(made)
    def returning(*given: Any, **named: Any) -> Any:
        with _shown():
            return made(*given, **named)

    return yielding if inspect.isgeneratorfunction(made) else returning  # type: ignore[return-value]


@contextmanager
def _shown() -> Iterator[None]:
    try:
        yield
    except KpiError as error:
        raise failure(error) from error
