"""The leads of a dry run and what is known of them: what they said before, and what the dice let them say."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from leads.facts import questions_by_id
from leads.models import Answer, Lead, PolicyPurpose, Question
from leads.services.policies import verdict_for
from nurture.models import Step


class People:
    """``leads`` are copies in memory: nothing that happens to them is saved."""

    def __init__(self, leads: Iterable[Lead]) -> None:
        self.leads = list(leads)
        self.known = questions_by_id()
        self.said: dict[int, dict[str, Answer]] = defaultdict(dict)
        for answer in Answer.objects.filter(lead__in=self.leads).order_by("answered_at", "pk"):
            answer.question = self.known[answer.question_id]
            self.said[answer.lead_id][answer.question.key] = answer

    def open_questions(self, lead: Lead) -> list[Question]:
        active = (question for question in self.known.values() if question.active)
        return [question for question in active if question.key not in self.said[lead.pk]]

    def asked(self, step: Step) -> list[Question]:
        return [self.known[step.question_id]] if step.question_id else []

    def answer(self, lead: Lead, question: Question, value: Any, provenance: str, now: datetime) -> None:
        self.said[lead.pk][question.key] = Answer(
            lead=lead, question=question, value=value, provenance=provenance, answered_at=now
        )

    def qualifies(self, lead: Lead, now: datetime) -> bool:
        """By the policy in force; engagement of the dry run is not counted. Keeps the score, for branches."""
        verdict = verdict_for(lead, purpose=PolicyPurpose.MARKETING, now=now, answers=self.said[lead.pk])
        if verdict is None:
            return False
        lead.score = verdict.score
        return verdict.qualified
