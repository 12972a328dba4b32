"""The lint of targets and packs: is each target one that can be judged, and is the set of KPIs a handful with a goal?

An error keeps a target from being judged, or should. A warning is for the person who set it, a note is to think about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from pipelines.configuration import Config, Goals, Packs, Target, Terms
from pipelines.configuration.company import LARGEST_PACK, USUAL_PACK
from pipelines.configuration.targets import Measured
from pipelines.targets.findings import Finding, KpiFacts
from pipelines.targets.sense import CHANGES, sense_of

HEADLINE = "headline"
# conflicts in which one name stands for rates with different denominators
DENOMINATOR_DIFFERS = frozenset({"C03", "C06", "C07", "C08", "C23"})
# KPIs that count keywords up to a position which their name does not say
COUNTED_UP_TO_A_POSITION = frozenset({"ranking_keywords"})
# what the company does itself, not what comes of it
OUTPUTS = frozenset({"articles_published"})
# machines open mail too
OPENS = frozenset({"email_open_rate", "email_open_rate_reported"})
PERIODS_PER_YEAR = {"week": 52, "month": 12}
# a rate of growth that multiplies a year by more than this, or divides it, is taken for a slip
LARGEST_YEARLY_FACTOR = 2
# the lowest and the highest a ratio can be, by the range of its definition; counts and sums have none
BOUNDS = {"0..1": (0, 1), "0..": (0, None), "any": (None, None), None: (None, None)}
# a relative change of a percentage this small is within the noise of any rate
SMALLEST_RELATIVE_CHANGE = Decimal("0.01")
# from here on a change may be a percentage that was written as a whole number
LARGEST_RELATIVE_CHANGE, LARGEST_POINTS = Decimal(2), Decimal("0.25")


def findings_of(config: Config) -> list[Finding]:
    """Everything that is wrong in a configuration, on whatever day: of targets in their order, then of packs."""
    kpis = {kpi.id: kpi for kpi in config.kpis}
    found = [one for target in config.targets for one in look_at_target(target, kpis[target.kpi], config.goals)]
    return [*found, *look_at_packs(packs_in_use(config), config.goals)]


def packs_in_use(config: Config) -> dict[str, Packs]:
    """The pack at the top of the pages, by its name or as the list it is; other packs are offers."""
    named = config.company.headline_pack
    if isinstance(named, str):
        return {named: config.packs}
    return {HEADLINE: Packs.model_validate({"packs": {HEADLINE: [{"kpis": list(named)}]}})}


def look_at_target(target: Target, kpi: KpiFacts, goals: Goals) -> Iterator[Finding]:
    """What is wrong with the newest terms of one target."""
    yield from _missing(target, kpi)
    yield from _unwise(target, kpi)
    yield from _out_of_reach(target, kpi)
    yield from _ambiguous(target, kpi)
    yield from _ill_timed(target)
    if target.goal is None and not goals.serving(target.kpi):
        yield _about(target, "warning", "no_goal", "it serves no goal", "name a goal of goals.yaml")
    if target.objective is not None and target.kpi not in goals.objectives.get(target.objective, ()):
        why = f"{target.kpi} does not tell whether the objective {target.objective} is met"
        yield _about(target, "warning", "unfit_objective", why, "choose a KPI that goals.yaml lists for the objective")


def _about(target: Target, severity: str, code: str, message: str, remedy: str, since: date | None = None) -> Finding:
    return Finding(severity, code, target.id, message, remedy, since)  # type: ignore[arg-type]


def _missing(target: Target, kpi: KpiFacts) -> Iterator[Finding]:
    """What a target has to say before it can be judged."""
    needs_baseline = target.change_type in (*CHANGES, "direction_only")
    if target.value is None:
        yield _about(target, "error", "missing_value", "it has no number", "say how much")
    if needs_baseline and target.baseline is None:
        why = "a change needs something to change from"
        yield _about(target, "error", "missing_baseline", why, "give the baseline, or the period it is measured in")
    if target.deadline is None:
        yield _about(target, "error", "missing_deadline", "it never ends", "say by when")
    if target.owner is None:
        yield _about(target, "error", "missing_owner", "nobody answers for it", "name a team or a role")
    is_level = target.change_type in ("level", "level_min")
    is_unclear = not DENOMINATOR_DIFFERS.isdisjoint(kpi.conflicts) and target.denominator is None
    if is_level and is_unclear and target.baseline is None:
        why = f"the level of {kpi.id} depends on what it is divided by"
        yield _about(target, "error", "missing_denominator", why, "name the denominator, or give the present level")
    if kpi.id in COUNTED_UP_TO_A_POSITION and target.position_threshold is None:
        why = "a keyword ranks at any position"
        yield _about(target, "error", "missing_position_threshold", why, "say up to which position it counts")


def lacks(terms: Terms) -> tuple[str, ...]:
    """What keeps terms from being judged at all."""
    needed = {
        "value": terms.value,
        "baseline": terms.baseline if terms.change_type in (*CHANGES, "direction_only") else "",
        "deadline": terms.deadline,
        "measurable change": None if terms.change_type == "direction_only" else "",
    }
    return tuple(name for name, given in needed.items() if given is None)


def _unwise(target: Target, kpi: KpiFacts) -> Iterator[Finding]:
    """What can be judged, and leads nowhere."""
    if target.change_type == "direction_only":
        yield _about(
            target, "error", "direction_only", "a direction is no target", "choose a change type with a number"
        )
    if kpi.made_as == "not_built":
        yield _about(target, "error", "not_computed", f"nothing computes {kpi.id} yet", "take another KPI")
    if kpi.vanity and target.justification is None:
        why = f"nobody can act on {kpi.id}"
        yield _about(target, "error", "vanity_target", why, "take another KPI, or write a justification")
    if kpi.id in OPENS:
        why = "mail programs open messages by themselves"
        yield _about(target, "warning", "target_on_opens", why, "take clicks or conversions")
    if kpi.id in OUTPUTS:
        why = f"{kpi.id} counts work, not what comes of it"
        yield _about(target, "note", "output_not_outcome", why, "set a target on its effect beside it")
    if target.change_type in CHANGES and target.value and (target.value > 0) != (sense_of(target, kpi) > 0):
        why = f"{kpi.id} is better the {'higher' if kpi.direction == 'up_good' else 'lower'} it is"
        yield _about(target, "warning", "against_direction", why, "turn the sign round")
    per_year = PERIODS_PER_YEAR.get(target.period)
    if target.baseline == "previous_period" and target.value is not None and per_year:
        factor = (1 + target.value) ** per_year
        if factor > LARGEST_YEARLY_FACTOR or factor < Decimal(1) / LARGEST_YEARLY_FACTOR:
            why = f"{_percent(target.value)} every {target.period} compounds to x{factor:.2f} in a year"
            yield _about(target, "warning", "compounding", why, "give a level, or a change from one baseline")


def _out_of_reach(target: Target, kpi: KpiFacts) -> Iterator[Finding]:
    """What a KPI with a range can never be, and a change that no figure can make."""
    lowest, highest = BOUNDS[kpi.range]
    if target.value is None:
        return
    given = target.baseline if isinstance(target.baseline, Decimal) else None
    aimed_at = {
        "relative_pct": None if given is None else given * (1 + target.value),
        "level": target.value,
        "level_min": target.value,
    }.get(target.change_type, None if given is None else given + target.value)
    if target.change_type == "relative_pct" and lowest == 0 and target.value < -1:
        why = f"{_percent(target.value)} is less than nothing"
    elif target.change_type == "pp" and highest == 1 and abs(target.value) >= 1:
        why = f"{target.value:+} is {target.value * 100:+} percentage points"
    elif aimed_at is not None and lowest is not None and aimed_at < lowest:
        why = f"it aims at {aimed_at}, and {kpi.id} is never below {lowest}"
    elif aimed_at is not None and highest is not None and aimed_at > highest:
        why = f"it aims at {aimed_at}, and {kpi.id} is never above {highest}"
    else:
        return
    remedy = "write percentages and points as fractions: 0.03 is 3 %"
    yield _about(target, "error", "out_of_reach", why, remedy)


def _ambiguous(target: Target, kpi: KpiFacts) -> Iterator[Finding]:
    """A percentage of a percentage may be meant in points; a whole number may be meant as a percentage."""
    if target.value is None:
        return
    if target.change_type == "relative_pct" and abs(target.value) >= LARGEST_RELATIVE_CHANGE:
        why = f"{target.value:+} is {_percent(target.value)}"
        remedy = f"write {target.value / 100:+} for {target.value:+} %, or give the level"
        yield _about(target, "warning", "ambiguous_percentage", why, remedy)
    elif target.change_type == "pp" and LARGEST_POINTS <= abs(target.value) < 1:
        why = f"{target.value:+} is {target.value * 100:+} percentage points"
        yield _about(target, "warning", "ambiguous_percentage", why, "write 0.005 for half a point, or give the level")
    if target.change_type != "relative_pct" or kpi.unit != "ratio":
        return
    is_noise = abs(target.value) < SMALLEST_RELATIVE_CHANGE
    if target.baseline is None or is_noise:
        points = f"{target.value * 100:+.2f}".rstrip("0").rstrip(".")
        why = f"{_percent(target.value)} of a rate may be meant as {points} percentage points"
        yield _about(target, "warning", "ambiguous_percentage", why, "use pp for points, or give the baseline")


def _percent(value: Decimal) -> str:
    return f"{value * 100:+.2f}".rstrip("0").rstrip(".") + " %"


def _ill_timed(target: Target) -> Iterator[Finding]:
    """What was decided too late, or should have been looked at again."""
    if target.entered_on > target.first_day:
        why = f"it was entered on {target.entered_on} and counts from {target.first_day}"
        yield _about(target, "warning", "entered_late", why, "let it start later; decide before, not after")
    if isinstance(target.baseline, Measured):
        known_from = target.baseline.period.first_day_after
        if known_from > target.first_day:
            why = f"its baseline {target.baseline.measured_in} is not over when it starts on {target.first_day}"
            yield _about(target, "warning", "baseline_within_target", why, "measure it in a period before the start")
    if target.review_on is not None:
        why, since = f"it was to be reviewed by {target.review_on}", target.review_on + timedelta(days=1)
        yield _about(target, "warning", "review_expired", why, "look at it again, and set the next date", since)


def look_at_packs(packs: Mapping[str, Packs], goals: Goals) -> Iterator[Finding]:
    """What is wrong with packs that are in use, their newest versions."""
    for name, listed in packs.items():
        pack, subject = listed.packs[name][-1].kpis, f"pack {name}"
        yield from _size(subject, pack)
        for kpi_id in pack:
            if not goals.serving(kpi_id):
                why = f"{kpi_id} serves no goal"
                yield Finding("error", "kpi_without_goal", subject, why, "name it under a goal, or leave it out")


def _size(subject: str, pack: Iterable[str]) -> Iterator[Finding]:
    size = len(list(pack))
    if size > USUAL_PACK:
        why = f"it has {size} KPIs, and a reader keeps {USUAL_PACK} in mind"
        severity = "error" if size > LARGEST_PACK else "warning"
        yield Finding(severity, "pack_too_large", subject, why, "leave out what nobody decides on")  # type: ignore[arg-type]
