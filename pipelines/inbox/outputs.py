"""The rows that kinds become where that is more than a copy: merges and refunds split off, defaults made explicit.

Works on whole typed tables; which kind uses what stands in `kinds`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.inbox.number_cells import MONEY
from pipelines.inbox.shapes import RowRule

NOTHING = pa.scalar(Decimal(0), MONEY)
# twenty years with their leap days
LONGEST_PERIOD_DAYS = 7305
# what stages are called that close a deal, without spaces, hyphens and underscores
CLOSING_STAGES = {"won": ("won", "closedwon"), "lost": ("lost", "closedlost")}


def all_but(*names: str) -> Callable[[pa.Table], pa.Table]:
    """Every column except these."""

    def select(prepared: pa.Table) -> pa.Table:
        return prepared.drop_columns(list(names))

    return select


def merges(key: str, survivor: str) -> Callable[[pa.Table], pa.Table]:
    """The records that were merged away; one that names itself stands for itself and was not merged."""

    def select(prepared: pa.Table) -> pa.Table:
        is_merged = pc.fill_null(pc.not_equal(prepared[survivor], prepared[key]), False)
        return prepared.select([key, survivor, "part"]).filter(is_merged)

    return select


def refunds(prepared: pa.Table) -> pa.Table:
    """Money given back: of orders that count, and of credit notes, which are orders of a negative amount."""
    rows = pa.table(
        {
            "order_id": prepared["order_id"],
            "refunded_at": _refunded_at(prepared),
            "refunded_amount": _refunded_amount(prepared),
            "currency": prepared["currency"],
            "part": prepared["part"],
        }
    )
    return rows.filter(_gives_money_back(prepared))


def with_level(typed: pa.Table) -> pa.Table:
    """Ad costs that do not say so are of an advertisement when they name one, else of a campaign."""
    guessed = pc.if_else(pc.is_null(typed["ad"]), "campaign", "ad")
    place = typed.column_names.index("level")
    return typed.set_column(place, "level", pc.coalesce(typed["level"], guessed))


def with_status(typed: pa.Table) -> pa.Table:
    """Deals that do not say so are won or lost when their stage clearly is, else open."""
    stage = pc.replace_substring_regex(pc.utf8_lower(typed["stage"]), r"[\s_-]+", "")
    is_won, is_lost = (pc.is_in(stage, value_set=pa.array(CLOSING_STAGES[status])) for status in ("won", "lost"))
    guessed = pc.if_else(is_won, "won", pc.if_else(is_lost, "lost", "open"))
    place = typed.column_names.index("status")
    return typed.set_column(place, "status", pc.coalesce(typed["status"], guessed))


WON_WITHOUT_DAY = RowRule(
    "closed_at",
    "won without the day it was won",
    "give the day it was won in closed_at",
    lambda typed: pc.and_(pc.equal(typed["status"], "won"), pc.is_null(typed["closed_at"])),
)


def ends_before_start(start: str, end: str) -> RowRule:
    """A span of days that ends before it starts."""
    return RowRule(
        end,
        f"it lies before {start}",
        f"correct one of the two: {end} is the last day that counts",
        lambda typed: pc.less(typed[end], typed[start]),
    )


def is_too_long(start: str, end: str) -> RowRule:
    """A span of days so long that one of its years is a slip."""
    return RowRule(
        end,
        f"it lies more than 20 years after {start}",
        f"correct the year of {start} or {end}, or split the cost into shorter periods",
        lambda typed: pc.greater(pc.days_between(typed[start], typed[end]), LONGEST_PERIOD_DAYS),
    )


REFUND_RULES = (
    RowRule(
        "refunded_at",
        "money was given back, but not when",
        "give the day of the refund in refunded_at",
        lambda typed: pc.and_(_gives_money_back(typed), pc.is_null(_refunded_at(typed))),
    ),
    RowRule(
        "refunded_amount",
        "there was a refund, but not of how much",
        "give refunded_amount, or leave refunded_at empty",
        lambda typed: pc.and_(
            pc.and_(pc.equal(typed["status"], "paid"), pc.invert(_is_credit_note(typed))),
            pc.and_(pc.is_valid(typed["refunded_at"]), pc.is_null(typed["refunded_amount"])),
        ),
    ),
    RowRule(
        "refunded_amount",
        "it contradicts the negative net_amount of the credit note",
        "leave refunded_amount empty: a credit note gives back its own amount",
        lambda typed: pc.and_(
            _is_credit_note(typed),
            pc.and_(
                pc.greater(pc.coalesce(typed["refunded_amount"], NOTHING), NOTHING),
                pc.not_equal(pc.coalesce(typed["refunded_amount"], NOTHING), pc.negate(typed["net_amount"])),
            ),
        ),
    ),
)


def _is_credit_note(typed: pa.Table) -> pa.ChunkedArray:
    return pc.less(typed["net_amount"], NOTHING)


def _refunded_amount(typed: pa.Table) -> pa.ChunkedArray:
    """What was given back: the whole order when the status says refunded and no amount is named."""
    when_empty = pc.if_else(pc.equal(typed["status"], "refunded"), typed["net_amount"], NOTHING)
    named = pc.coalesce(typed["refunded_amount"], when_empty)
    return pc.if_else(_is_credit_note(typed), pc.negate(typed["net_amount"]), named)


def _refunded_at(typed: pa.Table) -> pa.ChunkedArray:
    """When it was given back: a credit note without day of refund counts on its own day."""
    own_day = pc.coalesce(typed["refunded_at"], typed["ordered_at"])
    return pc.if_else(_is_credit_note(typed), own_day, typed["refunded_at"])


def _gives_money_back(typed: pa.Table) -> pa.ChunkedArray:
    counts = pc.is_in(typed["status"], value_set=pa.array(["paid", "refunded"]))
    return pc.and_(counts, pc.greater(_refunded_amount(typed), NOTHING))
