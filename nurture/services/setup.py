"""The sequence that a new company starts with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from leads.models import Operator, Question
from nurture.default_texts import AUTHORITY_MAIL, BUDGET_MAIL, CALL_SCRIPT, FIRST_MAIL, LATER_MAIL
from nurture.models import Sequence, SequenceStatus, Step, StepKind, WaitFor
from nurture.services.sequences import publish_sequence

KEY = "ripen"
NOT_SOON = ["later", "none"]  # answers to the question about the time frame

# kind, fields, the key of the question that the mail asks or the branch looks at
STEPS: list[tuple[str, dict[str, Any], str]] = [
    (
        StepKind.EMAIL,
        {"name": "ask-when", "subject": "One question, {{ first_name }}", "body": FIRST_MAIL},
        "time_frame",
    ),
    (StepKind.WAIT, {"wait_days": 3}, ""),
    (StepKind.EMAIL, {"name": "ask-budget", "subject": "What would fit {{ company }}?", "body": BUDGET_MAIL}, "budget"),
    (StepKind.WAIT, {"wait_for": WaitFor.BUSINESS_DAYS, "wait_days": 3}, ""),
    (StepKind.BRANCH, {"operator": Operator.IN, "value": NOT_SOON, "goes_to": "later"}, "time_frame"),
    (StepKind.CALL, {"name": "call", "script": CALL_SCRIPT}, ""),
    (StepKind.WAIT, {"wait_days": 7}, ""),
    (
        StepKind.EMAIL,
        {"name": "ask-who", "subject": "Who else should know, {{ first_name }}?", "body": AUTHORITY_MAIL},
        "authority",
    ),
    (StepKind.END, {}, ""),
    (StepKind.WAIT, {"name": "later", "wait_days": 90}, ""),
    (
        StepKind.EMAIL,
        {"name": "still-on", "subject": "Is it still on, {{ first_name }}?", "body": LATER_MAIL},
        "time_frame",
    ),
]


@transaction.atomic
def install_default_sequence(*, now: datetime) -> Sequence:
    """Published. Running it again changes nothing, whatever became of the sequence. ``leads.services.setup`` comes
    first: a question that is not there is not asked."""
    existing = Sequence.objects.filter(key=KEY).order_by("-version").first()
    return existing or publish_sequence(sequence=draft_default_sequence())


@transaction.atomic
def draft_default_sequence() -> Sequence:
    """Its first version, to be changed and published. A branch on answers that are not there is left out, and so is
    what only it leads to."""
    questions = {question.key: question for question in Question.objects.prefetch_related("choices")}
    sequence = Sequence.objects.create(key=KEY, name="Ripen unqualified leads", status=SequenceStatus.DRAFT)
    for position, (kind, fields, key) in enumerate(_steps(questions)):
        Step.objects.create(sequence=sequence, position=position, kind=kind, question=questions.get(key), **fields)
    return sequence


def _steps(questions: Mapping[str, Question]) -> list[tuple[str, dict[str, Any], str]]:
    """All of them, or those that need no branch."""
    asked = questions.get("time_frame")
    if asked and {choice.value for choice in asked.choices.all()} >= set(NOT_SOON):
        return STEPS
    end = next(number for number, (kind, _, _) in enumerate(STEPS) if kind == StepKind.END)
    return [step for step in STEPS[:end] if step[0] != StepKind.BRANCH]
