"""After a ruling the parts that count are those of a warehouse that never got the load, or that took it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.failures import WrongUse
from pipelines.loads import (
    ROWS,
    Arrival,
    Control,
    Gate,
    Occasion,
    Ruled,
    Ruling,
    create_meta_tables,
    current_cut,
    ensure_raw_table,
    fix_cut,
    rule,
    store,
    store_again,
)

FIRST_DAY = date(2026, 9, 1)
NOW = datetime(2026, 9, 8, 6, 0, tzinfo=UTC).replace(tzinfo=None)
GATE = Gate("cost", minimum=10, minimum_rows=2, also=(ROWS,))
CONTROLLED = replace(GATE, control=Control("total", "raw.total", "cost", minimum=10))
OBJECTS = ("spend", "large", "total")
Row = tuple[str, str, int]


@dataclass(frozen=True)
class Read:
    """One read: of spend, with its large rows split off into an object of their own, or of the control total."""

    rows: tuple[Row, ...]
    of: str = "spend"
    is_full: bool = False
    gate: Gate | None = None
    also_read: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    keeps_unchanged: bool = False
    is_withheld: bool = False

    def arrivals(self) -> list[Arrival]:
        mentioned = {part for part, _, _ in self.rows} | self.also_read
        main = self._arrival(self.of, self.rows, self.gate, mentioned)
        if self.of == "total":
            return [main]
        return [main, self._arrival("large", [row for row in self.rows if row[2] >= 50], None, mentioned)]

    def _arrival(self, name: str, rows: Sequence[Row], gate: Gate | None, mentioned: set[str]) -> Arrival:
        table = pa.table(
            {
                "part": pa.array([row[0] for row in rows], pa.string()),
                "campaign": pa.array([row[1] for row in rows], pa.string()),
                "cost": pa.array([Decimal(row[2]) for row in rows], pa.decimal128(18, 6)),
            }
        )
        return Arrival(
            name,
            f"raw.{name}",
            ("part", "campaign"),
            table,
            parts_read=frozenset(mentioned),
            full=self.is_full,
            parts_kept=self.kept,
            keep_unchanged=self.keeps_unchanged,
            gate=gate,
            flags={"subject_to_thresholding": self.is_withheld},
        )


class Books:
    """A warehouse in memory; one business day per read."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": "1"})
        create_meta_tables(self.connection)
        for read in (Read(()), Read((), of="total")):
            for arrival in read.arrivals():
                ensure_raw_table(self.connection, arrival)
        self.days = 0

    def emptied(self) -> Books:
        """The same warehouse without a load."""
        kept = ("load", "load_part", "load_confirmation", "ruling", "ruled_part")
        for table in (*(f"meta.{name}" for name in kept), *(f"raw.{name}" for name in OBJECTS)):
            self.connection.execute(f"delete from {table}")
        self.days = 0
        return self

    def take(self, read: Read) -> int:
        """The first load of the read."""
        return store(self.connection, read.arrivals(), self._occasion())[0].load_id

    def take_again(self) -> int:
        """The newest export of spend comes again, word for word."""
        store_again(self.connection, ["spend", "large"], self._occasion())
        return self.newest() - 1

    def skip(self) -> None:
        self.days += 1

    def rule(self, action: Any, load_id: int, part: str | None = None) -> Ruled:
        return rule(self.connection, Ruling(action, load_id, "a reason", NOW, part))

    def newest(self) -> int:
        return int(self.rows("select max(load_id) from meta.load")[0][0])

    def is_refused(self, load_id: int) -> bool:
        return (1,) in self.rows(f"select 1 from meta.load_part where state = 'refused' and load_id >= {load_id}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def counting(self, cut: dict[str, int] | None = None) -> dict[str, list[tuple[Any, ...]]]:
        """What counts: rows, parts with their day, and how far each object was read."""
        fix_cut(self.connection, current_cut(self.connection) if cut is None else cut, FIRST_DAY)
        found = {
            name: self.rows(
                f"""select r.part, r.campaign, r.cost from raw.{name} as r inner join meta.current_part as p
                on p.object = '{name}' and p.part = r.part and p.load_id = r.load_id order by all"""
            )
            for name in OBJECTS
        }
        found["parts"] = self.rows("select object, part, as_of from meta.current_part order by all")
        found["read until"] = self.rows("select object, as_of from meta.current_source order by all")
        return found

    def states(self) -> dict[tuple[Any, ...], str]:
        """The state of every part that a read recorded, by the day of the read."""
        found = self.rows(
            """select l.business_date, p.object, p.part, p.state from meta.load_part as p
            inner join meta.load as l using (load_id) where l.source <> 'ruling'"""
        )
        return {row[:-1]: row[-1] for row in found}

    def _occasion(self) -> Occasion:
        self.days += 1
        return Occasion("file", "run", FIRST_DAY + timedelta(days=self.days), NOW)


@pytest.fixture(scope="module")
def two_warehouses() -> Iterator[tuple[Books, Books]]:
    """Made once: making the tables takes longer than filling them."""
    both = Books(), Books()
    with closing(both[0].connection), closing(both[1].connection):
        yield both


@pytest.fixture
def books(two_warehouses: tuple[Books, Books]) -> Books:
    return two_warehouses[0].emptied()


def spend(*rows: Row, **told: Any) -> Read:
    return Read(rows, **told)


# ---- random histories ----

EXAMPLES = 25

# few contents, so that the same comes again often; the empty one is a part that was read and held nothing
VERSIONS = {
    "empty": (),
    "small": (("a", 4),),
    "even": (("a", 10), ("b", 10)),
    "large": (("a", 60), ("b", 60)),
    "mixed": (("a", 60), ("b", 10)),
}
parts = st.sampled_from(["p1", "p2", "p3"])
contents = st.dictionaries(parts, st.sampled_from([*VERSIONS]), max_size=3)


def read_of(versions: dict[str, str], **told: Any) -> Read:
    rows = tuple((part, *row) for part, version in versions.items() for row in VERSIONS[version])
    return Read(rows, also_read=frozenset(versions), **told)


spends = st.builds(
    read_of,
    contents,
    is_full=st.booleans(),
    gate=st.sampled_from([GATE, CONTROLLED, None]),
    kept=st.sampled_from([frozenset[str](), frozenset({"p1"})]),
    is_withheld=st.booleans(),
)
totals = st.builds(
    read_of,
    contents,
    of=st.just("total"),
    gate=st.sampled_from([Gate("cost", minimum=10), None]),
    keeps_unchanged=st.just(True),
)
AGAIN = "the last export of spend again"
reads = st.lists(st.one_of(spends, spends, spends, totals, st.just(AGAIN)), min_size=3, max_size=7)


def of_one_kind(history: Sequence[Read | str], keeps_unchanged: bool) -> list[Read | str]:
    """The history with unchanged parts of spend kept or not, which a kind decides once."""
    return [
        replace(read, keeps_unchanged=keeps_unchanged) if isinstance(read, Read) and read.of == "spend" else read
        for read in history
    ]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), reads, st.booleans())
def test_a_ruling_leaves_what_a_warehouse_holds_that_never_got_the_load_or_took_it(
    two_warehouses: tuple[Books, Books], data: st.DataObject, history: list[Read | str], keeps_unchanged: bool
) -> None:
    real, other = (one.emptied() for one in two_warehouses)
    history = of_one_kind(history, keeps_unchanged)
    places = [place for place, read in enumerate(history) if isinstance(read, Read)]
    if not places:
        return
    subjects = data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=2, unique=True), "ruled on")
    ruled_at = {place: data.draw(st.integers(place, len(history) - 1), "ruled after") for place in subjects}
    actions: dict[int, str] = {}
    load_ids: dict[int, int] = {}
    repeated: dict[int, int] = {}
    skipped: set[int] = set()
    last = None
    for place, read in enumerate(history):
        if isinstance(read, Read):
            load_ids[place] = real.take(read)
            last = place if read.of == "spend" else last
        elif last is None or actions.get(last) == "retract" or real.is_refused(load_ids[last]):
            skipped.add(place)
            real.skip()
        else:
            real.take_again()
            repeated[place] = last
        for subject in [one for one in subjects if ruled_at[one] == place]:
            before = current_cut(real.connection)
            counted = real.counting(before)
            load_id = load_ids[subject]
            is_refused = bool(
                real.rows(
                    f"""select 1 from meta.load_part inner join meta.load using (load_id)
                    where fetch_id = {load_id} and state = 'refused'"""
                )
            )
            wanted = data.draw(st.sampled_from(["accept", "retract"] if is_refused else ["retract"]), "action")
            actions[subject] = wanted
            real.rule(wanted, load_id)
            assert real.counting(before) == counted
    for place, read in enumerate(history):
        if place in skipped or actions.get(place) == "retract":
            other.skip()
        elif isinstance(read, Read):
            other.take(replace(read, gate=None) if actions.get(place) == "accept" else read)
        else:
            again = history[repeated[place]]
            assert isinstance(again, Read)
            other.take(replace(again, gate=None) if actions.get(repeated[place]) == "accept" else again)
    assert real.counting() == other.counting()
    expected = other.states()
    retracted = {FIRST_DAY + timedelta(days=place + 1) for place, action in actions.items() if action == "retract"}
    for key, state in real.states().items():
        assert state == ("retracted" if key[0] in retracted else expected.get(key, "unchanged")), key


# ---- single cases ----


def test_a_key_that_only_the_retracted_load_had_is_gone_and_its_part_was_never_there(books: Books) -> None:
    books.take(spend(("p1", "a", 10)))
    wrong = books.take(spend(("p1", "b", 20), ("p2", "a", 30)))
    ruled = books.rule("retract", wrong)
    counting = books.counting()
    assert counting["spend"] == [("p1", "a", Decimal(10))]
    assert [part for name, part, _ in counting["parts"] if name == "spend"] == ["p1"]
    (large, main) = ruled.changed
    assert (main.object, main.parts, main.rows_before, main.rows_after) == ("spend", 2, 2, 1)
    assert (large.object, large.parts) == ("large", 0)


def test_what_a_retracted_full_export_withdrew_is_there_again(books: Books) -> None:
    books.take(spend(("p1", "a", 10), ("p2", "a", 60)))
    books.rule("retract", books.take(spend(("p1", "a", 10), is_full=True)))
    assert [row[0] for row in books.counting()["spend"]] == ["p1", "p2"]
    assert [row[0] for row in books.counting()["large"]] == ["p2"]


def test_what_a_later_load_found_unchanged_stays_and_is_of_its_day(books: Books) -> None:
    wrong = books.take(spend(("p1", "a", 10)))
    again = books.take(spend(("p1", "a", 10)))
    ruled = books.rule("retract", wrong)
    assert ruled.brought_again_by == (again,)
    assert books.counting()["parts"][-1] == ("spend", "p1", FIRST_DAY + timedelta(days=2))
    books.rule("retract", again)
    assert books.counting()["spend"] == books.counting()["parts"] == books.counting()["read until"] == []


def test_a_part_that_was_refused_because_of_an_inflated_one_counts(books: Books) -> None:
    books.take(spend(("p1", "a", 10), ("p1", "b", 10)))
    inflated = books.take(spend(("p1", "a", 60), ("p1", "b", 60)))
    right = books.take(spend(("p1", "a", 10), ("p1", "b", 25), gate=GATE))
    assert books.is_refused(right)
    books.rule("retract", inflated)
    assert [row[2] for row in books.counting()["spend"]] == [10, 25]
    assert not books.is_refused(right)


def test_one_part_of_a_load_can_be_accepted(books: Books) -> None:
    books.take(spend(("p1", "a", 60), ("p1", "b", 60), ("p2", "a", 60), ("p2", "b", 60)))
    fallen = books.take(spend(("p1", "a", 1), ("p1", "b", 1), ("p2", "a", 1), ("p2", "b", 1), gate=GATE))
    books.rule("accept", fallen, "p2")
    assert [row[2] for row in books.counting()["spend"]] == [60, 60, 1, 1]
    books.rule("accept", fallen)
    assert [row[2] for row in books.counting()["spend"]] == [1, 1, 1, 1]


def test_a_load_that_was_accepted_can_be_retracted_and_every_cut_stays_as_it_was(books: Books) -> None:
    books.take(spend(("p1", "a", 60), ("p1", "b", 60)))
    fallen = books.take(spend(("p1", "a", 1), ("p1", "b", 1), gate=GATE))
    cuts = [current_cut(books.connection)]
    for action in ("accept", "retract"):
        books.rule(action, fallen)
        cuts.append(current_cut(books.connection))
    costs = [[int(row[2]) for row in books.counting(cut)["spend"]] for cut in cuts]
    assert costs == [[60, 60], [1, 1], [60, 60]]
    assert (books.states()[FIRST_DAY + timedelta(days=2), "spend", "p1"]) == "retracted"


def test_what_is_refused_is_told_as_it_was_at_the_cut(books: Books) -> None:
    books.take(spend(("p1", "a", 60), ("p1", "b", 60)))
    fallen = books.take(spend(("p1", "a", 1), ("p1", "b", 1), gate=GATE))
    cuts = [current_cut(books.connection)]
    for action in ("accept", "retract"):
        books.rule(action, fallen)
        cuts.append(current_cut(books.connection))
    found = []
    for cut in cuts:
        fix_cut(books.connection, cut, FIRST_DAY)
        found.append(books.rows("select object, part, load_id from meta.refused_part"))
    assert found == [[("spend", "p1", fallen)], [], []]


def test_retracting_a_control_judges_what_was_held_against_it(books: Books) -> None:
    inflated = books.take(Read((("p1", "all", 60),), of="total"))
    refused = books.take(spend(("p1", "a", 10), gate=CONTROLLED))
    assert books.is_refused(refused)
    books.rule("retract", inflated)
    assert [row[2] for row in books.counting()["spend"]] == [10]


def test_no_raw_row_is_touched(books: Books) -> None:
    first, second = (books.take(spend(("p1", "a", cost))) for cost in (10, 20))
    before = books.rows("select * from raw.spend order by all")
    for load_id in (second, first):
        books.rule("retract", load_id)
    assert books.rows("select * from raw.spend order by all") == before


def test_parts_that_were_refused_before_terms_were_noted_stay_refused(books: Books) -> None:
    books.take(spend(("p1", "a", 60), ("p1", "b", 60)))
    wrong = books.take(spend(("p2", "a", 60)))
    books.take(spend(("p1", "a", 1), ("p1", "b", 1), gate=GATE))
    books.connection.execute("update meta.load set judged_by = null, fetch_id = null")
    books.rule("retract", wrong)
    assert [row[2] for row in books.counting()["spend"]] == [60, 60]


def test_what_was_confirmed_is_kept_in_a_row_for_each_load_that_it_came_with(books: Books) -> None:
    rows = tuple((f"p{number}", "a", 1) for number in range(100))
    books.take(spend(*rows))
    books.take(spend(*rows[:99], ("p99", "a", 2)))
    books.take(spend(*rows[:99], ("p99", "a", 2)))
    confirmed = books.rows(
        """select rows_from, len(parts), part_count from meta.load_confirmation inner join meta.load using (load_id)
        where object = 'spend' order by load_id, rows_from"""
    )
    assert confirmed == [(1, 99, 99), (1, None, 99), (3, None, 1)]


@pytest.mark.parametrize(
    ("action", "load_id", "note", "why"),
    [
        ("retract", 99, "why", "load 99: there is no such load: see `kpi loads`"),
        ("accept", 1, "why", "load 1: no part of it is refused: see `kpi loads --refused`"),
        ("retract", 1, " ", "load 1: the note is empty: say why with --note"),
        ("retract", 3, "why", "load 3: it was retracted already: see `kpi loads`"),
        ("accept", 3, "why", "load 3: it was retracted already: see `kpi loads`"),
        ("retract", 5, "why", "load 5: it is a ruling, which is not taken back: deliver the data again, as a new file"),
    ],
)
def test_what_cannot_be_ruled_is_said_and_changes_nothing(
    books: Books, action: Any, load_id: int, note: str, why: str
) -> None:
    books.take(spend(("p1", "a", 60)))
    books.rule("retract", books.take(spend(("p1", "a", 60), ("p2", "a", 60))))
    before = books.rows("select * from meta.load order by all"), books.states()
    with pytest.raises(WrongUse) as refused:
        rule(books.connection, Ruling(action, load_id, note, NOW))
    assert str(refused.value).startswith(why)
    assert (books.rows("select * from meta.load order by all"), books.states()) == before


def test_an_address_in_a_note_is_masked(books: Books) -> None:
    wrong = books.take(spend(("p1", "a", 60)))
    rule(books.connection, Ruling("retract", wrong, "says jan@example.org", NOW))
    assert books.rows("select distinct note from meta.ruling") == [("says (address)",)]
