"""What a mail says: subject, text and HTML, of one source, in the company's layout."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Protocol

import mrml
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from crm.people.branding import text_color_on
from crm.people.models import Company, User
from crm.web.holding import held
from leads.models import Lead
from nurture.mail.choices import choices_of
from nurture.mail.links import Links
from nurture.mail.markdown import parse, to_html
from nurture.mail.plain_text import to_text
from nurture.mail.tags import values_for
from nurture.mail.templates import MARKDOWN, render
from nurture.models import Attachment, Step


class Text(Protocol):
    """A step, or a variant of its text."""

    @property
    def subject(self) -> str: ...
    @property
    def body(self) -> str: ...


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def compose(*, step: Step, wording: Text, lead: Lead, sender: str, links: Links) -> Letter:
    """Raises TemplateRefused."""
    company = Company.current()
    values = values_for(lead, sender=sender, company=company, owner=owner_of(lead))
    tokens = parse(render(wording.body, values, into=MARKDOWN))
    context = {
        "text": to_text(tokens, link=links.page),  # before the HTML, which changes them
        "html": to_html(tokens, link=links.page, color=company.color),
        "question": step.question,
        "answers": _answers(step, links),
        "attachments": [{"file": one, "url": links.attachment(one)} for one in _attachments(step.pk)],
        "company": company,
        "logo_url": logo_url(company),
        "text_color": text_color_on(company.color),
        "unsubscribe_url": links.unsubscribe,
        "preferences_url": links.preferences,
        "trap_url": links.trap,
    }
    return Letter(render(wording.subject, values), render_to_string("nurture/mail.txt", context), _html(context))


def owner_of(lead: Lead) -> User | None:
    return _user(lead.owner_id) if lead.owner_id else None


def logo_url(company: Company) -> str:
    if not company.logo:
        return ""
    return settings.BASE_URL + reverse("nurture:logo", args=[PurePath(str(company.logo)).name])


@held
def _user(pk: int) -> User:
    return User.objects.get(pk=pk)


@held
def _attachments(step_id: int) -> list[Attachment]:
    return list(Attachment.objects.filter(step=step_id))


def _answers(step: Step, links: Links) -> list[dict[str, str]]:
    question = step.question
    if question is None:
        return []
    return [{"label": label, "url": links.answer(question.key, raw)} for raw, label in choices_of(question)]


def _html(context: dict[str, Any]) -> str:
    return mrml.to_html(render_to_string("nurture/mail.mjml", context)).content
