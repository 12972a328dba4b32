"""Living through a failure: a good night, a morning later a spoilt one, and what came of it for everybody to see.

The spoilt night reads through the intake of a real run, builds, publishes and reaches the verdict of the command. What
is spoilt, and how, belongs to the tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pytest
from failure_matrix import Failures, Figure, Row
from nightly import new_warehouse, project_without

from pipelines.build import Project, build
from pipelines.cli.verdict import verdict_in
from pipelines.configuration import config_from_texts
from pipelines.definitions import load_project
from pipelines.failures import DataFailed
from pipelines.intake import Night, failures_of, verdict_of
from pipelines.loads import current_cut
from pipelines.publishing import current_manifest, publish
from pipelines.sandbox.demo_company import TINY, Size

FIRST_DAY, GOOD_MORNING, SPOILT_MORNING = date(2026, 8, 31), date(2026, 9, 3), date(2026, 9, 4)
GOOD_NIGHT, SPOILT_NIGHT = "the good night", "the spoilt night"
# of fewer than 100 sessions no day collapses
SMALL: Size = replace(
    TINY,
    first_day=FIRST_DAY,
    today=SPOILT_MORNING,
    sessions_per_day=130,
    landing_pages=4,
    newsletters_per_month=8,
)
Read = Callable[[duckdb.DuckDBPyConnection, Night], object]
# everything that a build is made of, besides the texts and the business date: what counts, and the files of the run
MADE_OF = """
select p.object, p.part, cast(p.load_id as varchar), p.content_hash, p.state, p.reason, cast(l.business_date as varchar)
from meta.load_part as p left join meta.load as l on l.load_id = p.load_id
union all
select object, 'load', cast(load_id as varchar), null, null, null, cast(business_date as varchar) from meta.load
union all
select path, kind, cast(load_id as varchar), content_hash, state, reason, cast(run_id = $run_id as varchar)
from meta.file
order by all"""
PARTS = """select p.object, p.part, p.state from meta.load_part as p
inner join meta.load as l on l.load_id = p.load_id where l.run_id = $run_id order by all"""
FIGURES = """select v.*, k.sources from marts.kpi_value as v
inner join reference.kpi as k on k.kpi_id = v.kpi_id where v.status <> 'no_source' order by all"""
NOTES = """
select flags as note from meta.load where run_id = $run_id and flags is not null
union all
select path || ' ' || state || ': ' || reason from meta.file where run_id = $run_id and reason is not null
order by all"""
MISSING = "select campaign_id, missing_since from marts.email_campaign where missing_since is not null order by all"
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Published:
    """What readers see after a build: its business date, every figure, and what the command says of it."""

    business_date: str
    figures: Rows
    lines: tuple[str, ...]
    exit_code: int
    notes: tuple[str, ...]
    missing: dict[str, date]

    def figure(self, wanted: Figure) -> dict[str, Any]:
        """The row of a figure, without a slice."""
        (found,) = [
            one
            for one in self.figures
            if (one["kpi_id"], one["grain"], one["period_start"], one["slice"])
            == (wanted.kpi, wanted.grain, wanted.period, "total")
        ]
        return found

    def without(self, feeds: tuple[str, ...]) -> Rows:
        """The figures into which nothing of these goes."""
        return [one for one in self.figures if not {*feeds} & {*one["sources"].split(", ")}]


@dataclass(frozen=True)
class Spoilt:
    """A night that met a failure: what was loaded, what a run would say and end with, and what was published."""

    exit_code: int
    lines: tuple[str, ...]
    parts: list[tuple[str, str, str]]
    tries: int
    published: Published

    @property
    def loaded(self) -> set[str]:
        """Objects of which something was loaded."""
        return {name for name, _, _ in self.parts}

    @property
    def refused(self) -> dict[str, tuple[str, ...]]:
        """The parts that do not count, by object."""
        names = sorted({name for name, _, state in self.parts if state == "refused"})
        return {
            name: tuple(part for of, part, state in self.parts if (of, state) == (name, "refused")) for name in names
        }


@dataclass
class Nights:
    """One company with a good night behind it; every spoilt night begins from there.

    A build is a function of what counts, the texts and the business date, so that nights that end with the same loads
    share one: it is made and published when it is met first.
    """

    folder: Path
    project: Project
    read: Read
    _made: dict[str, Published] = field(default_factory=dict)

    @property
    def warehouse(self) -> Path:
        """The warehouse after the good night."""
        return self.folder / "warehouse.duckdb"

    @cached_property
    def before(self) -> Published:
        """The good night, once."""
        with closing(new_warehouse(self.warehouse)) as connection:
            self.read(connection, Night(GOOD_NIGHT, GOOD_MORNING, hold_on_failure=False))
            return self._published(connection, Night(GOOD_NIGHT, GOOD_MORNING, hold_on_failure=False))

    @cached_property
    def undisturbed(self) -> Spoilt:
        """What the night after would have been."""
        return self.spoilt(self.read)

    def spoilt(self, read: Read, tries: Callable[[], int] = lambda: 1) -> Spoilt:
        """The night after the good one, read in this way."""
        night = Night(SPOILT_NIGHT, SPOILT_MORNING, hold_on_failure=False)
        with self._copied() as connection:
            read(connection, night)
            failures = failures_of(connection, night.run_id)
            parts = connection.execute(PARTS, {"run_id": night.run_id}).fetchall()
            rows = connection.execute(MADE_OF, {"run_id": night.run_id}).fetchall()
            made_of = repr(rows)
            if made_of not in self._made:
                self._made[made_of] = self._published(connection, night)
        published = self._made[made_of]
        # the command ends as the run ended, and says first what is wrong in what was published
        exit_code, told = verdict_of(failures)
        lines = (*published.lines, *([told] if told else []))
        return Spoilt(exit_code or published.exit_code, lines, parts, tries(), published)

    @contextmanager
    def _copied(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A copy to go on with; the kept one stays as it is."""
        assert self.before.exit_code == 0
        with closing(duckdb.connect(config={"threads": "1"})) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach '{self.warehouse}' as kept (read_only)")
            connection.execute("copy from database kept to memory")
            connection.execute("detach kept")
            yield connection

    def _published(self, connection: duckdb.DuckDBPyConnection, night: Night) -> Published:
        """What readers see after this night; a check that blocks leaves them what they had."""
        folder = self.folder / f"published after {len(self._made)} {night.run_id}"
        cut, exit_code = current_cut(connection), 0
        try:
            build(connection, self.project, cut, run_id=night.run_id, business_date=night.business_date)
        except DataFailed as failure:
            return replace(self.before, lines=(str(failure),), exit_code=failure.exit_code)
        publish(connection, self.project.tables, published_dir=folder, run_id=night.run_id)
        verdict = verdict_in(connection, self.project)
        exit_code = DataFailed.exit_code if verdict.failed else 0
        manifest = current_manifest(folder)
        assert manifest is not None
        with closing(duckdb.connect(str(folder / "current" / "kpi_mart.duckdb"), read_only=True)) as mart:
            found = mart.execute(FIGURES)
            names = [column[0] for column in found.description]
            figures = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
            notes = tuple(text for (text,) in mart.execute(NOTES, {"run_id": night.run_id}).fetchall())
            missing = dict(mart.execute(MISSING).fetchall())
        return Published(manifest["business_date"], figures, verdict.lines, exit_code, notes, missing)


def rows_to_live_through(failures: Failures) -> list[Any]:
    """The rows as parameters of a test."""
    return [pytest.param(row, id=row.id, marks=[pytest.mark.torture] if row.long else []) for row in failures.rows]


def project_with(texts: dict[str, tuple[str, str]], *left_out: str) -> Project:
    """The shipped project without some sources, with one text replaced in each of these files."""
    kept = dict(project_without(*left_out).config.texts)
    for name, (old, new) in texts.items():
        assert old in kept[name]
        kept[name] = kept[name].replace(old, new, 1)
    return load_project(config_from_texts(kept))


def assert_as_the_table_says(failures: Failures, row: Row, found: Spoilt, nights: Nights, objects: set[str]) -> None:
    """Exit code, lines, loads and published file of a night are those of the row."""
    outcome = failures.outcome(row)
    assert found.exit_code == outcome.exit_code
    assert_told(row, found)
    lacking = objects - found.loaded
    assert lacking == (objects if outcome.lacks == "all" else set(outcome.lacks))
    assert found.refused.keys() == outcome.refused.keys()
    assert all(parts in ("some", found.refused[name]) for name, parts in outcome.refused.items())
    assert found.tries == row.tries
    assert_published(failures, row, found, nights)


def assert_told(row: Row, found: Spoilt) -> None:
    """Every line is one line that says what, why and what to do; silence has to show in the published file."""
    assert all("\n" not in line and line.count(": ") >= 2 for line in found.lines)
    for pattern in row.told:
        assert [line for line in found.lines if re.search(pattern, line)], (pattern, found.lines)
    if row.told:
        assert [line for line in found.lines if row.remedy in line], (row.remedy, found.lines)
    else:
        assert found.lines == ()


def assert_published(failures: Failures, row: Row, found: Spoilt, nights: Nights) -> None:
    """The figure that was touched says so; what the source has no part in is as if nothing had happened."""
    if failures.outcome(row).is_held:
        assert (found.published.business_date, found.published.figures) == (str(GOOD_MORNING), nights.before.figures)
        return
    wanted = failures.outcome(row).figure
    undisturbed = nights.undisturbed.published
    assert found.published.business_date == str(SPOILT_MORNING)
    assert found.published.without(failures.feeds) == undisturbed.without(failures.feeds) != []
    assert wanted is not None
    figure = found.published.figure(wanted)
    assert (figure["status"], figure["trust"]) == (wanted.status, wanted.trust)
    for name in ("status_reason", "trust_reason"):
        assert re.fullmatch(getattr(wanted, name), figure[name] or ""), (name, figure[name])
    assert found.published.missing == row.missing
    for pattern in row.noted:
        assert [text for text in found.published.notes if re.search(pattern, text)], (pattern, found.published.notes)
    # nothing is silent: what no line tells, the file says itself, unless it is as it would have been
    says_so = figure["trust"] == "caution" or row.noted or row.missing
    assert row.told or says_so or found.published.figures == undisturbed.figures
    known = {"undisturbed": undisturbed, "before": nights.before}
    if wanted.value in known:
        assert figure["value"] == known[wanted.value].figure(wanted)["value"] is not None
    elif wanted.value == "unknown":
        assert figure["value"] is None
    else:
        assert figure["value"] not in (None, undisturbed.figure(wanted)["value"])
