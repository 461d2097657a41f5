"""Links in mails: signed, so that guessing or editing one leads nowhere. Always under BASE_URL, never under a Host."""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from crm.web.holding import held
from nurture.mail.markdown import TRACKED
from nurture.models import Attachment, ClickOn, Touch, TrackedLink
from nurture.models.links import MAX_TARGET


class BadLink(Exception):
    """Not a link that we made."""


@dataclass(frozen=True)
class AnswerLink:
    touch: UUID
    question: str
    choice: str


@dataclass(frozen=True)
class ClickLink:
    """``pk`` is the tracked link's or the attachment's; 0 for the trap."""

    touch: UUID
    on: str
    pk: int


class Links(Protocol):
    """Where the links of one mail lead."""

    def page(self, target: str) -> str: ...
    def answer(self, question: str, choice: str) -> str: ...
    def attachment(self, attachment: Attachment) -> str: ...
    @property
    def unsubscribe(self) -> str: ...
    @property
    def preferences(self) -> str: ...
    @property
    def trap(self) -> str: ...


@dataclass(frozen=True)
class TouchLinks:
    """Of a mail that is sent. Not ``tracked``: the pages are linked to as they are."""

    touch: Touch
    tracked: bool = True

    def page(self, target: str) -> str:
        if not self.tracked or not target.startswith(TRACKED) or len(target) > MAX_TARGET:
            return target
        return _click(self.touch, ClickOn.LINK, _id_of(target))

    def answer(self, question: str, choice: str) -> str:
        return answer_url(self.touch, question, choice)

    def attachment(self, attachment: Attachment) -> str:
        return _click(self.touch, ClickOn.ATTACHMENT, attachment.pk)

    @cached_property
    def unsubscribe(self) -> str:
        return unsubscribe_url(self.touch)

    @property
    def preferences(self) -> str:
        return preferences_url(self.touch)

    @cached_property
    def trap(self) -> str:
        return _click(self.touch, ClickOn.TRAP, 0) if self.tracked else ""


def answer_url(touch: Touch, question: str, choice: str) -> str:
    return _url("nurture:answer", _signer("answer").sign_object([touch.uuid.hex, question, choice]))


def unsubscribe_url(touch: Touch) -> str:
    return _url("nurture:unsubscribe", _signer("unsubscribe").sign_object([touch.uuid.hex]))


def read_answer(token: str) -> AnswerLink:
    """Raises BadLink."""
    touch, question, choice = _read("answer", token)
    return AnswerLink(UUID(touch), question, choice)


def preferences_url(touch: Touch) -> str:
    return _url("nurture:preferences", _signer("preferences").sign_object([touch.uuid.hex]))


def read_preferences(token: str) -> UUID:
    """The touch's. Raises BadLink."""
    (touch,) = _read("preferences", token)
    return UUID(touch)


def read_unsubscribe(token: str) -> UUID:
    """The touch's. Raises BadLink."""
    (touch,) = _read("unsubscribe", token)
    return UUID(touch)


def read_click(token: str) -> ClickLink:
    """Raises BadLink."""
    touch, on, pk = _read("click", token)
    return ClickLink(UUID(touch), on, pk)


@held
def _id_of(target: str) -> int:
    return TrackedLink.objects.get_or_create(target=target)[0].pk


def _click(touch: Touch, on: str, pk: int) -> str:
    return _url("nurture:click", _signer("click").sign_object([touch.uuid.hex, str(on), pk]))


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"nurture.{purpose}", sep=".")


def _read(purpose: str, token: str) -> Any:
    try:
        return _signer(purpose).unsign_object(token)
    except (BadSignature, ValueError) as error:
        raise BadLink from error


def _url(name: str, token: str) -> str:
    before, after = _page(name)
    return f"{settings.BASE_URL}{before}{token}{after}"


@cache
def _page(name: str) -> list[str]:
    """Its path, before and after the token: of letters, digits and ``-_.``, which mean nothing in an address."""
    return reverse(name, args=["TOKEN"]).split("TOKEN")
