"""Erased persons are nowhere any more, and no figure, closed month or replay tells that they are gone."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from nightly import (
    PEPPER,
    build_hashes,
    differing,
    new_warehouse,
    night_of_files,
    project_without,
    read_files,
    tiny_truth,
)

from pipelines.backups import backup, write_anew
from pipelines.build import Project, build
from pipelines.configuration import config_from_texts
from pipelines.definitions import load_project
from pipelines.engines.duckdb import Warehouse
from pipelines.erasing import Erasure, carry_over_acts, erase, erase_again, read_by_any
from pipelines.failures import DataFailed, WrongUse
from pipelines.inbox import source_id_hmac
from pipelines.intake import Night
from pipelines.loads import BESIDE_CONTENT, current_cut, stored_hashes
from pipelines.sandbox.exports import write_exports
from pipelines.snapshots import (
    BY_HAND,
    Cell,
    Certifier,
    Due,
    FrozenMonth,
    breaks,
    close_month,
    replay,
    version_of,
)

pytestmark = pytest.mark.nights

TODAY, AUGUST = tiny_truth().today, date(2026, 8, 1)
# one with a deal and stages, one with an order, one into whom another record was merged
LEADS = ("L-000003", "L-000023", "P-both-merged")
# one of whose order a part was given back
CUSTOMER = "C-391"
NAMED_IN = {"raw.person.source_id", "raw.lead.lead_id", "meta.rejected_row.value"}
Row = dict[str, str]


@dataclass(frozen=True)
class Company:
    """A company without APIs on its last morning: an inbox that was taken in, a warehouse with a closed month."""

    inbox: Path
    warehouse: Warehouse

    def connected(self) -> closing[duckdb.DuckDBPyConnection]:
        return closing(new_warehouse(self.warehouse.path))


@cache
def project() -> Project:
    """Of a company of files alone, which lets a file count of which every row is wrong."""
    texts, share = dict(project_without("ga4", "mailchimp").config.texts), "stop_above_share_rejected: "
    assert f"{share}0.5" in texts["sources.yaml"]
    texts["sources.yaml"] = texts["sources.yaml"].replace(f"{share}0.5", f"{share}1")
    return load_project(config_from_texts(texts))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    write_exports(tiny_truth(), folder / "inbox", TODAY)
    wrong = folder / "inbox" / "orders" / "wrong.csv"
    wrong.write_text(
        "order_id,ordered_at,status,net_amount,currency,lead_id\n"
        "X-1,2026-08-01,see L-000003,5,EUR,\nX-2,2026-08-01,L-0000031,5,EUR,\n"
    )
    with closing(new_warehouse(folder / "warehouse.duckdb")) as connection:
        night_of_files(connection, folder / "inbox", TODAY, project())
        close_month(connection, project().tables, Due(AUGUST, BY_HAND), run_id="close")
    return folder


@pytest.fixture
def company(kept: Path, tmp_path: Path) -> Company:
    shutil.copytree(kept, tmp_path / "one")
    return Company(tmp_path / "one" / "inbox", Warehouse(tmp_path / "one" / "warehouse.duckdb", 1))


@pytest.fixture
def connection(company: Company) -> Iterator[duckdb.DuckDBPyConnection]:
    with company.connected() as one:
        yield one


def hashed(*ids: str) -> list[str]:
    return [source_id_hmac(one, PEPPER) for one in ids]


def erased(connection: duckdb.DuckDBPyConnection, source: str, *ids: str, note: str = "") -> Erasure:
    read = read_by_any(connection, project())
    return erase(connection, source, hashed(*ids), read=read, pepper=PEPPER, note=note)


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def tables_of(connection: duckdb.DuckDBPyConnection) -> list[str]:
    names = rows_of(connection, "select schema_name || '.' || table_name from duckdb_tables() where not internal")
    return sorted(name for (name,) in names)


def everything(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """What every table holds, whatever the order of its rows."""
    return {
        name: rows_of(connection, f"select count(*), sum(hash(t)) from {name} as t") for name in tables_of(connection)
    }


def places(connection: duckdb.DuckDBPyConnection, *ids: str) -> set[str]:
    """Every column of every table in which one of the ids stands as a word of its own."""
    word = rf"(^|[^\w-])({'|'.join(map(re.escape, ids))})($|[^\w-])"
    found = set()
    for table in tables_of(connection):
        query = f"select {{}} from {table} as t where regexp_matches(cast({{}} as varchar), ?) limit 1"
        if connection.execute(query.format(1, "t"), [word]).fetchall():
            columns = [name for name, *_ in rows_of(connection, f"describe {table}")]
            named = [f'"{name}"' for name in columns]
            found |= {
                f"{table}.{one.strip(chr(34))}"
                for one in named
                if connection.execute(query.format(1, one), [word]).fetchall()
            }
    return found


def hashes(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return build_hashes(connection, project().tables, same_warehouse=True)


def test_the_ids_stand_nowhere_and_their_rows_are_blank(connection: duckdb.DuckDBPyConnection) -> None:
    assert places(connection, "L-000003") == NAMED_IN
    done = erased(connection, "lead", *LEADS)
    assert (done.persons, done.values_blanked, done.unknown, done.before) == (3, 1, frozenset(), frozenset())
    assert places(connection, *LEADS) == set()
    listed = ", ".join(f"'{one}'" for one in hashed(*LEADS))
    assert rows_of(connection, f"select 1 from raw.person where source_id_hmac in ({listed})") == []
    blank = "select count(*), count(scored_at), count(company_id) from raw.lead where lead_id is null"
    assert rows_of(connection, blank) == [(3, 0, 0)]
    # what tables read of them stays, and so does everybody else
    assert rows_of(connection, "select count(*) from raw.lead where created_at is null") == [(0,)]
    assert rows_of(connection, "select count(*) from raw.lead where lead_id is not null") == [(135,)]
    told = "select value, value_kind, value_length from meta.rejected_row order by line"
    assert rows_of(connection, told) == [(None, "text", 12), ("L-0000031", "text", 9)]


def test_the_act_is_recorded_without_an_id(connection: duckdb.DuckDBPyConnection) -> None:
    # a column of deals that no table reads
    connection.execute("update raw.deal set term_months = 12")
    done = erased(connection, "lead", *LEADS, note="request of 3 September")
    found = rows_of(connection, "select * exclude (erased_at) from meta.erasure")
    assert found == [(1, "lead", 3, done.rows_blanked, 1, "request of 3 September")]
    assert done.rows_blanked > 3
    listed = rows_of(connection, "select erasure_id, source, source_id_hmac from meta.erased_person order by all")
    assert listed == sorted((1, "lead", one) for one in hashed(*LEADS))


def test_no_table_closed_month_or_replay_changes(company: Company) -> None:
    with company.connected() as connection:
        before = hashes(connection)
        erased(connection, "lead", *LEADS)
        erased(connection, "customer", CUSTOMER)
        build(connection, project(), current_cut(connection), run_id="after", business_date=TODAY)
        assert differing(hashes(connection), before) == []
        assert list(breaks(connection)) == []
        version = version_of(connection, AUGUST, 1)
    with company.warehouse.beside_scratch(purpose="test") as scratch:
        assert replay(scratch, version).is_equal


def test_parts_that_hold_them_are_noted_with_the_hash_of_what_is_left(connection: duckdb.DuckDBPyConnection) -> None:
    erased(connection, "lead", *LEADS)
    # a second erasure of a part that both are in: the newer note counts
    erased(connection, "customer", CUSTOMER)
    blanked = set()
    for table in ("lead", "lead_merge", "lead_stage", "deal", "shop_order", "refund"):
        columns = [name for name, *_ in rows_of(connection, f"describe raw.{table}") if name not in BESIDE_CONTENT]
        anew = stored_hashes(f"raw.{table}", columns, f"select load_id, part from raw.{table}")
        differ = rows_of(
            connection,
            f"""select l.part, e.content_hash is not null from ({anew}) as a
            inner join meta.load_part as l on l.load_id = a.load_id and l.part = a.part and l.object = '{table}'
            left join (
                select load_id, part, arg_max(content_hash, erasure_id) as content_hash
                from meta.erased_part where object = '{table}' group by all
            ) as e on e.load_id = a.load_id and e.part = a.part
            where a.content_hash <> coalesce(e.content_hash, l.content_hash)""",
        )
        assert differ == []
        blanked |= {
            row[0] for row in rows_of(connection, f"select object from meta.erased_part where object = '{table}'")
        }
    assert blanked == {"lead", "lead_merge", "lead_stage", "deal", "shop_order"}


def test_rows_that_other_hands_changed_are_not_made_right_by_an_erasure(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("update raw.lead set source = 'elsewhere' where lead_id = 'L-000003'")
    erased(connection, "lead", "L-000003", "L-000023")
    noted = "select count(*), count(content_hash) from meta.erased_part where object = 'lead'"
    assert rows_of(connection, noted) == [(2, 1)]


@pytest.mark.parametrize("changed_by_others", [False, True], ids=["as it was", "changed by other hands"])
def test_a_closed_number_is_certified_without_the_erased_persons_names(
    company: Company, changed_by_others: bool
) -> None:
    """What is left of their rows is known by its own hash, so that a change by other hands still shows."""
    with company.connected() as connection:
        erased(connection, "lead", *LEADS)
        if changed_by_others:
            connection.execute(
                "update raw.lead set region = 'elsewhere' where part in (select part from meta.erased_part)"
            )
        version = version_of(connection, AUGUST, 1)
    with company.warehouse.beside_scratch(purpose="test") as scratch:
        certifier = Certifier(FrozenMonth(scratch, version))
        with pytest.raises(DataFailed, match="are not those that were stored") if changed_by_others else nullcontext():
            listed = [row["row"] for row in certifier.certificate(Cell("new_leads")).contributions.rows()]
            assert listed and not {f"lead {one}" for one in LEADS} & set(listed)


def test_a_column_that_an_old_text_reads_stays(connection: duckdb.DuckDBPyConnection) -> None:
    ((company,),) = rows_of(connection, "select company_id from raw.lead where lead_id = 'L-000003'")
    old = "create table staging.old as select company_id from raw.lead"
    connection.execute("insert into meta.text values ('h', 'model', 'staging.old', ?)", [old])
    erased(connection, "lead", "L-000003")
    left = "select company_id, scored_at from raw.lead where lead_id is null"
    assert company and rows_of(connection, left) == [(company, None)]


def read_rows(path: Path) -> list[Row]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def deliver(company: Company, kind: str, change: Callable[[Row], Row | None], name: str = "again.csv") -> None:
    """The export of a kind once more, with other rows."""
    (export,) = (company.inbox / kind).glob(f"{kind}_*.csv")
    rows = read_rows(export)
    path = company.inbox / kind / name
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(new for row in rows if (new := change(dict(row))) is not None)


def names_erased(row: Row) -> bool:
    persons = {*LEADS, CUSTOMER}
    return any(row.get(column) in persons for column in ("lead_id", "merged_into", "customer_id"))


def spoiled(row: Row) -> Row:
    """A row that would change sums, if it names somebody who was erased."""
    changed = {"source": "elsewhere", "amount": "9", "net_amount": "9", "stage": "customer", "segment": "other"}
    return row | {name: value for name, value in changed.items() if name in row and names_erased(row)}


def test_files_that_still_name_them_bring_nobody_back(company: Company, connection: duckdb.DuckDBPyConnection) -> None:
    erased(connection, "lead", *LEADS)
    erased(connection, "customer", CUSTOMER)
    before, persons = hashes(connection), rows_of(connection, "from raw.person")
    for kind in ("leads", "lead_stages", "deals", "orders"):
        deliver(company, kind, spoiled)
    night_of_files(connection, company.inbox, TODAY, project())
    # which rows are kept out is all that is new
    assert differing(hashes(connection), before) == ["marts.rejection"]
    assert rows_of(connection, "from raw.person") == persons
    assert places(connection, *LEADS, CUSTOMER) == set()
    taken = """select rows_in - rows_unchanged = rows_rejected, rows_new + rows_changed, rows_rejected > 0
        from meta.file where path like '%again.csv'"""
    assert rows_of(connection, taken) == 4 * [(True, 0, True)]
    told = """select distinct column_name, reason, value, value_length > 0 from meta.rejected_row
        where path like '%again.csv' order by all"""
    assert rows_of(connection, told) == [
        ("customer_id", "it names a person who was erased", None, True),
        ("lead_id", "it names a person who was erased", None, True),
        ("lead_id", "the person was erased", None, True),
        ("merged_into", "it names a person who was erased", None, True),
    ]
    # so that they neither warn nor stop a night
    assert rows_of(connection, "select distinct is_of_erased from marts.rejection where path like '%again.csv'") == [
        (True,)
    ]


@pytest.mark.parametrize("is_named", [True, False], ids=["that still names them", "that lacks them"])
def test_a_full_export_does_not_withdraw_what_is_stored_of_them(
    company: Company, connection: duckdb.DuckDBPyConnection, is_named: bool
) -> None:
    erased(connection, "lead", *LEADS)
    erased(connection, "customer", CUSTOMER)
    before = hashes(connection)
    for kind in ("leads", "lead_stages", "deals", "orders"):
        deliver(company, kind, lambda row: row if is_named or not names_erased(row) else None, "full/all.csv")
    night_of_files(connection, company.inbox, TODAY, project())
    # which rows are kept out is all that is new
    assert differing(hashes(connection), before) == ["marts.rejection"]
    assert rows_of(connection, "select sum(rows_withdrawn), count(*) from meta.file where path like '%/full/%'") == [
        (0, 4)
    ]


def test_whatever_else_is_wrong_with_such_a_row_is_not_kept(
    company: Company, connection: duckdb.DuckDBPyConnection
) -> None:
    erased(connection, "lead", "L-000003")
    (company.inbox / "leads" / "typed.csv").write_text("lead_id,created_at\nL-000003,called Jan on Monday\n")
    read_files(connection, company.inbox, project().config, Night("typed", TODAY, hold_on_failure=True))
    told = "select column_name, value, reason from meta.rejected_row where path = 'leads/typed.csv'"
    assert rows_of(connection, told) == [("lead_id", None, "the person was erased")]


def test_ids_that_are_not_known_are_told_and_the_others_are_erased(connection: duckdb.DuckDBPyConnection) -> None:
    done = erased(connection, "lead", "L-000003", "nobody", CUSTOMER)
    assert (done.persons, done.unknown) == (1, frozenset(hashed("nobody", CUSTOMER)))
    # a wrong id may be somebody else's, who comes later
    assert rows_of(connection, "select source_id_hmac from meta.erased_person") == [
        (one,) for one in hashed("L-000003")
    ]


def test_if_not_one_is_known_nothing_is_done(connection: duckdb.DuckDBPyConnection) -> None:
    before = everything(connection)
    with pytest.raises(WrongUse, match="not one of the 2 ids is known as a customer; nothing was erased"):
        erased(connection, "customer", "L-000003", "nobody")
    assert everything(connection) == before


def test_a_cell_that_mentions_an_id_makes_nobody_of_it(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(WrongUse, match="not one of the 1 ids is known as a customer"):
        erased(connection, "customer", "L-000003")


def test_somebody_of_whom_every_row_was_rejected_is_known(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "insert into meta.rejected_row (path, column_name, value) values ('leads/x.csv', 'lead_id', ' L-9')"
    )
    done = erased(connection, "lead", "L-9")
    assert (done.persons, done.values_blanked) == (0, 1)
    assert rows_of(connection, "select source_id_hmac from meta.erased_person") == [(one,) for one in hashed("L-9")]


def test_who_was_erased_before_is_told_and_nothing_more_happens(connection: duckdb.DuckDBPyConnection) -> None:
    erased(connection, "lead", *LEADS)
    before = everything(connection)
    done = erased(connection, "lead", *LEADS)
    assert (done.persons, done.before) == (0, frozenset(hashed(*LEADS)))
    assert everything(connection) == before


def test_a_note_that_names_a_person_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(WrongUse, match="it names one of the persons"):
        erased(connection, "lead", *LEADS, note="as asked by (L-000023)")
    assert rows_of(connection, "from meta.erasure") == []


def test_an_erasure_that_breaks_off_leaves_everything_as_it_was(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("alter table meta.erasure drop column note")
    before = everything(connection)
    with pytest.raises(duckdb.Error):
        erased(connection, "lead", *LEADS)
    assert everything(connection) == before


PLANTED = "Zyxwvut-Qponmlk-7418529630"


def test_the_file_holds_no_byte_of_them_after_it_was_written_anew(company: Company) -> None:
    text = f"lead_id,created_at,company_id\n{PLANTED},2026-08-03,company of {PLANTED}\n"
    (company.inbox / "leads" / "planted.csv").write_text(text)
    with company.connected() as connection:
        read_files(connection, company.inbox, project().config, Night("planted", TODAY, hold_on_failure=True))
    assert PLANTED.encode() in company.warehouse.path.read_bytes()
    with company.warehouse.opened(purpose="test") as connection:
        erased(connection, "lead", PLANTED)
        left = everything(connection)
        write_anew(connection, company.warehouse.path)
    assert PLANTED.encode() not in company.warehouse.path.read_bytes()
    assert {path.name for path in company.warehouse.path.parent.iterdir()} == {
        *("inbox", "warehouse.duckdb", "warehouse.lock", "closed-months.json")
    }
    assert f"{company.warehouse.path.stat().st_mode & 0o777:o}" == "600"
    with company.warehouse.opened(purpose="test") as connection:
        assert everything(connection) == left


def test_without_room_for_a_new_file_that_is_said_and_the_erasure_stands(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with company.warehouse.opened(purpose="test") as connection:
        erased(connection, "lead", *LEADS)
        monkeypatch.setattr("pipelines.backups.put_in_place", full_disk)
        with pytest.raises(DataFailed, match=r"could not be written anew .*No space left"):
            write_anew(connection, company.warehouse.path)
    with company.connected() as connection:
        assert rows_of(connection, "select persons from meta.erasure") == [(3,)]


def test_persons_whom_a_backup_brings_back_are_erased_again(company: Company, tmp_path: Path) -> None:
    with company.connected() as connection:
        erased(connection, "customer", CUSTOMER)
        old = backup(connection, tmp_path / "backup", datetime(2026, 9, 8, 6, tzinfo=UTC))
        erased(connection, "lead", *LEADS)
    with closing(new_warehouse(old)) as connection:
        assert places(connection, "L-000003") == NAMED_IN
        assert carry_over_acts(connection, company.warehouse.path)
        (again,) = erase_again(connection, read_by_any(connection, project()), PEPPER)
        assert (again.source, again.persons, again.values_blanked) == ("lead", 3, 1)
        assert places(connection, *LEADS, CUSTOMER) == set()
        acts = "select erasure_id, source, persons, note from meta.erasure order by erasure_id"
        assert rows_of(connection, acts) == [
            (1, "customer", 1, None),
            (2, "lead", 3, None),
            (3, "lead", 3, "again, after a restore"),
        ]
        # nobody is left to be erased, and what was carried over is not carried over twice
        assert carry_over_acts(connection, company.warehouse.path)
        assert erase_again(connection, read_by_any(connection, project()), PEPPER) == []


def test_a_replaced_warehouse_that_cannot_be_read_is_told(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "damaged.duckdb").write_bytes(b"not a database")
    assert not carry_over_acts(connection, tmp_path / "damaged.duckdb")


def test_a_replaced_warehouse_from_before_there_were_erasures_has_none(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with duckdb.connect(str(tmp_path / "older.duckdb")) as older:
        older.execute("create schema meta; create table meta.load (load_id bigint)")
    assert carry_over_acts(connection, tmp_path / "older.duckdb")
    assert rows_of(connection, "from meta.erased_person") == []
