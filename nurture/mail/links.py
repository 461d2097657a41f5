"""Links in mails: signed, so that guessing or editing one leads nowhere. Always under BASE_URL, never under a Host."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from crm.fields import time_frames
from crm.web.holding import held
from leads.models import Choice, Question, QuestionKind
from nurture.models import Touch


class BadLink(Exception):
    """Not a link that we made."""


@dataclass(frozen=True)
class AnswerLink:
    touch: UUID
    question: str
    choice: str


def answer_url(touch: Touch, question: str, choice: str) -> str:
    return _url("nurture:answer", _signer("answer").sign_object([touch.uuid.hex, question, choice]))


def unsubscribe_url(touch: Touch) -> str:
    return _url("nurture:unsubscribe", _signer("unsubscribe").sign_object([touch.uuid.hex]))


def read_answer(token: str) -> AnswerLink:
    """Raises BadLink."""
    touch, question, choice = _read("answer", token)
    return AnswerLink(UUID(touch), question, choice)


def read_unsubscribe(token: str) -> UUID:
    """The touch's. Raises BadLink."""
    (touch,) = _read("unsubscribe", token)
    return UUID(touch)


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


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"nurture.{purpose}", sep=".")


def _read(purpose: str, token: str) -> Any:
    try:
        return _signer(purpose).unsign_object(token)
    except (BadSignature, ValueError) as error:
        raise BadLink from error


def _url(name: str, token: str) -> str:
    return settings.BASE_URL + reverse(name, args=[token])
