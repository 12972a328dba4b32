"""Persons are numbers: the same id keeps its number, and nothing about the number or its row tells the id."""

from __future__ import annotations

from itertools import count

from pipelines.inbox import Persons, source_id_hmac

PEPPER = b"a test pepper"


def test_the_same_id_keeps_its_number() -> None:
    persons = Persons(PEPPER)
    first, second, again = persons.keys_for("lead", ["L1", "L2", "L1"])
    assert first == again != second
    assert persons.keys_for("lead", ["L1"]) == [first]


def test_the_same_id_of_another_source_is_another_person() -> None:
    persons = Persons(PEPPER)
    assert persons.keys_for("lead", ["1"]) != persons.keys_for("customer", ["1"])


def test_a_number_has_63_bits_and_is_never_0_or_taken() -> None:
    numbers = iter([0, 7, 8, 7, 8, 9])
    persons = Persons(PEPPER, known=[(7, "lead", "x", None)], draw=lambda: next(numbers))
    assert persons.keys_for("lead", ["L1", "L2"]) == [8, 9]
    assert all(0 < key < 2**63 for key in Persons(PEPPER).keys_for("lead", [str(one) for one in range(50)]))


def test_only_new_persons_are_to_be_stored() -> None:
    numbers = count(1)
    before = Persons(PEPPER, draw=lambda: next(numbers))
    before.keys_for("lead", ["L1"])
    stored = [tuple(row.values()) for row in before.new_rows().to_pylist()]
    after = Persons(PEPPER, known=stored, draw=lambda: next(numbers))
    assert after.keys_for("lead", ["L1", "L2"]) == [1, 2]
    assert after.new_rows().to_pylist() == [
        {"person_key": 2, "source": "lead", "source_id_hmac": source_id_hmac("L2", PEPPER), "source_id": "L2"}
    ]


def test_an_address_is_the_same_person_in_any_case() -> None:
    assert source_id_hmac(" Jan@Example.com", PEPPER) == source_id_hmac("jan@example.com", PEPPER)
    assert source_id_hmac("L1", PEPPER) != source_id_hmac("l1", PEPPER)


def test_an_id_that_looks_like_an_address_is_never_kept() -> None:
    persons = Persons(PEPPER)
    ids = ["jan@example.com", "Jan%40Example.com", "mail to: jan@example.com", "hmac:0123456789abcdef", " C-7 "]
    persons.keys_for("customer", ids)
    assert [row["source_id"] for row in persons.new_rows().to_pylist()] == [None, None, None, "C-7"]


def test_a_person_who_was_known_without_an_id_gets_it_when_it_comes_again() -> None:
    hashed = [source_id_hmac(one, PEPPER) for one in ("L1", "L2", "jan@example.com")]
    known = [(1, "lead", hashed[0], None), (2, "lead", hashed[1], "L2"), (3, "lead", hashed[2], None)]
    persons = Persons(PEPPER, known)
    assert persons.keys_for("lead", ["L1", "L2", "jan@example.com"]) == [1, 2, 3]
    assert persons.named_again() == {1: "L1"}
    assert persons.new_rows().num_rows == 0
