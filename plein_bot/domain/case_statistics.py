"""What was reported and how it ended, month by month, without a word of who."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from zoneinfo import ZoneInfo

from plein_bot.domain.cases import Case, Decision


@dataclass(frozen=True, slots=True)
class Month:
    """`name` is as `2026-11`. All of it is about what was opened in that month.

    `decided` counts how cases ended, `objected` how objections did; `half` of what is decided was
    so within that time.
    """

    name: str
    reports: int
    cases: int
    objections: int
    decided: Mapping[Decision, int]
    objected: Mapping[Decision, int]
    half: timedelta | None


def by_month(
    cases: Iterable[Case], reports: Mapping[int, int], zone: ZoneInfo
) -> tuple[Month, ...]:
    """The months in which there was anything, in their order; `reports` are how many of each."""
    opened: dict[str, list[Case]] = {}
    for case in cases:
        name = case.opened_at.astimezone(zone).strftime("%Y-%m")
        opened.setdefault(name, []).append(case)
    return tuple(_month(name, opened[name], reports) for name in sorted(opened))


def _month(name: str, opened: list[Case], reports: Mapping[int, int]) -> Month:
    reported = [case for case in opened if not case.is_objection]
    objections = [case for case in opened if case.is_objection]
    took = [
        (case.decided_at - case.opened_at).total_seconds()
        for case in opened
        if case.decided_at and case.decision
    ]
    return Month(
        name,
        reports=sum(reports.get(case.number, 0) for case in reported),
        cases=len(reported),
        objections=len(objections),
        decided=Counter(case.decision for case in reported if case.decision),
        objected=Counter(case.decision for case in objections if case.decision),
        half=timedelta(seconds=median(took)) if took else None,
    )
