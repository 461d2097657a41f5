"""A mail as a lead would get it, for previews and tests: its links change and count nothing."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from leads.models import Lead
from nurture.mail.letter import Letter, Text, compose
from nurture.mail.senders import sender_of
from nurture.models import Attachment, Step


@dataclass(frozen=True)
class Example:
    sender: str
    letter: Letter

    @property
    def html(self) -> str:
        """For a frame: its links open nowhere in it."""
        return '<base target="_blank">' + self.letter.html


class ExampleLinks:
    """Pages are linked to as they are; what would be signed for a lead leads to a page that says so."""

    def page(self, target: str) -> str:
        return target

    def answer(self, question: str, choice: str) -> str:
        return _example("answer")

    def attachment(self, attachment: Attachment) -> str:
        return _example("file")

    @property
    def unsubscribe(self) -> str:
        return _example("unsubscribe")

    @property
    def preferences(self) -> str:
        return _example("preferences")

    @property
    def trap(self) -> str:
        return ""


def example_of(step: Step, wording: Text, lead: Lead) -> Example:
    """Raises TemplateRefused."""
    sender = sender_of(step.sequence, lead)
    return Example(sender, compose(step=step, wording=wording, lead=lead, sender=sender, links=ExampleLinks()))


def _example(what: str) -> str:
    return settings.BASE_URL + reverse("nurture:example", args=[what])
