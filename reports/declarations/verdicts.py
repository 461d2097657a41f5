"""What the figures of a subject allow to say: repeat, keep watching, delete, or nothing yet."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from reports.queries.subjects import RECENT, Subject
from reports.queries.things import sequence_key
from reports.statistics import Difference, Rate, difference, wilson
from reports.statistics.power import detectable, sample_needed
from reports.statistics.rates import compare, holm, holm_levels

# Below this many leads, or of the rest, there is no verdict.
MINIMUM_VERDICT = 100
FARTHEST = timedelta(days=5 * 365)
REPEAT, WATCH, DELETE, TOO_FEW, HELD_OUT = "Repeat", "Keep watching", "Delete", "Too few", "By its hold-out"
ORDER = (DELETE, REPEAT, WATCH, TOO_FEW, HELD_OUT)


@dataclass(frozen=True)
class Judged:
    """``effect`` is the subject's rate minus the rest's, with its corrected interval; None without leads on a side.
    ``p`` is corrected; None where there is no verdict."""

    subject: Subject
    rest: Rate
    effect: Difference | None
    p: float | None
    level: float
    verdict: str

    @property
    def detectable(self) -> float | None:
        return detectable(self.subject.rate.leads, self.rest, alpha=self.level)


def judged(found: list[Subject], total: Rate, *, wanted: str) -> Iterator[Judged]:
    """Of ``found`` those that are ``wanted`` ("": all), each against the rest; corrected for all of them. The versions
    of a sequence that has a hold-out are judged by that, and held-out leads by nobody."""
    rests = _rests(found, total)
    tested = {sequence_key(subject.among) for subject in found if subject.kind == "holdout"}
    chosen = [each for each in found if each.kind != "held" and (not wanted or each.kind == wanted)]
    fair = _corrected([each for each in chosen if _enough(each, rests[each]) and not _has_test(each, tested)], rests)
    for subject in chosen:
        rest = rests[subject]
        p, level = fair.get(subject, (None, 0.05))
        effect = difference(subject.rate, rest, alpha=level) if subject.rate.leads and rest.leads else None
        verdict = HELD_OUT if _has_test(subject, tested) else _verdict(effect, p)
        yield Judged(subject, rest, effect, p, level, verdict)


def _has_test(subject: Subject, tested: set[str]) -> bool:
    return subject.kind == "sequence" and subject.among in tested


def _rests(found: list[Subject], total: Rate) -> dict[Subject, Rate]:
    """All leads but the subject's own. Steps: those of the sequence's enrollments, variants: those of the test,
    hold-outs: the leads that were held out."""
    enrolled = {str(subject.pk): subject.rate for subject in found if subject.kind == "sequence"}
    tests: dict[str, list[Rate]] = defaultdict(list)
    for subject in found:
        if subject.kind in ("variant", "holdout", "held"):
            tests[subject.among].append(subject.rate)
    drawn = {among: _sum(rates) for among, rates in tests.items()}
    wholes = {"step": enrolled, "variant": drawn, "holdout": drawn, "held": drawn}
    return {each: _without(wholes.get(each.kind, {}).get(each.among, total), each.rate) for each in found}


def _sum(rates: list[Rate]) -> Rate:
    return wilson(sum(rate.won for rate in rates), sum(rate.leads for rate in rates))


def _without(whole: Rate, part: Rate) -> Rate:
    return wilson(max(whole.won - part.won, 0), max(whole.leads - part.leads, 0))


def _enough(subject: Subject, rest: Rate) -> bool:
    return min(subject.rate.leads, rest.leads) >= MINIMUM_VERDICT


def _corrected(enough: list[Subject], rests: dict[Subject, Rate]) -> dict[Subject, tuple[float, float]]:
    """p and level of each."""
    ps = [compare(subject.rate, rests[subject]).p for subject in enough]
    pairs = zip(holm(ps), holm_levels(ps), strict=True)
    return dict(zip(enough, pairs, strict=True))


def _verdict(effect: Difference | None, p: float | None) -> str:
    if p is None or effect is None:
        return TOO_FEW
    if p >= 0.05:
        return WATCH
    return REPEAT if effect.difference > 0 else DELETE


def known_by(found: Judged, *, today: date) -> str:
    """When there will be enough leads for a verdict, at the rate at which they come."""
    if found.verdict in (REPEAT, DELETE):
        return "Known"
    if found.verdict == HELD_OUT:
        return "See its hold-out"
    subject, rest = found.subject, found.rest
    if not (subject.rate.leads and rest.leads):
        return "No leads to compare yet"
    needed = sample_needed(subject.rate, rest, alpha=found.level)
    if needed is None:
        return "No difference so far"
    # The rest grows as the subject does.
    minimum = math.ceil(MINIMUM_VERDICT * max(1, subject.rate.leads / rest.leads))
    return _at_this_rate(max(needed, minimum) - subject.rate.leads, subject.recent / RECENT.days, today)


def _at_this_rate(missing: int, a_day: float, today: date) -> str:
    if missing <= 0:
        return "Any day: the effect is near the limit"
    if not a_day:
        return f"{missing:,} more leads; none came lately"
    days = math.ceil(missing / a_day)
    if days > FARTHEST.days:
        return f"{missing:,} more leads: not within 5 years"
    return f"{today + timedelta(days=days):%d %b %Y}"
