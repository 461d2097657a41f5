"""The answers that a mail offers for a question."""

from crm.fields import time_frames
from crm.web.holding import held
from leads.models import Choice, Question, QuestionKind


def choices_of(question: Question) -> list[tuple[str, str]]:
    """Raw value and label of each link; a question without choices has one link to its page."""
    if question.kind == QuestionKind.BOOLEAN:
        return [("yes", "Yes"), ("no", "No")]
    if question.kind == QuestionKind.TIME_FRAME:
        return time_frames.STEPS
    if question.kind == QuestionKind.CHOICE:
        return _choices(question.pk)
    return [("", "Answer here")]


@held
def _choices(question_id: int) -> list[tuple[str, str]]:
    offered = Choice.objects.filter(question=question_id, active=True).order_by("position", "pk")
    return list(offered.values_list("value", "label"))
