"""Could a lead that is not qualified become so, and which answers would do it? Pure, like ``leads.evaluation``.

What is known stays as it was said. What nobody said, or was said too long ago, may turn out in any way; what has faded
counts in full again once it is confirmed; engagement may still come, and time passes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from leads.comparing import number, plain
from leads.evaluation import AGE, ANSWER, ENGAGEMENT, MET, UNKNOWN, CriterionRule, PolicyDefinition, Result, Verdict

Judged = tuple[CriterionRule, Result]
ANYTHING_ELSE = "\x00"  # no answer is stored with it, so no condition names it


class Chance(NamedTuple):
    """What one subject counts ``now``, and at most (``best``). ``lacking``: a must-have that is not met hangs on it;
    ``possible``: its must-haves can be met. ``known``: nobody need be asked, but to confirm it."""

    subject: str
    now: int
    best: int
    lacking: bool
    possible: bool
    known: bool

    @property
    def most(self) -> int:
        return self.best if self.lacking else max(self.best, self.now)

    @property
    def question(self) -> str:
        kind, _, key = self.subject.partition(":")
        return key if kind == ANSWER else ""


def reachable(definition: PolicyDefinition, verdict: Verdict) -> bool:
    """False: no answers to what is unknown qualify the lead, nor does confirming what has faded, nor engagement."""
    found = chances(definition, verdict)
    return all(chance.possible for chance in found) and sum(chance.most for chance in found) >= definition.threshold


def worth_asking(definition: PolicyDefinition, verdict: Verdict) -> list[str]:
    """Keys of the questions whose answers could turn the decision, the most decisive first: what a must-have lacks,
    then what nobody said, then what has faded, each by the points to be had. None where nothing can turn it."""
    if verdict.qualified:
        return _that_may_undo(definition, verdict)
    if not reachable(definition, verdict):
        return []
    found = [chance for chance in chances(definition, verdict) if chance.question]
    helpful = [chance for chance in found if chance.lacking or chance.best > chance.now]
    helpful.sort(key=lambda chance: (not chance.lacking, chance.known, chance.now - chance.best))
    return [chance.question for chance in helpful]


def _that_may_undo(definition: PolicyDefinition, verdict: Verdict) -> list[str]:
    """Unknown answers that speak against a lead, where they weigh enough."""
    against: dict[str, int] = defaultdict(int)
    for result in verdict.results:
        if result.outcome == UNKNOWN and result.question and result.points < 0:
            against[result.question] += result.points
    if verdict.score + sum(against.values()) >= definition.threshold:
        return []
    return sorted(against, key=lambda key: against[key])


def chances(definition: PolicyDefinition, verdict: Verdict) -> list[Chance]:
    by_subject: dict[str, list[Judged]] = defaultdict(list)
    for rule, result in zip(definition.rules, verdict.results, strict=True):
        by_subject[rule.subject].append((rule, result))
    return [_chance(subject, judged) for subject, judged in by_subject.items()]


def _chance(subject: str, judged: Sequence[Judged]) -> Chance:
    now = sum(result.counted for _, result in judged)
    lacking = any(rule.must_have and result.outcome != MET for rule, result in judged)
    known = all(result.outcome != UNKNOWN for _, result in judged)
    if judged[0][0].kind in (ENGAGEMENT, AGE):
        best, possible = sum(max(rule.points, result.counted, 0) for rule, result in judged), True
    elif known:
        best, possible = sum(rule.points for rule, result in judged if result.outcome == MET), not lacking
    else:
        best, possible = _best_answer([rule for rule, _ in judged])
    return Chance(subject, now, best, lacking, possible, known)


def _best_answer(rules: Sequence[CriterionRule]) -> tuple[int, bool]:
    """The most points that one answer can bring, all must-haves met; and whether any answer meets them."""
    values = list(_telling_values(rules))
    if not values:
        return sum(max(rule.points, 0) for rule in rules), True
    good = [value for value in values if all(rule.holds(value) for rule in rules if rule.must_have)]
    return max((_points(rules, value) for value in good), default=0), bool(good)


def _points(rules: Iterable[CriterionRule], value: Any) -> int:
    return sum(rule.points for rule in rules if rule.holds(value))


def _telling_values(rules: Sequence[CriterionRule]) -> Iterator[Any]:
    """One of each sort that the rules tell apart; none where that cannot be said: then each rule counts for itself."""
    telling = [rule for rule in rules if rule.operator != "answered"]
    operators = {rule.operator for rule in telling}
    if any(rule.several for rule in rules):
        return
    if operators <= {"in", "not_in"}:
        yield from {plain(value) for rule in telling for value in _listed(rule.value)}
    elif operators <= {"at_least", "at_most"}:
        bounds = sorted({bound for rule in telling if (bound := number(rule.value)) is not None})
        if len(bounds) < len({str(rule.value) for rule in telling}):
            return
        yield from _around(bounds)
    else:
        return
    yield ANYTHING_ELSE


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _around(bounds: Sequence[Decimal]) -> Iterator[Decimal]:
    """The bounds, and a number between any two and beyond both ends."""
    yield from (bounds[0] - 1, *bounds, bounds[-1] + 1)
    yield from ((low + high) / 2 for low, high in pairwise(bounds))
