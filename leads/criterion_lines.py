"""One criterion as a person reads it: met or not, what it rests on, what it counts and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from leads.answers import display
from leads.criterion_words import days, times
from leads.evaluation import AGE, ENGAGEMENT, UNKNOWN, CriterionRule, PolicyDefinition, Result, Verdict
from leads.models import Answer, Question


@dataclass(frozen=True)
class CriterionLine:
    """``question`` and ``answer`` it rests on, where it looks at an answer."""

    rule: CriterionRule
    result: Result
    question: Question | None
    answer: Answer | None

    @property
    def said(self) -> str:
        if self.answer and self.question:
            return display(self.question, self.answer.value)
        if self.result.fact is None:
            return ""
        if self.rule.kind == ENGAGEMENT:
            return self._happened()
        return days(self.result.fact.value) if self.rule.kind == AGE else str(self.result.fact.value)

    def _happened(self) -> str:
        fact = self.result.fact
        if fact is None:
            return ""
        _, kind, *page = self.rule.subject.split(":")
        within = self.rule.within_days
        count = sum(within is None or age <= within for age in fact.ages)
        window = f" in the last {days(within)}" if within else ""
        last = f", the last {_ago(fact.age)}" if fact.age is not None else ""
        return f"{times(kind, page[0] if page else '', count)}{window}{last}"

    @property
    def too_old(self) -> bool:
        return self.result.outcome == UNKNOWN and self.result.fact is not None

    @property
    def note(self) -> str:
        """Why it counts otherwise than one would think; "" where it doesn't."""
        fact, rule = self.result.fact, self.rule
        if fact is None:
            return ""
        if self.too_old and rule.within_days:
            return f"Too old to count: only answers of the last {days(rule.within_days)} do. Ask again."
        if self.result.has_faded and rule.half_life_days:
            every = days(rule.half_life_days)
            return f"{self.result.counted} of {rule.points} points: halved every {every}, from {_ago(fact.age)}."
        return ""


def lines_of(
    definition: PolicyDefinition,
    verdict: Verdict,
    answers: Mapping[str, Answer],
    questions: Mapping[str, Question] | None = None,
) -> list[CriterionLine]:
    """``questions`` by key, where the caller has read them; else those of the answers."""
    found = questions if questions is not None else {key: answer.question for key, answer in answers.items()}
    pairs = zip(definition.rules, verdict.results, strict=True)
    return [CriterionLine(rule, r, found.get(r.question), answers.get(r.question)) for rule, r in pairs]


def _ago(age: int | None) -> str:
    return "today" if not age else "yesterday" if age == 1 else f"{age} days ago"
