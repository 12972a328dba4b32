"""What goals, packs and targets name of the rest: KPIs, channels and goals must exist, and have figures by month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pydantic import ValidationError

from pipelines.configuration.catalogue import Grain, Kpi
from pipelines.configuration.goals import Goals, Packs
from pipelines.configuration.located_yaml import LocatedYaml
from pipelines.configuration.problems import Place, Problems
from pipelines.configuration.targets import Target, Terms

# the figures that targets are held against; longer periods are summed from them
GRAIN_OF_TARGETS: Grain = "month"


def check_pack(
    problems: Problems, document: LocatedYaml, place: Place, pack: Sequence[str], kpis: Iterable[Kpi]
) -> None:
    """Notes what a pack names that is no KPI, or one that nobody can act on."""
    is_vanity = {kpi.id: kpi.vanity for kpi in kpis}
    for position, name in enumerate(pack):
        line = document.line_of((*place, position))
        if name not in is_vanity:
            problems.add_unknown(line, "KPI", name, is_vanity)
        elif is_vanity[name]:
            problems.add(line, f"{name!r} is a vanity KPI", "choose one that someone can act on")


def check_packs(packs: Packs, document: LocatedYaml, kpis: Iterable[Kpi]) -> None:
    """Raises WrongUse when a pack names what is no KPI, or a vanity KPI."""
    problems = Problems(document.file)
    for name, versions in packs.packs.items():
        for index, version in enumerate(versions):
            check_pack(problems, document, ("packs", name, index, "kpis"), version.kpis, kpis)
    problems.raise_if_any()


def check_goals(goals: Goals, document: LocatedYaml, kpis: Iterable[Kpi]) -> None:
    """Raises WrongUse when a goal or an objective names what is no KPI."""
    problems, ids = Problems(document.file), [kpi.id for kpi in kpis]
    named: list[tuple[Place, Sequence[str]]] = [
        (("goals", index, "kpis"), goal.kpis) for index, goal in enumerate(goals.goals)
    ]
    named += [(("objectives", name), fitting) for name, fitting in goals.objectives.items()]
    for place, listed in named:
        for position, name in enumerate(listed):
            if name not in ids:
                problems.add_unknown(document.line_of((*place, position)), "KPI", name, ids)
    problems.raise_if_any()


def read_targets(
    document: LocatedYaml, kpis: Iterable[Kpi], goals: Goals, channels: Iterable[str]
) -> tuple[Target, ...]:
    """The targets of a file in its order.

    Raises:
        WrongUse: an entry is wrong, an id stands twice, or it names what nothing else names.
    """
    problems, listed = Problems(document.file), document.data or []
    if not isinstance(listed, list):
        problems.add(1, "the file is not one list", "begin each target with `- id: `")
        problems.raise_if_any()
    found: dict[str, Target] = {}
    by_id = {kpi.id: kpi for kpi in kpis}
    for index, given in enumerate(listed):
        try:
            target = Target.model_validate(given)
        except ValidationError as error:
            problems.add_invalid(error, document, Target, (index,))
            continue
        if target.id in found:
            problems.add(document.line_of((index, "id")), f"{target.id!r} stands twice", "keep one of the two")
        found[target.id] = target
        _check_names(problems, document, index, target, by_id, goals, channels)
        if target.kpi in by_id:
            for place, why, remedy in _misfits(target, by_id[target.kpi]):
                problems.add(document.line_of((index, *place)), why, remedy)
    problems.raise_if_any()
    return tuple(found.values())


def _check_names(
    problems: Problems,
    document: LocatedYaml,
    index: int,
    target: Target,
    kpis: Iterable[str],
    goals: Goals,
    channels: Iterable[str],
) -> None:
    named: tuple[tuple[Place, str, str | None, Iterable[str]], ...] = (
        (("kpi",), "KPI", target.kpi, kpis),
        (("goal",), "goal", target.goal, [goal.id for goal in goals.goals]),
        (("objective",), "objective", target.objective, goals.objectives),
        (("scope", "channel"), "channel", target.scope.channel, channels),
    )
    for place, what, name, right in named:
        if name is not None and name not in right:
            problems.add_unknown(document.line_of((index, *place)), what, name, right)


def _misfits(target: Target, kpi: Kpi) -> Iterator[tuple[Place, str, str]]:
    """What a target asks of a KPI that it cannot give."""
    name, _ = target.scope.cell
    if name not in (kpi.slices_by_grain.get(GRAIN_OF_TARGETS) or ()):
        yield ("scope",), f"{kpi.id} has no figures by month and {name}", "choose another scope or KPI"
    for place, terms in _versions(target):
        if terms.change_type == "pp" and kpi.unit != "ratio":
            yield (*place, "change_type"), f"{kpi.id} is no percentage", "use absolute"
        if terms.is_summed and kpi.additivity != "additive":
            yield (*place, "period"), f"the months of {kpi.id} cannot be summed to a {terms.period}", "make it month"
        if terms.pacing == "seasonal" and kpi.additivity != "additive":
            yield (*place, "pacing"), f"{kpi.id} has no seasonal shape, its months cannot be summed", "make it linear"


def _versions(target: Target) -> Iterator[tuple[Place, Terms]]:
    yield (), target
    for index, terms in enumerate(target.earlier):
        yield ("earlier", index), terms
