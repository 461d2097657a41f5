"""When does time alone change a decision? Pure, like ``leads.evaluation``: days from now, no clock.

Answers and engagement get older, so they fade or stop counting; ages reach their bounds.
"""

from collections.abc import Iterator

from leads.comparing import number
from leads.evaluation import (
    AGE,
    ANSWER,
    ENGAGEMENT,
    MET,
    CriterionRule,
    Fact,
    Facts,
    PolicyDefinition,
    Verdict,
    evaluate,
)

REFRESH_DAYS = 7  # while points fade, the score that lists show is at most this old


def days_until_change(definition: PolicyDefinition, facts: Facts, verdict: Verdict) -> int | None:
    """Whole days until an outcome turns or fading turns the verdict, at most a week while points fade; None: never."""
    if not definition.changes_with_time:
        return None
    turns = [day for rule in definition.rules for day in _turns(rule, facts.get(rule.subject)) if day > 0]
    rules = zip(definition.rules, verdict.results, strict=True)
    if any(rule.half_life_days and result.outcome == MET and result.counted for rule, result in rules):
        turns.append(_fading(definition, facts, verdict))
    return min(turns, default=None)


def older(facts: Facts, days: int) -> Facts:
    """What is known, so many days later, if nothing else happens."""
    return {subject: _older(subject, fact, days) for subject, fact in facts.items()}


def _older(subject: str, fact: Fact, days: int) -> Fact:
    if subject.startswith(f"{AGE}:"):
        return fact._replace(value=fact.value + days)
    if fact.age is None:
        return fact
    return fact._replace(age=fact.age + days, ages=tuple(age + days for age in fact.ages))


def _fading(definition: PolicyDefinition, facts: Facts, verdict: Verdict) -> int:
    for day in range(1, REFRESH_DAYS):
        if evaluate(definition, older(facts, day)).qualified != verdict.qualified:
            return day
    return REFRESH_DAYS


def _turns(rule: CriterionRule, fact: Fact | None) -> Iterator[int]:
    """Days at which the criterion may turn out otherwise than the day before."""
    if fact is None:
        return
    if rule.kind == AGE and (bound := number(rule.value)) is not None:
        yield int(bound) - fact.value + (rule.operator == "at_most")
    if rule.within_days is not None and rule.kind in (ANSWER, ENGAGEMENT):
        ages = fact.ages if rule.kind == ENGAGEMENT else (fact.age or 0,)
        yield from (rule.within_days + 1 - age for age in ages)
