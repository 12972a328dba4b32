"""The expected value of every KPI: two measures each, summed by period and member."""

from __future__ import annotations

from datetime import date

from pipelines.sandbox.answer_key.advertising import ADVERTISING
from pipelines.sandbox.answer_key.audience import WEBSITE_AUDIENCE
from pipelines.sandbox.answer_key.behaviours import expected_behaviours
from pipelines.sandbox.answer_key.books import Books
from pipelines.sandbox.answer_key.content import WEBSITE_CONTENT
from pipelines.sandbox.answer_key.coverage import Coverage
from pipelines.sandbox.answer_key.crm import CRM
from pipelines.sandbox.answer_key.customer_values import CUSTOMERS
from pipelines.sandbox.answer_key.emails import EMAIL
from pipelines.sandbox.answer_key.formulas import (
    BY_CAMPAIGN,
    BY_CHANNEL,
    BY_DEVICE,
    BY_LANDING_PAGE,
    BY_LEAD,
    MONTHLY,
    Formula,
    Key,
    Parts,
    Subject,
    exists_at,
)
from pipelines.sandbox.answer_key.growth import expected_growth, expected_products, expected_unbuilt
from pipelines.sandbox.answer_key.handed_in import HANDED_IN
from pipelines.sandbox.answer_key.keywords import KEYWORDS
from pipelines.sandbox.answer_key.measures import DEAL_RATE, PERSON_RATES, count_books
from pipelines.sandbox.answer_key.money import decimal
from pipelines.sandbox.answer_key.pages import PAGES
from pipelines.sandbox.answer_key.paid_videos import PAID_VIDEOS
from pipelines.sandbox.answer_key.periods import started_periods
from pipelines.sandbox.answer_key.plan import expected_plan
from pipelines.sandbox.answer_key.posts import POSTS
from pipelines.sandbox.answer_key.response_times import RESPONSE_TIMES
from pipelines.sandbox.answer_key.retention import RETENTION
from pipelines.sandbox.answer_key.rules import Rules
from pipelines.sandbox.answer_key.search import SEARCH
from pipelines.sandbox.answer_key.shopping import SHOP
from pipelines.sandbox.answer_key.stores import STORES
from pipelines.sandbox.answer_key.tally import TOTAL, Cell, Tally
from pipelines.sandbox.answer_key.visitors import expected_visitor_kpis
from pipelines.sandbox.answer_key.website import count_sessions, visible_sessions
from pipelines.sandbox.truth import Truth

FORMULAS = (
    Formula("sessions", "sessions", slices=(*BY_DEVICE, *BY_LANDING_PAGE)),
    Formula("traffic_by_channel", "sessions", slices=("channel",)),
    Formula("organic_sessions", "organic_sessions", slices=(*BY_DEVICE, "landing_page")),
    Formula("bounce_rate", "bounced_sessions", "sessions", (*BY_DEVICE, *BY_LANDING_PAGE)),
    Formula("mobile_sessions", "mobile_sessions", slices=(*BY_CHANNEL, *BY_CAMPAIGN)),
    Formula("mobile_traffic_share", "mobile_sessions", "sessions", (*BY_CHANNEL, *BY_CAMPAIGN)),
    Formula("channel_traffic_share", "sessions", "sessions", ("channel",), is_share_of_total=True),
    Formula("new_leads", "new_leads", slices=(*BY_LEAD, "origin", "device")),
    Formula("visit_to_lead_rate", "online_leads", "sessions", (*BY_DEVICE, "landing_page")),
    *(Formula(f"{stage}s", f"entered_{stage}", slices=BY_LEAD, stages=(stage,)) for stage in ("mql", "sal", "sql")),
    Formula("opportunities", "opportunities", slices=BY_LEAD, stages=("opportunity",)),
    Formula("customers", "customers", slices=BY_LEAD, stages=("customer",)),
    *(
        Formula(f"{name}_rate", f"{name}_reached", f"{name}_cohort", BY_LEAD, MONTHLY, stages=tuple(stages))
        for name, *stages in (*PERSON_RATES, (DEAL_RATE, "opportunity", "customer"))
    ),
    Formula("cpl", "cost_full", "new_leads", needs_amount=True),
    Formula("marketing_roi", "marketing_result", "cost_full", grains=MONTHLY),
    Formula("sales_cycle_days", "cycle_days", "customers_with_lead", (*BY_CHANNEL, "segment"), grains=MONTHLY),
)

SUBJECTS: tuple[Subject, ...] = (
    *(CRM, WEBSITE_CONTENT, WEBSITE_AUDIENCE, SEARCH, KEYWORDS, HANDED_IN, POSTS, PAGES, PAID_VIDEOS, STORES),
    *(EMAIL, ADVERTISING, SHOP, CUSTOMERS, RETENTION, RESPONSE_TIMES),
)


def expected_kpis(truth: Truth, today: date, rules: Rules) -> dict[Key, Parts]:
    """(kpi_id, grain, period_start, slice, member) -> (numerator, denominator), both exact.

    Totals stand for every period from the first day of the KPI's sources up to yesterday, members only where a record
    contributes. A count has no denominator; a part of a ratio to which nothing contributes is 0.
    """
    books, tally = Books(truth, today, rules), Tally()
    sessions = list(visible_sessions(truth, books.clock))
    count_books(tally, books)
    count_sessions(tally, sessions)
    by_ad = ("total", "channel", "campaign", "ad")
    qualified = Formula(
        "qualified_leads", f"entered_{rules.qualified_stage}", slices=by_ad, stages=(rules.qualified_stage,)
    )
    cost_per_qualified = Formula(
        "cost_per_qualified_lead", "cost_full", qualified.numerator, grains=MONTHLY, needs_amount=True
    )
    for subject in SUBJECTS:
        subject.count(tally, books)
    coverage = Coverage(books, SUBJECTS)
    expected: dict[Key, Parts] = {}
    subject_formulas = [formula for subject in SUBJECTS for formula in subject.formulas]
    for formula in (*FORMULAS, qualified, cost_per_qualified, *subject_formulas):
        if set(formula.stages) <= set(rules.stages):
            first_day = coverage.first_day(formula.numerator, formula.denominator)
            expected.update(_values(formula, tally, first_day, today))
    for formula in (one for subject in SUBJECTS for one in subject.never_summed):
        first_day = coverage.first_day(formula.numerator, formula.denominator)
        for grain in formula.grains:
            starts = started_periods(grain, first_day, today)
            expected |= {(formula.kpi_id, grain, start, *TOTAL): (None, None) for start in starts}
    expected |= expected_visitor_kpis(sessions, truth.first_day, today)
    if truth.carts:
        # the shop's own list of carts counts, and no session of GA4
        expected = {key: parts for key, parts in expected.items() if key[0] != "cart_abandonment_rate"}
    expected |= expected_behaviours(truth, books.clock)
    for subject in SUBJECTS:
        expected |= subject.values(books)
    expected |= expected_growth(expected, today) | expected_products(expected)
    months = started_periods("month", coverage.first_known_day, today)
    return expected | expected_plan(books, expected, months) | expected_unbuilt(months)


def _values(formula: Formula, tally: Tally, first_day: date, today: date) -> dict[Key, Parts]:
    values: dict[Key, Parts] = {}
    for grain in formula.grains:
        above = tally.sums(formula.numerator, grain)
        below = tally.sums(formula.denominator, grain) if formula.denominator else {}
        slices = {one for one in formula.slices if one != "total" and exists_at(one, grain)}
        untold_above = tally.untold(formula.numerator, grain)
        untold_below = tally.untold(formula.denominator, grain)
        recorded = {*above, *below, *untold_above, *untold_below}
        cells: list[Cell] = [cell for cell in recorded if cell[1] in slices]
        if "total" in formula.slices:
            cells += [(start, *TOTAL) for start in started_periods(grain, first_day, today)]
        for cell in cells:
            whole = (cell[0], *TOTAL) if formula.is_share_of_total else cell
            is_known = formula.denominator and whole not in untold_below
            is_without = formula.needs_amount and cell[1] != "total" and cell not in above
            numerator = None if is_without or cell in untold_above else decimal(above.get(cell, 0))
            values[formula.kpi_id, grain, *cell] = (numerator, decimal(below.get(whole, 0)) if is_known else None)
    return values
