"""What a mail says: subject, text and HTML, of one source, in the company's layout."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from django.conf import settings
from django.urls import reverse

from crm.people.models import Company, User
from crm.web.holding import held
from leads.models import Lead
from nurture.mail.choices import choices_of
from nurture.mail.frame import Enclosed, Frame
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
    answers, attachments = _answers(step), _attachments(step.pk)
    frame = Frame(
        name=company.name,
        postal_address=company.postal_address,
        color=company.color,
        logo_url=logo_url(company),
        question=step.question.text if step.question else "",
        answers=tuple(label for _, label in answers),
        enclosed=tuple(Enclosed(one.name, one.size) for one in attachments),
        trap=bool(links.trap),
    )
    addresses = [links.unsubscribe, links.preferences, links.trap]
    addresses += [links.answer(step.question.key, raw) for raw, _ in answers if step.question]
    addresses += [links.attachment(one) for one in attachments]
    text = frame.text(to_text(tokens, link=links.page), addresses)  # before the HTML, which changes the tokens
    html = frame.html(to_html(tokens, link=links.page, color=company.color), addresses)
    return Letter(render(wording.subject, values), text, html)


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


def _answers(step: Step) -> list[tuple[str, str]]:
    """Raw values and labels."""
    return choices_of(step.question) if step.question else []
