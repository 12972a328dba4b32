"""How fast sales answered leads: the first contact of each, and the middle and slow end of a period."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.formulas import Formula, Key, Parts, Subject
from pipelines.sandbox.answer_key.money import decimal, rounded
from pipelines.sandbox.answer_key.people import Person
from pipelines.sandbox.answer_key.periods import GRAINS, period_start
from pipelines.sandbox.answer_key.tally import TOTAL

NO_CONTACT = {"planned", "scheduled", "cancelled", "canceled", "no_show", "no show"}
OF_ACTIVITIES = (("crm_leads",), ("crm_activities",))


def first_contacts(books: Books) -> dict[str, datetime]:
    """The first contact with each person from the lead's creation on."""
    found: dict[str, datetime] = {}
    for one in books.truth.crm.activities:
        person = books.people.of_lead(one.lead_id)
        is_contact = one.type.lower() in books.rules.contact_types and one.status not in NO_CONTACT
        if person and is_contact and books.clock.counted_day(one.occurred_at) and one.occurred_at >= person.created_at:
            found[person.person_id] = min(one.occurred_at, found.get(person.person_id, one.occurred_at))
    return found


def response_seconds(person: Person, contact: datetime) -> int:
    """How long the lead waited; moments are told to the second."""
    return int(contact.timestamp()) - int(person.created_at.timestamp())


def _values(books: Books) -> dict[Key, Parts]:
    contacts = first_contacts(books)
    waited: dict[tuple[str, date, str, str], list[int]] = {}
    for person in books.persons:
        contact = contacts.get(person.person_id)
        if contact is None:
            continue
        for grain in GRAINS:
            for cell in (TOTAL, ("channel", person.channel)):
                place = (grain, period_start(grain, person.created_day), *cell)
                waited.setdefault(place, []).append(response_seconds(person, contact))
    values: dict[Key, Parts] = {}
    for place, seconds in waited.items():
        seconds.sort()
        middle = Fraction(seconds[len(seconds) // 2] + seconds[(len(seconds) - 1) // 2], 2)
        # the least in which nine of ten were answered
        slow = next(one for number, one in enumerate(seconds, 1) if 10 * number >= 9 * len(seconds))
        values["lead_response_time_median", *place] = (_hours(middle), None)
        values["lead_response_time_p90", *place] = (_hours(slow), None)
    return values


def _hours(seconds: Fraction | int) -> Decimal:
    return decimal(rounded(Fraction(seconds) / 3600, 6))


RESPONSE_TIMES = Subject(
    values=_values,
    sources=dict.fromkeys(("response_median", "response_p90"), OF_ACTIVITIES),
    never_summed=(
        Formula("lead_response_time_median", "response_median"),
        Formula("lead_response_time_p90", "response_p90"),
    ),
)
