"""Is a lead qualified? A pure function from a definition and facts to a verdict: no database, no clock.

A criterion is met, not met, or unknown (nobody answered yet). The score is the sum of the points of those met. A
lead is qualified when every must-have is met and the score reaches the threshold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from leads import time_frames

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"


@dataclass(frozen=True)
class CriterionRule:
    """``subject`` is ``answer:<question key>`` or ``field:<name>``."""

    criterion: int
    label: str
    subject: str
    operator: str
    value: Any
    points: int
    must_have: bool


@dataclass(frozen=True)
class PolicyDefinition:
    threshold: int
    rules: Sequence[CriterionRule]


@dataclass(frozen=True)
class Fact:
    """What is known about one subject, and where from."""

    value: Any
    provenance: str = ""
    at: str = ""
    by: str = ""


Facts = Mapping[str, Fact]


@dataclass(frozen=True)
class Result:
    criterion: int
    label: str
    subject: str
    outcome: str
    points: int
    must_have: bool
    evidence: dict[str, Any] | None

    @property
    def question(self) -> str:
        """The key of the question it rests on, or ""."""
        kind, _, key = self.subject.partition(":")
        return key if kind == "answer" else ""


@dataclass(frozen=True)
class Verdict:
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
    score = sum(result.points for result in results if result.outcome == MET)
    must_haves_met = all(result.outcome == MET for result in results if result.must_have)
    return Verdict(must_haves_met and score >= definition.threshold, score, results)


def _judge(rule: CriterionRule, fact: Fact | None) -> Result:
    known = fact is not None and fact.value not in ("", None, [])
    outcome = (MET if holds(rule.operator, fact.value, rule.value) else NOT_MET) if known and fact else UNKNOWN
    evidence = asdict(fact) if known and fact else None
    return Result(rule.criterion, rule.label, rule.subject, outcome, rule.points, rule.must_have, evidence)


def holds(operator: str, value: Any, bound: Any) -> bool:
    """Whether a known ``value`` (as stored) is what ``operator`` asks of it."""
    match operator:
        case "answered":
            return True
        case "in":
            return bool(_set(value) & _set(bound))
        case "not_in":
            return not _set(value) & _set(bound)
        case "at_least":
            return _compare(value, bound) >= 0
        case "at_most":
            return _compare(value, bound) <= 0
    raise ValueError(f"unknown operator {operator!r}")


def _set(value: Any) -> set[str]:
    return {_plain(item) for item in (value if isinstance(value, list | tuple) else [value])}


def _plain(value: Any) -> str:
    if isinstance(value, dict) and "days" in value:
        return time_frames.as_step(value["days"])
    return str(value).lower() if isinstance(value, bool) else str(value)


def _compare(value: Any, bound: Any) -> int:
    """-1, 0 or 1: as numbers where both are, else as texts (ISO dates sort as texts); of a time frame its days."""
    left, right = (_measure(side) for side in (value, bound))
    try:
        a, b = Decimal(str(left)), Decimal(str(right))
        return (a > b) - (a < b)
    except InvalidOperation:
        return (str(left) > str(right)) - (str(left) < str(right))


def _measure(side: Any) -> Any:
    if not isinstance(side, dict):
        return side
    return time_frames.measure(side) if "days" in side else side["amount"]


def reachable(definition: PolicyDefinition, verdict: Verdict) -> bool:
    """Whether answers to what is still unknown could yet qualify the lead."""
    hopeless = any(result.must_have and result.outcome == NOT_MET for result in verdict.results)
    possible = verdict.score + sum(max(r.points, 0) for r in verdict.results if r.outcome == UNKNOWN)
    return not hopeless and possible >= definition.threshold
