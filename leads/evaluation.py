"""Is a lead qualified? A pure function from a definition and facts to a verdict: no database, no clock.

A criterion is met, not met, or unknown (nobody answered yet, or too long ago to count). The score is the sum of what
the criteria that are met count: their points, faded by half for each half-life that has passed since the answer was
given or the engagement happened. A lead is qualified when every must-have is met, however faded, and the score reaches
the threshold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from leads.comparing import Test, condition

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"
ANSWER, FIELD, ENGAGEMENT, AGE = "answer", "field", "engagement", "age"


@dataclass(frozen=True)
class CriterionRule:
    """``subject`` is ``answer:<question key>``, ``field:<name>``, ``engagement:<kind>``, ``engagement:visit:<page>`` or
    ``age:<moment>``. ``within_days``: an older answer does not count, nor does older engagement. ``half_life_days``:
    the points halve with each. ``several``: the answer may hold more than one value."""

    criterion: int
    label: str
    subject: str
    operator: str
    value: Any
    points: int
    must_have: bool
    within_days: int | None = None
    half_life_days: int | None = None
    several: bool = False

    @cached_property
    def holds(self) -> Test:
        return condition(self.operator, self.value)

    @cached_property
    def kind(self) -> str:
        return self.subject.partition(":")[0]

    @property
    def changes_with_time(self) -> bool:
        return self.kind == AGE or self.within_days is not None or self.half_life_days is not None


@dataclass(frozen=True)
class PolicyDefinition:
    threshold: int
    rules: Sequence[CriterionRule]

    @cached_property
    def engagement(self) -> frozenset[str]:
        """The subjects of engagement that it looks at: most policies need none of those facts."""
        return frozenset(rule.subject for rule in self.rules if rule.kind == ENGAGEMENT)

    @cached_property
    def changes_with_time(self) -> bool:
        return any(rule.changes_with_time for rule in self.rules)


class Fact(NamedTuple):
    """What is known about one subject, and where from. ``age``: whole days since it was said or last happened, where it
    ages. ``ages``: of engagement, of each time that it happened, newest first; ``value`` is then how often."""

    value: Any
    provenance: str = ""
    at: str = ""
    by: str = ""
    age: int | None = None
    ages: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Without what is blank."""
        found = {name: value for name, value in self._asdict().items() if value not in ("", None, ())}
        return {"value": self.value} | found


Facts = Mapping[str, Fact]


class Result(NamedTuple):
    """``points``: what the criterion is worth. ``counted``: what it adds to the score now, so 0 where it is not met and
    less than ``points`` where they have faded. ``fact``: what it rests on, also where that is too old to count."""

    criterion: int
    label: str
    subject: str
    outcome: str
    points: int
    must_have: bool
    counted: int
    fact: Fact | None

    @property
    def question(self) -> str:
        """The key of the question it rests on, or ""."""
        kind, _, key = self.subject.partition(":")
        return key if kind == ANSWER else ""

    @property
    def evidence(self) -> dict[str, Any] | None:
        return self.fact.as_json() if self.fact else None

    @property
    def has_faded(self) -> bool:
        return self.outcome == MET and self.counted != self.points

    def as_json(self) -> dict[str, Any]:
        """For a decision, whose facts hold the evidence by subject."""
        return {name: value for name, value in self._asdict().items() if name != "fact"}


class Verdict(NamedTuple):
    qualified: bool
    score: int
    results: Sequence[Result]

    def missing(self) -> list[str]:
        """Labels of what stands between the lead and the policy."""
        return [result.label for result in self.results if result.outcome != MET and result.must_have] or [
            result.label for result in self.results if result.outcome != MET
        ]


def evaluate(definition: PolicyDefinition, facts: Facts) -> Verdict:
    results = [_judge(rule, facts.get(rule.subject)) for rule in definition.rules]
    score = sum(result.counted for result in results)
    must_haves_met = all(result.outcome == MET for result in results if result.must_have)
    return Verdict(must_haves_met and score >= definition.threshold, score, results)


def faded(points: int, half_life_days: int | None, age: int | None) -> int:
    """Rounded to whole points. What has no age does not fade."""
    if not half_life_days or not age:
        return points
    return round(points * 0.5 ** (age / half_life_days))


def _judge(rule: CriterionRule, fact: Fact | None) -> Result:
    if fact is None or fact.value in ("", None, []):
        return _result(rule, UNKNOWN, 0, None)
    value, age = _within(rule, fact) if rule.kind == ENGAGEMENT else (fact.value, fact.age)
    if rule.kind == ANSWER and rule.within_days is not None and (age or 0) > rule.within_days:
        return _result(rule, UNKNOWN, 0, fact)
    if not rule.holds(value):
        return _result(rule, NOT_MET, 0, fact)
    return _result(rule, MET, faded(rule.points, rule.half_life_days, age), fact)


def _within(rule: CriterionRule, fact: Fact) -> tuple[int, int | None]:
    """How often it happened in the days that count, and how long ago the last time was."""
    ages = fact.ages
    if rule.within_days is not None:
        ages = tuple(age for age in ages if age <= rule.within_days)
    return len(ages), ages[0] if ages else None


def _result(rule: CriterionRule, outcome: str, counted: int, fact: Fact | None) -> Result:
    return Result(rule.criterion, rule.label, rule.subject, outcome, rule.points, rule.must_have, counted, fact)
